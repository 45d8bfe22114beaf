#pragma once

#include "server/data_report.h"

#include <QString>
#include <QStringList>
#include <QVector>

class vtkSMProxy;

namespace flare::gui
{
// A training as a FLARETrain on the server reports it. Numbers are NaN where unknown.
struct TrainingStatus
{
  QString state; // as the property TrainingState has it
  int casesRead = 0;
  int casesInAll = 0; // 0: not known yet
  int epoch = 0;
  int step = 0;
  int stepsPlanned = 0;
  double loss = 0.0;
  double validationError = 0.0;
  double secondsLeft = 0.0;
  QVector<double> epochs, losses, validationErrors; // the history
  QVector<int> caseIndices;                         // the cases that are held out
  QStringList caseNames;
  QVector<double> caseErrors; // none before the first epoch has ended
  QString device;
  double memory = 0.0;           // MiB
  double gpuMemory = 0.0;        // MiB
  QString outcome;               // of the filter's last execution
  QString problem;               // why that failed, or empty
  QVector<ReportEntry> warnings; // of the check, for which a run waits
  bool inSlices = false;         // the window gives the training its time

  // The data are being looked at, and this can be cancelled.
  bool checks() const { return state == "reading" || state == "checking"; }
  // A run that can be paused, stopped and saved.
  bool runs() const { return state == "preparing" || state == "training" || state == "paused"; }
  // The filter has done something, or is doing it.
  bool began() const { return !state.isEmpty() && (state != "idle" || !outcome.isEmpty()); }
  // The state goes on by itself.
  bool active() const { return checks() || runs() || state == "stopping"; }
  // The server works only while the window asks it to.
  bool wantsTime() const { return inSlices && active() && state != "reading" && state != "paused"; }
};

// Asks the server for the state, and for the rest where the state is active or new, or the filter has
// executed since. False when nothing was asked but the state.
bool look(vtkSMProxy* train, bool executed, TrainingStatus& status);

// Its state, in a sentence for the user.
QString inWords(const TrainingStatus& status);

// "0:31", "12:05", "3 h 20 min".
QString durationText(double seconds);
}
