/**
 * @class pqFLAREProblemWidget
 * @brief Why the last execution of a filter failed, in its panel, next to what is to be put right.
 *
 * For the information property Problem. A text that names a property of the panel stands below that
 * property's widget; any other one stands here, at the panel's top. They go when an execution succeeds.
 */
#ifndef pqFLAREProblemWidget_h
#define pqFLAREProblemWidget_h

#include "panel/pqFLAREInformationWidget.h"

#include "server/problems.h"

#include <QHash>
#include <QPointer>
#include <QTimer>

class pqFLAREText;

class pqFLAREProblemWidget : public pqFLAREInformationWidget
{
  Q_OBJECT

public:
  pqFLAREProblemWidget(vtkSMProxy* proxy, QWidget* parent);
  ~pqFLAREProblemWidget() override;

  /** Other properties come and go with the panel's advanced ones. */
  void updateWidget(bool showAdvanced) override;

private Q_SLOTS:
  /** After the filter has executed. */
  void refreshLater();

private:
  void refresh();
  void place();
  pqFLAREText* textBelow(QWidget* widget);
  pqPropertyWidget* widgetOf(const QString& property) const;

  QVector<flare::gui::Problem> Problems;
  QHash<QWidget*, QPointer<pqFLAREText>> Texts; // by the widget that they stand in
  QTimer Timer;
};

#endif
