/**
 * @class pqFLAREReportWidget
 * @brief What a training has to learn from, as a list in the panel.
 *
 * At once, what the current case shows. By a button, which cancels as well, or by Apply: the check of all
 * cases. Its report stays until the next one, and says so when settings have changed since.
 */
#ifndef pqFLAREReportWidget_h
#define pqFLAREReportWidget_h

#include "panel/pqFLAREInformationWidget.h"

#include <QPointer>
#include <QTimer>

class QLabel;
class QProgressBar;
class QPushButton;
class pqPipelineSource;

class pqFLAREReportWidget : public pqFLAREInformationWidget
{
  Q_OBJECT

public:
  pqFLAREReportWidget(vtkSMProxy* proxy, vtkSMProperty* property, QWidget* parent);
  ~pqFLAREReportWidget() override;

private Q_SLOTS:
  void onReported();
  /** Once for all that happens until then. */
  void showLater();

private:
  void makeWidgets();
  void watchInputs();
  void show();
  void showReport();
  void showProgress();
  void onButton();
  bool checks() const;

  QPointer<pqPipelineSource> Train;
  QString Reported; // the report, and the settings that it was made with
  QString ReportedSettings;
  QLabel* Current;
  QPushButton* Check;
  QProgressBar* Progress;
  QLabel* Changed;
  QLabel* Report;
  QTimer Timer;
};

#endif
