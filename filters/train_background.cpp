// The part of vtkFLARETrain that has to do with a run in the background.
#include "train_internals.h"

#include "guarded.h"
#include "mesh_prediction.h"

#include "flare/error.h"
#include "flare/predictor.h"
#include "flare/trainer.h"

#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtksys/SystemInformation.hxx>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

using namespace flare::filters;
using State = TrainingStatus::State;

namespace
{
constexpr double betweenUpdates = 0.5; // s

double now()
{
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The latest modification of everything before an algorithm.
vtkMTimeType upstreamTime(vtkAlgorithm* algorithm)
{
  vtkMTimeType time = 0;
  for (int port = 0; port < algorithm->GetNumberOfInputPorts(); ++port)
  {
    for (int i = 0; i < algorithm->GetNumberOfInputConnections(port); ++i)
    {
      auto* input = algorithm->GetInputAlgorithm(port, i);
      time = std::max({ time, input->GetMTime(), upstreamTime(input) });
    }
  }
  return time;
}
}

void vtkFLARETrain::SetShownCase(int index)
{
  index = std::max(index, -1);
  if (this->ShownCase == index)
  {
    return;
  }
  this->ShownCase = index;
  // A run goes on, whichever case is looked at.
  this->Internal->live ? this->Internal->refresh.Modified() : this->Modified();
}

void vtkFLARETrain::SetNeverTrain(bool never)
{
  if (this->NeverTrain == never)
  {
    return;
  }
  this->NeverTrain = never;
  if (!this->Internal->live)
  {
    this->Modified();
  }
}

void vtkFLARETrain::CheckData(const flare::TrainingOptions& options)
{
  auto& d = *this->Internal;
  const auto report = flare::reportOn(*d.data, options,
    [this](double part)
    {
      this->SetProgressText("checking the data");
      this->UpdateProgress(part);
      return true;
    });
  d.report->Initialize();
  std::string errors;
  d.warnings.clear();
  for (const auto& entry : report)
  {
    for (const auto& text : { std::string(name(entry.level)), entry.subject, entry.text, entry.remedy })
    {
      d.report->InsertNextValue(text);
    }
    if (entry.level == flare::ReportEntry::Level::Warning)
    {
      d.warnings += entry.subject + entry.text;
    }
    if (entry.level == flare::ReportEntry::Level::Error)
    {
      errors += (errors.empty() ? "" : "\n") + entry.subject + ": " + entry.text + ". " + entry.remedy;
    }
  }
  if (!errors.empty())
  {
    throw flare::Error(errors);
  }
}

void vtkFLARETrain::StartLive(
  TrainingPlan plan, const flare::TrainingOptions& options, vtkInformationVector* outputs)
{
  auto& d = *this->Internal;
  this->CheckData(options);
  LiveRun live;
  live.plan = std::move(plan);
  live.options = options;
  live.signature = d.data->signature();
  live.validation = this->HeldOut(d.data->size());
  live.device = flare::describeDevice(flare::resolveDevice(options.device));
  live.settings = this->Superclass::GetMTime();
  live.upstream = upstreamTime(this);
  live.shown = this->ShownIndex(d.data->size());
  live.shownAt = now();
  live.data = std::move(*d.data);
  d.data.reset();
  d.live = std::move(live);
  d.outcome = "waiting: the check of the data has warnings";
  // Nobody is asked the same twice.
  if (d.warnings.empty() || d.warnings == d.accepted)
  {
    d.begin();
  }
  flare::ModelInfo info;
  info.signature = d.live->signature;
  this->FillOutputs(info, outputs, [](CaseMesh&) {});
}

void vtkFLARETrain::Internals::begin()
{
  auto& run = *this->live;
  run.training = std::make_unique<BackgroundTraining>(
    this->session, std::move(run.plan), std::move(*run.data), run.options);
  run.data.reset();
  run.training->show(run.shown, this->shownCase);
  this->outcome = "training";
}

std::optional<TrainingStatus> vtkFLARETrain::Internals::status() const
{
  return this->live && this->live->training ? std::optional(this->live->training->status()) : std::nullopt;
}

bool vtkFLARETrain::LiveRunIsCurrent()
{
  auto& d = *this->Internal;
  if (!d.live || d.live->settings != this->Superclass::GetMTime() || d.live->upstream != upstreamTime(this))
  {
    return false;
  }
  return d.live->fileVersion.empty() || d.live->fileVersion == identify(d.modelFile).text();
}

void vtkFLARETrain::PrepareLive()
{
  auto& d = *this->Internal;
  const auto wanted = this->ShownIndex(d.loop.total());
  if (wanted != d.live->shown && wanted < d.loop.total())
  {
    d.loop.goTo(wanted);
  }
}

void vtkFLARETrain::ShowLive(vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  auto& d = *this->Internal;
  auto& live = *d.live;
  // Readers may call themselves modified when another time step is asked for.
  live.upstream = upstreamTime(this);
  live.shownVersion = live.training ? live.training->version() : 0;
  live.shownAt = now();
  const auto status = d.status().value_or(TrainingStatus());
  if (!status.error.empty())
  {
    throw flare::Error(status.error);
  }
  if (status.result && !live.endSeen)
  {
    live.endSeen = true;
    live.fileVersion = identify(d.modelFile).text();
    d.outcome = status.result->outcome;
    warn(this, status.result->warnings, nullptr);
  }
  const auto wanted = this->ShownIndex(d.loop.total());
  if (wanted >= d.loop.total())
  {
    throw flare::Error("ShownCase is " + std::to_string(this->ShownCase) + ", but there are " +
                       std::to_string(d.loop.total()) + " cases, numbered from 0");
  }
  if (wanted != live.shown)
  {
    const auto taken = d.loop.takeAgain(inputs[0], *d.communicator);
    d.show(
      taken, readCase(taken.mesh, live.signature, Targets::Required, nullptr, *d.communicator, &d.reading));
    live.shown = wanted;
    if (live.training)
    {
      live.training->show(wanted, d.shownCase);
    }
  }
  flare::ModelInfo info;
  info.signature = live.signature;
  info.training.history = status.history;
  this->FillOutputs(info, outputs,
    [&](CaseMesh& mesh)
    {
      std::vector<std::string> replaced;
      if (status.prediction && status.predictedCase == live.shown)
      {
        addPrediction(mesh, live.signature, *status.prediction, replaced);
      }
      else if (status.model)
      {
        flare::Predictor predictor(*status.model, static_cast<flare::Device>(this->Device),
          static_cast<flare::Precision>(this->Precision), d.communicator);
        predictOnto(mesh, d.shownCase, predictor, replaced);
      }
    });
}

bool vtkFLARETrain::GetNeedsUpdate()
{
  const auto& live = this->Internal->live;
  return live && live->training && live->training->version() != live->shownVersion &&
         now() - live->shownAt >= betweenUpdates;
}

void vtkFLARETrain::StartTraining()
{
  auto& d = *this->Internal;
  if (d.live && !d.live->training)
  {
    d.accepted = d.warnings;
    d.begin();
  }
}

namespace
{
template<typename Command>
void tell(const std::optional<LiveRun>& live, Command command)
{
  if (live && live->training)
  {
    (live->training.get()->*command)();
  }
}
}

void vtkFLARETrain::PauseTraining()
{
  tell(this->Internal->live, &BackgroundTraining::pause);
}

void vtkFLARETrain::ContinueTraining()
{
  tell(this->Internal->live, &BackgroundTraining::resume);
}

void vtkFLARETrain::StopTraining()
{
  tell(this->Internal->live, &BackgroundTraining::stop);
}

void vtkFLARETrain::SaveCheckpoint()
{
  tell(this->Internal->live, &BackgroundTraining::saveCheckpoint);
}

vtkStringArray* vtkFLARETrain::GetDataReport()
{
  return this->Internal->report;
}

const char* vtkFLARETrain::GetTrainingState()
{
  if (!this->Internal->live)
  {
    return "idle";
  }
  const auto found = this->Internal->status();
  if (!found)
  {
    return "waiting";
  }
  const auto& status = *found;
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
  return !status.result ? "failed" : status.result->model.info().training.completed ? "completed" : "stopped";
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
  for (const auto index : d.live ? d.live->validation : std::vector<std::size_t>{})
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
