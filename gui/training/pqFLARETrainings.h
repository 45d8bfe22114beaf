/**
 * @class pqFLARETrainings
 * @brief The trainings of all FLARETrain filters of the pipeline, as they were when last looked at.
 *
 * Asks the server, through the filters' proxies: for the state twice a second, and for the rest while
 * something goes on or is new. Where several ranks train together, it gives the training its time.
 */
#ifndef pqFLARETrainings_h
#define pqFLARETrainings_h

#include "server/training_status.h"

#include <QHash>
#include <QObject>
#include <QTimer>

class pqPipelineSource;

class pqFLARETrainings : public QObject
{
  Q_OBJECT

public:
  explicit pqFLARETrainings(QObject* parent);
  ~pqFLARETrainings() override;

  /** The one of the window; nullptr before there is a window. */
  static pqFLARETrainings* instance();

  /** Empty when it has not been created on the server yet. */
  flare::gui::TrainingStatus status(pqPipelineSource* train) const;

  /** Invokes a command of the filter, and looks at what it did. */
  void order(pqPipelineSource* train, const char* command);

Q_SIGNALS:
  /** There may be something new. */
  void changed(pqPipelineSource* train);
  /** There is a run that was not there when it was last looked at. */
  void began(pqPipelineSource* train);
  /** A run was there when it was last looked at, and has ended, with a result or without. */
  void ended(pqPipelineSource* train);
  /** Applying the filter would begin a training although no setting has changed: the cases have been checked,
   * or that was cancelled, or the last run has failed or can be resumed. */
  void ready(pqPipelineSource* train);

private:
  struct Seen
  {
    flare::gui::TrainingStatus status;
    bool executed = true; // since it was last looked at
    bool ran = false;
  };

  void add(pqPipelineSource* source);
  void remove(pqPipelineSource* source);
  void onExecuted(pqPipelineSource* train);
  void lookAtAll();
  void look(pqPipelineSource* train);
  void goOnUnseen(pqPipelineSource* train);
  void advance();

  QHash<pqPipelineSource*, Seen> Trainings;
  QTimer LookTimer;
  QTimer AdvanceTimer;
  pqPipelineSource* Advanced = nullptr; // the one that had its turn last
};

#endif
