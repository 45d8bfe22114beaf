#include "server/parameter_values.h"

#include "vtkDataObject.h"
#include "vtkPVArrayInformation.h"
#include "vtkPVDataInformation.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMProxy.h"
#include "vtkSMSourceProxy.h"
#include "vtkSMStringVectorProperty.h"

#include <cmath>
#include <string>

namespace flare::gui
{
namespace
{
std::vector<std::string> elementsOf(vtkSMProperty* property)
{
  auto* texts = vtkSMStringVectorProperty::SafeDownCast(property);
  return texts ? texts->GetElements() : std::vector<std::string>();
}

void setElements(vtkSMProperty* property, const std::vector<std::string>& elements)
{
  vtkSMStringVectorProperty::SafeDownCast(property)->SetElements(elements);
}

bool same(double a, double b)
{
  return a == b || (std::isnan(a) && std::isnan(b));
}
}

bool operator==(const Parameter& a, const Parameter& b)
{
  return a.name == b.name && a.unit == b.unit && same(a.low, b.low) && same(a.high, b.high);
}

std::vector<Parameter> parametersOf(vtkSMProxy* filter)
{
  for (const char* fact : { "ParameterNames", "ParameterUnits", "ParameterRanges" })
  {
    filter->UpdatePropertyInformation(filter->GetProperty(fact));
  }
  const auto names = elementsOf(filter->GetProperty("ParameterNames"));
  const auto units = elementsOf(filter->GetProperty("ParameterUnits"));
  const vtkSMPropertyHelper ranges(filter, "ParameterRanges");
  std::vector<Parameter> parameters;
  for (std::size_t i = 0; i < names.size(); ++i)
  {
    Parameter parameter;
    parameter.name = QString::fromStdString(names[i]);
    parameter.unit = i < units.size() ? QString::fromStdString(units[i]) : QString();
    const bool known = 2 * i + 1 < ranges.GetNumberOfElements();
    parameter.low = known ? ranges.GetAsDouble(static_cast<unsigned int>(2 * i)) : std::nan("");
    parameter.high = known ? ranges.GetAsDouble(static_cast<unsigned int>(2 * i + 1)) : std::nan("");
    parameters.push_back(parameter);
  }
  return parameters;
}

std::optional<double> valueInData(vtkSMProxy* filter, const QString& parameter)
{
  const vtkSMPropertyHelper inputs(filter, "Input", /*quiet=*/true);
  auto* input =
    inputs.GetNumberOfElements() > 0 ? vtkSMSourceProxy::SafeDownCast(inputs.GetAsProxy(0)) : nullptr;
  auto* data = input ? input->GetDataInformation(inputs.GetOutputPort(0)) : nullptr;
  auto* array =
    data ? data->GetArrayInformation(parameter.toUtf8().constData(), vtkDataObject::FIELD) : nullptr;
  if (!array || array->GetNumberOfComponents() != 1)
  {
    return std::nullopt;
  }
  const double* range = array->GetComponentRange(0);
  return range[0] == range[1] ? std::optional<double>(range[0]) : std::nullopt;
}

std::optional<QString> givenValue(vtkSMProperty* pairs, const QString& parameter)
{
  const auto elements = elementsOf(pairs);
  std::optional<QString> value; // of several pairs of one name the filter takes the last
  for (std::size_t i = 0; i + 1 < elements.size(); i += 2)
  {
    if (QString::fromStdString(elements[i]) == parameter)
    {
      value = QString::fromStdString(elements[i + 1]);
    }
  }
  return value;
}

void giveValue(vtkSMProperty* pairs, const QString& parameter, const QString& value)
{
  auto elements = elementsOf(pairs);
  bool found = false;
  for (std::size_t i = 0; i + 1 < elements.size(); i += 2)
  {
    if (QString::fromStdString(elements[i]) == parameter)
    {
      elements[i + 1] = value.toStdString();
      found = true;
    }
  }
  if (!found)
  {
    elements.push_back(parameter.toStdString());
    elements.push_back(value.toStdString());
  }
  setElements(pairs, elements);
}

void removeValue(vtkSMProperty* pairs, const QString& parameter)
{
  const auto elements = elementsOf(pairs);
  std::vector<std::string> kept;
  for (std::size_t i = 0; i + 1 < elements.size(); i += 2)
  {
    if (QString::fromStdString(elements[i]) != parameter)
    {
      kept.insert(kept.end(), { elements[i], elements[i + 1] });
    }
  }
  setElements(pairs, kept);
}
}
