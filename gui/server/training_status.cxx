#include "server/training_status.h"

#include "server/problems.h"

#include "vtkSMPropertyHelper.h"
#include "vtkSMProxy.h"

#include <QCoreApplication>

#include <cmath>

namespace flare::gui
{
namespace
{
QString text(vtkSMProxy* proxy, const char* property)
{
  proxy->UpdatePropertyInformation(proxy->GetProperty(property));
  vtkSMPropertyHelper helper(proxy, property, /*quiet=*/true);
  return helper.GetNumberOfElements() > 0 ? QString::fromUtf8(helper.GetAsString()) : QString();
}

QVector<double> numbers(vtkSMProxy* proxy, const char* property)
{
  proxy->UpdatePropertyInformation(proxy->GetProperty(property));
  vtkSMPropertyHelper helper(proxy, property, /*quiet=*/true);
  QVector<double> values;
  for (unsigned int i = 0; i < helper.GetNumberOfElements(); ++i)
  {
    values.append(helper.GetAsDouble(i));
  }
  return values;
}

QString tr(const char* words)
{
  return QCoreApplication::translate("FLARE", words);
}

void lookAtProgress(vtkSMProxy* train, TrainingStatus& status)
{
  const auto progress = numbers(train, "TrainingProgress");
  if (progress.size() == 6)
  {
    status.epoch = static_cast<int>(progress[0]);
    status.step = static_cast<int>(progress[1]);
    status.stepsPlanned = static_cast<int>(progress[2]);
    status.loss = progress[3];
    status.validationError = progress[4];
    status.secondsLeft = progress[5];
  }
}

// The history and the errors of the cases change with the epochs only.
void lookAtEpochs(vtkSMProxy* train, TrainingStatus& status)
{
  const auto history = numbers(train, "TrainingHistory");
  status.epochs.clear();
  status.losses.clear();
  status.validationErrors.clear();
  for (int i = 0; i + 2 < history.size(); i += 3)
  {
    status.epochs.append(history[i]);
    status.losses.append(history[i + 1]);
    status.validationErrors.append(history[i + 2]);
  }
  status.caseIndices.clear();
  for (const double index : numbers(train, "ValidationCaseIndices"))
  {
    status.caseIndices.append(static_cast<int>(index));
  }
  status.caseNames.clear();
  train->UpdatePropertyInformation(train->GetProperty("ValidationCaseNames"));
  vtkSMPropertyHelper names(train, "ValidationCaseNames", /*quiet=*/true);
  for (unsigned int i = 0; i < names.GetNumberOfElements(); ++i)
  {
    status.caseNames.append(QString::fromUtf8(names.GetAsString(i)));
  }
  status.caseErrors = numbers(train, "ValidationCaseErrors");
}

void lookAtCheck(vtkSMProxy* train, TrainingStatus& status)
{
  train->UpdatePropertyInformation(train->GetProperty("DataReport"));
  status.warnings.clear();
  for (const auto& entry : dataReport(train))
  {
    if (entry.level == "warning")
    {
      status.warnings.append(entry);
    }
  }
  const auto problems = problemsOf(train);
  // The panel has the whole text.
  status.problem = problems.isEmpty() ? QString() : problems.first().text.section('\n', 0, 0);
}
}

bool look(vtkSMProxy* train, bool executed, TrainingStatus& status)
{
  const auto state = text(train, "TrainingState");
  const bool news = executed || state != status.state;
  status.state = state;
  if (!news && !status.active())
  {
    return false;
  }
  const int epoch = status.epoch;
  lookAtProgress(train, status);
  if (news || epoch != status.epoch)
  {
    lookAtEpochs(train, status);
  }
  if (news)
  {
    lookAtCheck(train, status);
    status.outcome = text(train, "Outcome");
    status.device = text(train, "DeviceInUse");
    status.inSlices = numbers(train, "InSlices").value(0) != 0.0;
  }
  if (status.checks())
  {
    const auto read = numbers(train, "ReadingProgress");
    status.casesRead = static_cast<int>(read.value(0));
    status.casesInAll = static_cast<int>(read.value(1));
  }
  status.memory = numbers(train, "MemoryInUse").value(0);
  status.gpuMemory = numbers(train, "GPUMemoryInUse").value(0);
  return true;
}

QString durationText(double seconds)
{
  const auto whole = static_cast<qint64>(std::llround(seconds));
  if (whole >= 3600)
  {
    return tr("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
  }
  return QString("%1:%2").arg(whole / 60).arg(whole % 60, 2, 10, QChar('0'));
}

namespace
{
QString readingInWords(const TrainingStatus& status)
{
  if (status.state == "checking")
  {
    return tr("Checking the cases");
  }
  return status.casesInAll > 0
           ? tr("Reading the cases: %1 of %2").arg(status.casesRead).arg(status.casesInAll)
           : tr("Reading the cases");
}

QString restInWords(const TrainingStatus& status, const QString& steps)
{
  if (status.state == "completed")
  {
    return tr("Completed: %1").arg(steps);
  }
  if (status.state == "stopped")
  {
    return tr("Stopped: %1. The checkpoint is kept; choose Resume under If Model Exists to continue")
      .arg(steps);
  }
  if (status.state == "failed" || !status.problem.isEmpty())
  {
    return status.problem.isEmpty() ? tr("Failed: the reason is in the output messages")
                                    : tr("Failed: %1").arg(status.problem);
  }
  if (status.outcome.isEmpty())
  {
    return tr("Not trained yet: press Apply");
  }
  // A model that was there, or else what was done in the place of a training.
  return status.outcome.startsWith("read") || status.outcome.startsWith("kept")
           ? tr("Nothing to train: %1").arg(status.outcome)
           : status.outcome.left(1).toUpper() + status.outcome.mid(1);
}
}

QString inWords(const TrainingStatus& status)
{
  const auto steps =
    tr("epoch %1, step %2 of %3").arg(status.epoch).arg(status.step).arg(status.stepsPlanned);
  if (status.checks())
  {
    return readingInWords(status);
  }
  if (status.state == "waiting")
  {
    return status.warnings.isEmpty() ? tr("The cases are checked; the training can begin")
                                     : tr("The check of the data found something to look at");
  }
  if (status.state == "preparing")
  {
    return tr("Preparing the cases");
  }
  if (status.state == "training")
  {
    return std::isfinite(status.secondsLeft)
             ? tr("Training: %1, %2 left").arg(steps, durationText(status.secondsLeft))
             : tr("Training: the first epoch");
  }
  if (status.state == "paused")
  {
    return tr("Paused: %1").arg(steps);
  }
  if (status.state == "stopping")
  {
    return tr("Stopping after the step that is going on");
  }
  return restInWords(status, steps);
}
}
