#include "layouts/comparison_layout.h"

#include "layouts/field_colours.h"
#include "layouts/layout_views.h"

#include "pqActiveObjects.h"
#include "pqDataRepresentation.h"
#include "pqOutputPort.h"
#include "pqPipelineSource.h"
#include "pqServer.h"
#include "pqUndoStack.h"
#include "vtkDataObject.h"
#include "vtkPVArrayInformation.h"
#include "vtkPVDataInformation.h"
#include "vtkPVDataSetAttributesInformation.h"
#include "vtkSMPVRepresentationProxy.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMViewLayoutProxy.h"
#include "vtkSMViewProxy.h"

#include <algorithm>

namespace flare::gui
{
namespace
{
const QString predictionEnding = "_predicted";
const QString errorEnding = "_error";

vtkPVArrayInformation* arrayOf(vtkPVDataSetAttributesInformation* arrays, const QString& name)
{
  return arrays->GetArrayInformation(name.toUtf8().constData());
}

void addFields(vtkPVDataSetAttributesInformation* arrays, int association, std::vector<ComparedField>& fields)
{
  for (int i = 0; i < arrays->GetNumberOfArrays(); ++i)
  {
    auto* array = arrays->GetArrayInformation(i);
    const QString name = array->GetName();
    if (!arrayOf(arrays, name + predictionEnding) || !arrayOf(arrays, name + errorEnding))
    {
      continue;
    }
    const int components = array->GetNumberOfComponents();
    const bool vector = components > 1;
    fields.push_back({ name, association, vector, -1, vector ? name + ", magnitude" : name });
    for (int c = 0; vector && c < components; ++c)
    {
      fields.push_back({ name, association, vector, c, name + ", " + array->GetComponentName(c) });
    }
  }
}

// Is the field what the active view shows of the port?
bool isColoured(pqOutputPort* port, const ComparedField& field)
{
  auto* view = pqActiveObjects::instance().activeView();
  auto* shown = view ? port->getRepresentation(view) : nullptr;
  auto* proxy = shown ? shown->getProxy() : nullptr;
  if (!proxy || !vtkSMPVRepresentationProxy::GetUsingScalarColoring(proxy))
  {
    return false;
  }
  vtkSMPropertyHelper colour(proxy, "ColorArrayName");
  const QString array = colour.GetInputArrayNameToProcess();
  if (colour.GetInputArrayAssociation() != field.association ||
      (array != field.name && array != field.name + predictionEnding && array != field.name + errorEnding))
  {
    return false;
  }
  auto* map = vtkSMPropertyHelper(proxy, "LookupTable").GetAsProxy();
  if (!map)
  {
    return false; // in the middle of an undo
  }
  const bool component = QString(vtkSMPropertyHelper(map, "VectorMode").GetAsString()) == "Component";
  return !field.vector ||
         field.component == (component ? vtkSMPropertyHelper(map, "VectorComponent").GetAsInt() : -1);
}
}

std::vector<ComparedField> comparedFields(pqOutputPort* port)
{
  std::vector<ComparedField> fields;
  auto* data = port->getDataInformation();
  for (const int association : { vtkDataObject::POINT, vtkDataObject::CELL })
  {
    if (auto* arrays = data->GetAttributeInformation(association))
    {
      addFields(arrays, association, fields);
    }
  }
  const auto coloured = std::find_if(
    fields.begin(), fields.end(), [&](const ComparedField& field) { return isColoured(port, field); });
  if (coloured != fields.end())
  {
    std::rotate(fields.begin(), coloured, coloured + 1);
  }
  return fields;
}

void compare(pqOutputPort* port, const ComparedField& field)
{
  SCOPED_UNDO_SET("Comparison of " + field.label);
  auto* layout = newLayout(port->getServer()->proxyManager(), "Comparison of " + field.label);
  layout->SplitHorizontal(0, 1.0 / 3.0); // into the cells 1 and 2
  layout->SplitHorizontal(2, 0.5);       // into 5 and 6
  auto* truthView = newView("RenderView", "Truth", layout, 1);
  auto* predictionView = newView("RenderView", "Prediction", layout, 5);
  auto* errorView = newView("RenderView", "Error", layout, 6);
  auto* truth = show(port, truthView);
  auto* prediction = show(port, predictionView);
  auto* difference = show(port, errorView);
  setRole(truth, "truth");
  setRole(prediction, "prediction");
  setRole(difference, "error");

  const auto shown = [&](const QString& ending) {
    return ShownField{ field.name + ending, field.association, field.component };
  };
  colourBy(truth, truthView, shown(""), sequentialMap, "Truth: " + field.label);
  colourAs(truth, prediction, predictionView, shown(predictionEnding), "Prediction: " + field.label);
  const bool magnitude = field.vector && field.component < 0;
  colourBy(difference, errorView, shown(errorEnding), magnitude ? magnitudeMap : divergingMap,
    "Error: " + field.label);
  linkCameras({ truthView, predictionView, errorView }, port, 1.0);
  activate(truthView, layout);
}
}
