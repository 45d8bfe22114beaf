/**
 * @class pqFLAREDock
 * @brief The training in the window: its state in words, its loss, its commands, and its held-out cases.
 *
 * Shows the active FLARETrain, or else the one that was shown last.
 */
#ifndef pqFLAREDock_h
#define pqFLAREDock_h

#include "server/training_status.h"

#include <QDockWidget>
#include <QPointer>

class QLabel;
class QProgressBar;
class QPushButton;
class pqFLARECaseTable;
class pqFLARELossChart;
class pqFLAREText;
class pqFLARETrainings;
class pqPipelineSource;

class pqFLAREDock : public QDockWidget
{
  Q_OBJECT

public:
  pqFLAREDock(pqFLARETrainings* trainings, QWidget* parent);
  ~pqFLAREDock() override;

private:
  QLabel* text(const QString& name, Qt::TextFormat format);
  QPushButton* button(const QString& name, const QString& toolTip, const char* command);
  void makeWidgets();
  void layOut();

  void onActiveSourceChanged();
  void onChanged(pqPipelineSource* train);
  void show(const flare::gui::TrainingStatus& status);
  void showTexts(const flare::gui::TrainingStatus& status);
  void showProgress(const flare::gui::TrainingStatus& status);
  void showCommands(const flare::gui::TrainingStatus& status);
  void showCases(const flare::gui::TrainingStatus& status);
  void order(const char* command);
  void onCaseChosen(int index);

  pqFLARETrainings* Trainings;
  QPointer<pqPipelineSource> Train;

  QLabel* Name;
  pqFLAREText* State;
  QLabel* Warnings;
  QPushButton* Start;
  QProgressBar* Progress;
  QPushButton* Pause;
  QPushButton* Stop;
  QPushButton* Save;
  pqFLARELossChart* Chart;
  pqFLARECaseTable* Cases;
  QLabel* Resources;
};

#endif
