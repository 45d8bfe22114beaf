/**
 * @class pqFLAREReportWidget
 * @brief The check of a training's data, as a list in the panel.
 */
#ifndef pqFLAREReportWidget_h
#define pqFLAREReportWidget_h

#include "pqPropertyWidget.h"

class QLabel;

class pqFLAREReportWidget : public pqPropertyWidget
{
  Q_OBJECT

public:
  pqFLAREReportWidget(vtkSMProxy* proxy, vtkSMProperty* property, QWidget* parent);
  ~pqFLAREReportWidget() override;

private Q_SLOTS:
  void show();

private:
  QLabel* Report;
};

#endif
