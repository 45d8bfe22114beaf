// What vtkFLARETrain tells about a run in the background.
#include "train_internals.h"

#include "flare/device.h"

#include <vtksys/SystemInformation.hxx>

#include <cmath>
#include <limits>

using namespace flare::filters;
using State = TrainingStatus::State;

std::optional<TrainingStatus> vtkFLARETrain::Internals::status() const
{
  return this->live && this->live->training ? std::optional(this->live->training->status()) : std::nullopt;
}

vtkIntArray* vtkFLARETrain::GetReadingProgress()
{
  auto& d = *this->Internal;
  const bool reading = d.live && d.live->phase == LiveRun::Phase::Reading && d.data;
  d.readingProgress->Initialize();
  d.readingProgress->InsertNextValue(reading ? static_cast<int>(d.data->size()) : 0);
  d.readingProgress->InsertNextValue(reading ? static_cast<int>(d.loop.total()) : 0);
  return d.readingProgress;
}

vtkStringArray* vtkFLARETrain::GetProblem()
{
  return this->Internal->problem;
}

vtkStringArray* vtkFLARETrain::GetDataReport()
{
  return this->Internal->report;
}

const char* vtkFLARETrain::GetTrainingState()
{
  const auto& live = this->Internal->live;
  if (!live)
  {
    return this->Internal->problem->GetNumberOfValues() > 0 ? "failed" : "idle";
  }
  switch (live->phase)
  {
    case LiveRun::Phase::Reading:
      return "reading";
    case LiveRun::Phase::Checking:
      return "checking";
    case LiveRun::Phase::Waiting:
      return "waiting";
    case LiveRun::Phase::Training:
      break;
  }
  const auto status = live->training->status();
  switch (status.state)
  {
    case State::Preparing:
      return "preparing";
    case State::Training:
      return "training";
    case State::Paused:
      return "paused";
    case State::Stopping:
      return "stopping";
    case State::Ended:
      break;
  }
  return status.cancelled                                 ? "stopped"
         : !status.result                                 ? "failed"
         : status.result->model.info().training.completed ? "completed"
                                                          : "stopped";
}

vtkDoubleArray* vtkFLARETrain::GetTrainingProgress()
{
  auto& d = *this->Internal;
  const auto unknown = std::numeric_limits<double>::quiet_NaN();
  double epoch = 0.0, loss = unknown, error = unknown, left = unknown;
  std::int64_t done = 0, planned = 0;
  if (const auto status = d.status())
  {
    done = status->stepsDone;
    planned = status->stepsPlanned;
    left = status->secondsLeft;
    if (!status->history.empty())
    {
      epoch = static_cast<double>(status->history.back().epoch);
      loss = status->history.back().loss;
    }
    for (const auto& record : status->history)
    {
      error = std::isnan(record.validationError) ? error : record.validationError;
    }
  }
  d.progress->Initialize();
  for (const double value :
    { epoch, static_cast<double>(done), static_cast<double>(planned), loss, error, left })
  {
    d.progress->InsertNextValue(value);
  }
  return d.progress;
}

vtkDoubleArray* vtkFLARETrain::GetTrainingHistory()
{
  auto& d = *this->Internal;
  d.history->Initialize();
  for (const auto& record : d.status().value_or(TrainingStatus()).history)
  {
    d.history->InsertNextValue(static_cast<double>(record.epoch));
    d.history->InsertNextValue(record.loss);
    d.history->InsertNextValue(record.validationError);
  }
  return d.history;
}

vtkIntArray* vtkFLARETrain::GetValidationCaseIndices()
{
  auto& d = *this->Internal;
  d.caseIndices->Initialize();
  for (const auto index : d.status().value_or(TrainingStatus()).validationIndices)
  {
    d.caseIndices->InsertNextValue(static_cast<int>(index));
  }
  return d.caseIndices;
}

vtkStringArray* vtkFLARETrain::GetValidationCaseNames()
{
  auto& d = *this->Internal;
  d.caseNames->Initialize();
  for (const auto& name : d.status().value_or(TrainingStatus()).validationCases)
  {
    d.caseNames->InsertNextValue(name);
  }
  return d.caseNames;
}

vtkDoubleArray* vtkFLARETrain::GetValidationCaseErrors()
{
  auto& d = *this->Internal;
  d.caseErrors->Initialize();
  for (const auto error : d.status().value_or(TrainingStatus()).caseErrors)
  {
    d.caseErrors->InsertNextValue(error);
  }
  return d.caseErrors;
}

const char* vtkFLARETrain::GetDeviceInUse()
{
  auto& d = *this->Internal;
  d.device = d.live ? d.live->device : std::string();
  return d.device.c_str();
}

double vtkFLARETrain::GetMemoryInUse()
{
  vtksys::SystemInformation information;
  return static_cast<double>(information.GetProcMemoryUsed()) / 1024.0;
}

double vtkFLARETrain::GetGPUMemoryInUse()
{
  return static_cast<double>(flare::gpuMemoryInUse()) / 1048576.0;
}
