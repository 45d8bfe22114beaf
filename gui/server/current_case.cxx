#include "server/current_case.h"

#include "vtkDataObject.h"
#include "vtkPVArrayInformation.h"
#include "vtkPVDataInformation.h"
#include "vtkPVDataSetAttributesInformation.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMSourceProxy.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <vector>

namespace flare::gui
{
namespace
{
QString words(const char* text)
{
  return QCoreApplication::translate("FLARE", text);
}

QString count(vtkTypeInt64 number)
{
  return QLocale(QLocale::English).toString(static_cast<qlonglong>(number));
}

std::vector<vtkPVDataInformation*> inputsOf(vtkSMProxy* train)
{
  const vtkSMPropertyHelper inputs(train, "Input", /*quiet=*/true);
  std::vector<vtkPVDataInformation*> found;
  for (unsigned int i = 0; i < inputs.GetNumberOfElements(); ++i)
  {
    auto* source = vtkSMSourceProxy::SafeDownCast(inputs.GetAsProxy(i));
    auto* data = source && source->GetOutputPortsCreated()
                   ? source->GetDataInformation(inputs.GetOutputPort(i))
                   : nullptr;
    if (data && !data->IsNull())
    {
      found.push_back(data);
    }
  }
  return found;
}

// "displacement (3 components), von_mises".
QString arraysOf(vtkPVDataInformation* data, int association)
{
  QStringList names;
  auto* arrays = data->GetAttributeInformation(association);
  for (int i = 0; arrays && i < arrays->GetNumberOfArrays(); ++i)
  {
    auto* array = arrays->GetArrayInformation(i);
    const QString name = QString::fromUtf8(array->GetName());
    if (name.startsWith("vtk"))
    {
      continue; // marks of VTK's own, such as ghosts
    }
    const int components = array->GetNumberOfComponents();
    QString text = components == 1 ? name : words("%1 (%2 components)").arg(name).arg(components);
    names += array->GetIsPartial() ? words("%1, in some blocks only").arg(text) : text;
  }
  return names.join(", ");
}

QString parametersIn(vtkPVDataInformation* data)
{
  QStringList texts;
  auto* arrays = data->GetFieldDataInformation();
  for (int i = 0; arrays && i < arrays->GetNumberOfArrays(); ++i)
  {
    auto* array = arrays->GetArrayInformation(i);
    if (array->GetDataType() != VTK_STRING && array->GetNumberOfComponents() == 1 &&
        array->GetNumberOfTuples() == 1)
    {
      texts += QString("%1 = %2")
                 .arg(QString::fromUtf8(array->GetName()))
                 .arg(array->GetComponentRange(0)[0], 0, 'g', 4);
    }
  }
  return texts.join(", ");
}

vtkTypeInt64 timeStepsOf(const std::vector<vtkPVDataInformation*>& inputs)
{
  vtkTypeInt64 steps = 0;
  for (auto* data : inputs)
  {
    steps += std::max<vtkTypeInt64>(1, data->GetNumberOfTimeSteps());
  }
  return steps;
}

// As FLARETrain finds them, by its property CasesFrom.
ReportEntry casesIn(const std::vector<vtkPVDataInformation*>& inputs, int wanted)
{
  enum // the property's values
  {
    Automatic,
    TimeSteps,
    Blocks,
    Inputs
  };
  auto* first = inputs.front();
  int from = wanted;
  if (wanted == Automatic)
  {
    from = inputs.size() > 1                   ? Inputs
           : first->GetNumberOfTimeSteps() > 1 ? TimeSteps
           : first->IsCompositeDataSet()       ? Blocks
                                               : Inputs;
  }
  vtkTypeInt64 cases = static_cast<vtkTypeInt64>(inputs.size());
  QString source = words("inputs");
  if (from == TimeSteps)
  {
    cases = timeStepsOf(inputs);
    source = words("time steps or files of a list");
  }
  else if (from == Blocks)
  {
    cases = 0;
    for (auto* data : inputs)
    {
      cases += std::max<vtkTypeInt64>(1, data->GetNumberOfDataSets());
    }
    source = words("blocks of a composite");
  }
  ReportEntry entry{ "info", words("cases"), words("about %1, the %2").arg(count(cases), source), {} };
  if (cases == 1)
  {
    entry = { "warning", words("cases"), words("only one is found, which leaves none to test on"),
      words("Open a series of files, or choose several inputs") };
  }
  return entry;
}

ReportEntry arraysEntry(const QString& subject, const QString& arrays)
{
  return { "info", subject, arrays.isEmpty() ? words("none") : arrays, {} };
}
}

QVector<ReportEntry> currentCase(vtkSMProxy* train)
{
  const auto inputs = inputsOf(train);
  if (inputs.empty())
  {
    return { { "warning", words("input"), words("it has not been read yet"),
      words("Apply the filter or the reader before this one") } };
  }
  auto* data = inputs.front();
  vtkSMPropertyHelper casesFrom(train, "CasesFrom", /*quiet=*/true);
  casesFrom.SetUseUnchecked(true);
  QVector<ReportEntry> entries;
  entries.append(casesIn(inputs, casesFrom.GetNumberOfElements() > 0 ? casesFrom.GetAsInt() : 0));
  entries.append({ "info", words("this case"),
    words("%1 points, %2 cells").arg(count(data->GetNumberOfPoints()), count(data->GetNumberOfCells())),
    {} });
  const auto points = arraysOf(data, vtkDataObject::POINT);
  const auto cells = arraysOf(data, vtkDataObject::CELL);
  entries.append(arraysEntry(words("point arrays"), points));
  if (!cells.isEmpty())
  {
    entries.append(arraysEntry(words("cell arrays"), cells));
  }
  if (points.isEmpty() && cells.isEmpty())
  {
    entries.append({ "error", words("arrays"), words("there is nothing to learn"),
      words("Have the reader or the filters before this one bring the fields of the solution") });
  }
  entries.append(arraysEntry(words("parameters"), parametersIn(data)));
  return entries;
}
}
