#include "training_status.h"

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
  vtkSMPropertyHelper helper(proxy, property, /*quiet=*/true);
  return helper.GetNumberOfElements() > 0 ? QString::fromUtf8(helper.GetAsString()) : QString();
}

QVector<double> numbers(vtkSMProxy* proxy, const char* property)
{
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
}

TrainingStatus trainingStatus(vtkSMProxy* train)
{
  for (const char* property :
    { "TrainingState", "TrainingProgress", "TrainingHistory", "ValidationCaseIndices", "ValidationCaseNames",
      "ValidationCaseErrors", "DeviceInUse", "MemoryInUse", "Outcome", "DataReport" })
  {
    train->UpdatePropertyInformation(train->GetProperty(property));
  }
  TrainingStatus status;
  status.state = text(train, "TrainingState");
  status.outcome = text(train, "Outcome");
  status.device = text(train, "DeviceInUse");
  status.memory = numbers(train, "MemoryInUse").value(0);
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
  const auto history = numbers(train, "TrainingHistory");
  for (int i = 0; i + 2 < history.size(); i += 3)
  {
    status.epochs.append(history[i]);
    status.losses.append(history[i + 1]);
    status.validationErrors.append(history[i + 2]);
  }
  for (const double index : numbers(train, "ValidationCaseIndices"))
  {
    status.caseIndices.append(static_cast<int>(index));
  }
  vtkSMPropertyHelper names(train, "ValidationCaseNames", /*quiet=*/true);
  for (unsigned int i = 0; i < names.GetNumberOfElements(); ++i)
  {
    status.caseNames.append(QString::fromUtf8(names.GetAsString(i)));
  }
  status.caseErrors = numbers(train, "ValidationCaseErrors");
  if (status.state == "waiting")
  {
    for (const auto& entry : dataReport(train))
    {
      if (entry.level == "warning")
      {
        status.warnings.append(entry);
      }
    }
  }
  return status;
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

QString inWords(const TrainingStatus& status)
{
  const auto steps =
    tr("epoch %1, step %2 of %3").arg(status.epoch).arg(status.step).arg(status.stepsPlanned);
  if (status.state == "waiting")
  {
    return tr("The check of the data found something to look at");
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
  if (status.state == "completed")
  {
    return tr("Completed: %1").arg(steps);
  }
  if (status.state == "stopped")
  {
    return tr("Stopped: %1. The checkpoint is kept; choose Resume under If Model Exists to continue")
      .arg(steps);
  }
  if (status.state == "failed")
  {
    return tr("Failed: the reason is in the output messages");
  }
  return status.outcome.isEmpty() ? tr("Not trained yet: press Apply")
                                  : tr("Nothing to train: %1").arg(status.outcome);
}
}
