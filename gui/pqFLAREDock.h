/**
 * @class pqFLAREDock
 * @brief The training in the window: its state in words, its loss, its commands, and its held-out cases.
 *
 * Shows the active FLARETrain, or else the one that was shown last. It speaks to the server through the
 * filter's proxy alone.
 */
#ifndef pqFLAREDock_h
#define pqFLAREDock_h

#include "training_status.h"

#include <QDockWidget>
#include <QPointer>
#include <QTimer>

class QLabel;
class QProgressBar;
class QPushButton;
class QTableWidget;
class pqFLARELossChart;
class pqPipelineSource;

class pqFLAREDock : public QDockWidget
{
  Q_OBJECT

public:
  explicit pqFLAREDock(QWidget* parent);
  ~pqFLAREDock() override;

Q_SIGNALS:
  /** A run of this filter was there when it was last looked at, and is no more. */
  void ended(pqPipelineSource* train);

private:
  QLayout* commands();
  QPushButton* command(const QString& name, const QString& label, const QString& toolTip);
  void makeCases();

  void onActiveSourceChanged();
  void lookLater();
  void look();
  void show(const flare::gui::TrainingStatus& status);
  void showCases(const flare::gui::TrainingStatus& status);
  void order(const char* property);
  void onCaseClicked(int row);

  QPointer<pqPipelineSource> Train;
  QTimer Timer;
  bool Ran = false;      // when it was last looked at
  bool Coloured = false; // its first prediction

  QLabel* Name;
  QLabel* State;
  QLabel* Warnings;
  QPushButton* Start;
  QLabel* Resources;
  QProgressBar* Progress;
  pqFLARELossChart* Chart;
  QPushButton* Pause;
  QPushButton* Stop;
  QPushButton* Save;
  QTableWidget* Cases;
};

#endif
