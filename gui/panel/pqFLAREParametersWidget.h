/**
 * @class pqFLAREParametersWidget
 * @brief Sliders for the parameters of a filter's model, which the result follows at once.
 *
 * For a property of pairs of name and value, of a filter with the information properties ParameterNames,
 * ParameterUnits and ParameterRanges. A parameter that no pair names shows the value of the data. Pairs that
 * name no parameter of the model stay as they are.
 */
#ifndef pqFLAREParametersWidget_h
#define pqFLAREParametersWidget_h

#include "server/parameter_values.h"

#include "pqPropertyWidget.h"
#include "vtkSmartPointer.h"

#include <QList>
#include <QTimer>

class QLabel;
class QVBoxLayout;
class pqFLARELiveProperty;
class pqFLAREParameterRow;
class vtkObject;

class pqFLAREParametersWidget : public pqPropertyWidget
{
  Q_OBJECT

public:
  pqFLAREParametersWidget(vtkSMProxy* proxy, vtkSMProperty* property, QWidget* parent);
  ~pqFLAREParametersWidget() override;

private Q_SLOTS:
  void onPropertyPushed(vtkObject*, unsigned long, void* name);
  /** Has what the panel shows brought up to date, once for all that happens until then. */
  void refreshLater();
  void showValues();

private:
  void refresh();
  void takeOverWarnings();
  void showParameters(const std::vector<flare::gui::Parameter>& parameters);
  pqFLAREParameterRow* addRow(const flare::gui::Parameter& parameter);
  vtkSMProxy* describedProxy();

  vtkSMProperty* Values;
  pqFLARELiveProperty* Live;
  // Reads a model file that was chosen and not applied yet.
  vtkSmartPointer<vtkSMProxy> Preview;
  QList<pqFLAREParameterRow*> Rows;
  QVBoxLayout* Column;
  QLabel* Hint;
  QTimer RefreshTimer;
};

#endif
