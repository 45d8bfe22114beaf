/**
 * @class pqFLAREPropertyWidgets
 * @brief Gives ParaView's panels the widgets that the plugin's XML asks for with panel_widget.
 *
 * "flare_parameters": pqFLAREParametersWidget; "flare_report": pqFLAREReportWidget; "flare_recipe":
 * pqFLARERecipeWidget; "flare_problem": pqFLAREProblemWidget. For a group, "flare_point": pqFLAREPointWidget.
 */
#ifndef pqFLAREPropertyWidgets_h
#define pqFLAREPropertyWidgets_h

#include "pqPropertyWidgetInterface.h"

#include <QObject>

class pqFLAREPropertyWidgets
  : public QObject
  , public pqPropertyWidgetInterface
{
  Q_OBJECT
  Q_INTERFACES(pqPropertyWidgetInterface)

public:
  using QObject::QObject;

  pqPropertyWidget* createWidgetForProperty(
    vtkSMProxy* proxy, vtkSMProperty* property, QWidget* parent) override;
  pqPropertyWidget* createWidgetForPropertyGroup(
    vtkSMProxy* proxy, vtkSMPropertyGroup* group, QWidget* parent) override;
};

#endif
