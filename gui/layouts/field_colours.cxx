#include "layouts/field_colours.h"

#include "layouts/layout_views.h"

#include "vtkNew.h"
#include "vtkPVArrayInformation.h"
#include "vtkSMPVRepresentationProxy.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMTransferFunctionManager.h"
#include "vtkSMTransferFunctionProxy.h"
#include "vtkSMViewProxy.h"

#include <algorithm>
#include <cmath>

namespace flare::gui
{
namespace
{
constexpr const char* roleKey = "FLARE";
constexpr const char* givenKey = "FLAREGiven"; // the array that a view was given

vtkSMProxy* mapOf(vtkSMProxy* representation)
{
  return vtkSMPropertyHelper(representation, "LookupTable", /*quiet=*/true).GetAsProxy();
}

void setColoring(vtkSMProxy* representation, const ShownField& field)
{
  vtkSMPVRepresentationProxy::SetScalarColoring(
    representation, field.array.toUtf8().constData(), field.association, field.component);
}

// A bar below the mesh, as wide as the view allows.
void showBar(vtkSMProxy* representation, vtkSMViewProxy* view, const QString& title)
{
  vtkSMPVRepresentationProxy::SetScalarBarVisibility(representation, view, true);
  vtkNew<vtkSMTransferFunctionManager> manager;
  auto* bar = manager->GetScalarBarRepresentation(mapOf(representation), view);
  changed(bar,
    [&]
    {
      vtkSMPropertyHelper(bar, "Title").Set(title.toUtf8().constData());
      vtkSMPropertyHelper(bar, "ComponentTitle").Set("");
      vtkSMPropertyHelper(bar, "AutoOrient").Set(0);
      vtkSMPropertyHelper(bar, "Orientation").Set("Horizontal");
      vtkSMPropertyHelper(bar, "WindowLocation").Set("Lower Center");
      vtkSMPropertyHelper(bar, "ScalarBarLength").Set(0.7);
      vtkSMPropertyHelper(bar, "TitleFontSize").Set(12);
      vtkSMPropertyHelper(bar, "LabelFontSize").Set(12);
      // The ends say the range; between them numbers would run into each other in a narrow view.
      vtkSMPropertyHelper(bar, "DrawTickLabels").Set(0);
      vtkSMPropertyHelper(bar, "RangeLabelFormat").Set("%-#.3g");
    });
}

// Where no other representation needs it.
void hideBar(vtkSMProxy* map, vtkSMViewProxy* view)
{
  if (map)
  {
    vtkNew<vtkSMTransferFunctionManager> manager;
    manager->HideScalarBarIfNotNeeded(map, view);
  }
}

// What the map covers, as the role of the representation asks for; false where there are no data.
bool wantedRange(vtkSMProxy* representation, vtkSMProxy* map, double range[2])
{
  auto* array = vtkSMPVRepresentationProxy::GetArrayInformationForColorArray(representation);
  if (!array)
  {
    return false;
  }
  const bool scalar = array->GetNumberOfComponents() == 1;
  const bool magnitude = QString(vtkSMPropertyHelper(map, "VectorMode").GetAsString()) == "Magnitude";
  const int component = scalar ? 0 : magnitude ? -1 : vtkSMPropertyHelper(map, "VectorComponent").GetAsInt();
  if (component >= array->GetNumberOfComponents())
  {
    return false;
  }
  array->GetComponentFiniteRange(component, range);
  if (!(range[0] <= range[1]))
  {
    return false; // no finite value
  }
  const auto role = roleOf(representation);
  if (role == "similarity")
  {
    range[0] = 0.0;
    range[1] = 1.0;
  }
  else if (role == "route")
  {
    range[0] = 0.0;
  }
  else if (role != "truth" && role != "head map")
  {
    const double largest = std::max(std::abs(range[0]), std::abs(range[1]));
    range[1] = largest > 0.0 ? largest : 1.0;
    range[0] = scalar || !magnitude ? -range[1] : 0.0;
  }
  return true;
}
}

void setRole(vtkSMProxy* representation, const QString& role)
{
  representation->SetAnnotation(roleKey, role.toUtf8().constData());
}

QString roleOf(vtkSMProxy* representation)
{
  return representation->HasAnnotation(roleKey) ? representation->GetAnnotation(roleKey) : "";
}

void colourBy(vtkSMProxy* representation, vtkSMViewProxy* view, const ShownField& field, const char* preset,
  const QString& title)
{
  setColoring(representation, field);
  auto* map = mapOf(representation);
  changed(map, [&] { vtkSMPropertyHelper(map, "AutomaticRescaleRangeMode").Set("Never"); });
  vtkSMTransferFunctionProxy::ApplyPreset(map, preset, /*rescale=*/true);
  // As ColorBy does in a script, so that what is different from that is traced.
  vtkSMPVRepresentationProxy::RescaleTransferFunctionToDataRange(representation);
  fitRange(representation);
  showBar(representation, view, title);
}

void colourByGiven(vtkSMProxy* representation, vtkSMViewProxy* view, const ShownField& field,
  const char* preset, const QString& title)
{
  auto* before = mapOf(representation);
  colourBy(representation, view, field, preset, title);
  representation->SetAnnotation(givenKey, field.array.toUtf8().constData());
  hideBar(before, view);
}

bool colourByNone(vtkSMProxy* representation, vtkSMViewProxy* view)
{
  auto* before = mapOf(representation);
  if (before)
  {
    vtkSMPVRepresentationProxy::SetScalarColoring(representation, nullptr, 0);
    hideBar(before, view);
  }
  return before;
}

QString coloured(vtkSMProxy* representation)
{
  return vtkSMPropertyHelper(representation, "ColorArrayName").GetInputArrayNameToProcess();
}

bool isGiven(vtkSMProxy* representation)
{
  return representation->HasAnnotation(givenKey) &&
         coloured(representation) == representation->GetAnnotation(givenKey);
}

void colourAs(vtkSMProxy* other, vtkSMProxy* representation, vtkSMViewProxy* view, const ShownField& field,
  const QString& title)
{
  setColoring(representation, field);
  changed(representation,
    [&]
    {
      for (const char* name : { "LookupTable", "ScalarOpacityFunction" })
      {
        vtkSMPropertyHelper(representation, name).Set(vtkSMPropertyHelper(other, name).GetAsProxy());
      }
    });
  showBar(representation, view, title);
}

bool fitRange(vtkSMProxy* representation)
{
  auto* map = mapOf(representation);
  double wanted[2], range[2];
  if (!map || roleOf(representation) == "prediction" || !wantedRange(representation, map, wanted) ||
      (vtkSMTransferFunctionProxy::GetRange(map, range) && range[0] == wanted[0] && range[1] == wanted[1]))
  {
    return false;
  }
  vtkSMTransferFunctionProxy::RescaleTransferFunction(map, wanted);
  if (auto* opacity =
        vtkSMPropertyHelper(representation, "ScalarOpacityFunction", /*quiet=*/true).GetAsProxy())
  {
    vtkSMTransferFunctionProxy::RescaleTransferFunction(opacity, wanted);
  }
  return true;
}
}
