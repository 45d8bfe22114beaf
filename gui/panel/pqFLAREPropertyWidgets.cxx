#include "panel/pqFLAREPropertyWidgets.h"

#include "panel/pqFLAREEpochWidget.h"
#include "panel/pqFLAREParametersWidget.h"
#include "panel/pqFLAREPointWidget.h"
#include "panel/pqFLAREProblemWidget.h"
#include "panel/pqFLARERecipeWidget.h"
#include "panel/pqFLAREReportWidget.h"

#include "vtkSMProperty.h"
#include "vtkSMPropertyGroup.h"

#include <QString>

pqPropertyWidget* pqFLAREPropertyWidgets::createWidgetForProperty(
  vtkSMProxy* proxy, vtkSMProperty* property, QWidget* parent)
{
  const QString widget = property->GetPanelWidget();
  if (widget == "flare_parameters")
  {
    return new pqFLAREParametersWidget(proxy, property, parent);
  }
  if (widget == "flare_epoch")
  {
    return new pqFLAREEpochWidget(proxy, property, parent);
  }
  if (widget == "flare_report")
  {
    return new pqFLAREReportWidget(proxy, property, parent);
  }
  if (widget == "flare_problem")
  {
    return new pqFLAREProblemWidget(proxy, parent);
  }
  return widget == "flare_recipe" ? new pqFLARERecipeWidget(proxy, property, parent) : nullptr;
}

pqPropertyWidget* pqFLAREPropertyWidgets::createWidgetForPropertyGroup(
  vtkSMProxy* proxy, vtkSMPropertyGroup* group, QWidget* parent)
{
  return QString(group->GetPanelWidget()) == "flare_point" ? new pqFLAREPointWidget(proxy, group, parent)
                                                           : nullptr;
}
