#pragma once

#include "data_report.h"

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
  QString outcome;               // of the filter's last execution
  QVector<ReportEntry> warnings; // for which a run waits

  // A run that can be paused, stopped and saved.
  bool runs() const { return state == "preparing" || state == "training" || state == "paused"; }
};

// Asks the server.
TrainingStatus trainingStatus(vtkSMProxy* train);

// Its state, in a sentence for the user.
QString inWords(const TrainingStatus& status);

// "0:31", "12:05", "3 h 20 min".
QString durationText(double seconds);
}
