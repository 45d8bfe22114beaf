// The part of vtkFLARETrain that has to do with a run in the background.
#include "train_internals.h"

#include "guarded.h"
#include "mesh_prediction.h"

#include "flare/error.h"
#include "flare/predictor.h"
#include "flare/trainer.h"

#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkStreamingDemandDrivenPipeline.h>
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
// What one execution takes, unless one case or one step takes longer: the window waits for it.
constexpr double sliceTime = 0.08; // s

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
  // What was trained when it was allowed stays.
  if (!never && !this->Internal->live)
  {
    this->Modified();
  }
}

bool LiveRun::news() const
{
  switch (phase)
  {
    case Phase::Reading:
      return sliceEnded;
    case Phase::Checking:
      return check->ended();
    case Phase::Waiting:
      return startWanted;
    case Phase::Training:
      break;
  }
  return training->version() != shownVersion;
}

void vtkFLARETrain::BeginLive()
{
  auto& d = *this->Internal;
  d.cancelled = false;
  d.outcome = "reading the cases";
  d.report->Initialize();
  d.live.emplace();
  d.live->checkOnly = d.checkWanted;
  d.live->neverTrain = this->NeverTrain && !d.trainAsked;
  d.trainAsked = false;
  d.live->settings = this->Superclass::GetMTime();
}

bool vtkFLARETrain::GoOnLive(
  vtkInformation* request, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  auto& d = *this->Internal;
  if (!request->Get(vtkStreamingDemandDrivenPipeline::CONTINUE_EXECUTING()))
  {
    d.executionBegin = d.passBegin;
  }
  // Readers may call themselves modified when another time step is asked for.
  d.live->upstream = upstreamTime(this);
  if (d.live->phase == LiveRun::Phase::Reading && this->ReadOn(request, inputs, outputs))
  {
    return true;
  }
  if (d.live && d.live->phase != LiveRun::Phase::Reading)
  {
    this->GoOnAfterReading(outputs);
  }
  if (d.live)
  {
    this->ShowLive(inputs, outputs);
  }
  return false;
}

// True when this execution should bring another case. The run is over where it was aborted, or where there
// is nothing to train.
bool vtkFLARETrain::ReadOn(
  vtkInformation* request, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  auto& d = *this->Internal;
  d.live->sliceEnded = false;
  if (!this->Collect(request, inputs))
  {
    d.live->sliceEnded = this->SliceIsOver();
    if (d.live->sliceEnded)
    {
      d.loop.leave();
    }
    return !d.live->sliceEnded;
  }
  if (!d.data || !this->BeginCheck(outputs))
  {
    d.live.reset();
  }
  return false;
}

// By rank 0's clock.
bool vtkFLARETrain::SliceIsOver()
{
  auto& d = *this->Internal;
  float over = d.communicator->rank() == 0 && now() - d.executionBegin >= sliceTime ? 1.0F : 0.0F;
  d.communicator->max(&over, 1);
  return over > 0.0F;
}

bool vtkFLARETrain::BeginCheck(vtkInformationVector* outputs)
{
  auto& d = *this->Internal;
  auto& live = *d.live;
  this->EndOfReading();
  if (this->Exports() && !live.checkOnly)
  {
    this->Export();
    return false;
  }
  live.options = this->Options();
  if (!live.checkOnly)
  {
    live.plan = this->Plan(live.options);
    if (live.plan->result)
    {
      this->Present(*live.plan->result, outputs);
      return false;
    }
  }
  live.signature = d.data->signature();
  live.device =
    about("Device", [&] { return flare::describeDevice(flare::resolveDevice(live.options.device)); });
  live.shown = d.shownIndex;
  live.check = std::make_unique<BackgroundCheck>(*d.data, live.options);
  live.phase = LiveRun::Phase::Checking;
  d.outcome = "checking the data";
  return true;
}

void vtkFLARETrain::GoOnAfterReading(vtkInformationVector* outputs)
{
  auto& d = *this->Internal;
  auto& live = *d.live;
  if (live.phase == LiveRun::Phase::Checking && live.check->ended())
  {
    auto report = live.check->report();
    if (d.reading.sharedPoints > 0)
    {
      report.push_back({ flare::ReportEntry::Level::Info, "points", sharedPointsNote(d.reading), {} });
    }
    const bool asks = d.takeReport(report);
    live.check.reset();
    live.phase = LiveRun::Phase::Waiting;
    live.startWanted = !asks && !live.checkOnly;
    d.outcome = asks ? "waiting: the check of the data has warnings" : "waiting: the data are checked";
  }
  if (live.phase == LiveRun::Phase::Waiting && live.startWanted)
  {
    live.plan = live.plan ? std::move(live.plan) : this->Plan(live.options);
    if (live.plan->result)
    {
      this->Present(*live.plan->result, outputs);
      d.live.reset();
      return;
    }
    live.training = std::make_unique<BackgroundTraining>(
      d.session, std::move(*live.plan), std::move(*d.data), live.options);
    d.data.reset();
    if (live.shown) // unless another case has been chosen, which is still to be read
    {
      live.training->show(*live.shown, d.shownCase);
    }
    live.phase = LiveRun::Phase::Training;
    d.outcome = "training";
  }
}

std::optional<TrainingStatus> vtkFLARETrain::Internals::status() const
{
  return this->live && this->live->training ? std::optional(this->live->training->status()) : std::nullopt;
}

std::vector<std::string> vtkFLARETrain::Internals::unsaid(const std::vector<std::string>& warnings) const
{
  std::vector<std::string> others;
  for (const auto& text : warnings)
  {
    if (this->report->LookupValue(text) < 0)
    {
      others.push_back(text);
    }
  }
  return others;
}

bool vtkFLARETrain::Internals::takeReport(const std::vector<flare::ReportEntry>& entries)
{
  this->report->Initialize();
  this->warnings.clear();
  for (const auto& entry : entries)
  {
    for (const auto& text : { std::string(name(entry.level)), entry.subject, entry.text, entry.remedy })
    {
      this->report->InsertNextValue(text);
    }
    if (entry.level == flare::ReportEntry::Level::Warning)
    {
      this->warnings += entry.subject + entry.text;
    }
  }
  if (flare::hasErrors(entries))
  {
    std::string errors;
    for (const auto& entry : entries)
    {
      if (entry.level == flare::ReportEntry::Level::Error)
      {
        errors += (errors.empty() ? "" : "\n") + entry.subject + ": " + entry.text + ". " + entry.remedy;
      }
    }
    throw PropertyError("DataReport", errors);
  }
  // Nobody is asked the same twice.
  return !this->warnings.empty() && this->warnings != this->accepted;
}

bool vtkFLARETrain::LiveRunIsCurrent()
{
  auto& d = *this->Internal;
  if (!d.live || d.live->settings != this->Superclass::GetMTime() || d.live->upstream != upstreamTime(this))
  {
    return false;
  }
  return d.live->fileTime == 0 || d.live->fileTime == d.watch.time();
}

void vtkFLARETrain::PrepareLive(vtkInformationVector* inputs)
{
  auto& d = *this->Internal;
  if (d.live->phase == LiveRun::Phase::Reading)
  {
    d.loop.request(inputs);
    return;
  }
  const auto wanted = this->ShownIndex(d.loop.total());
  if (wanted != d.live->shown && wanted < d.loop.total())
  {
    d.loop.goTo(wanted);
    d.live->coming = wanted;
  }
  d.loop.requestAgain(inputs);
}

// The case that PrepareLive has asked for.
void vtkFLARETrain::TakeShownCase(vtkInformationVector* inputs)
{
  auto& d = *this->Internal;
  auto& live = *d.live;
  this->RequireShownCase(d.loop.total());
  if (live.coming)
  {
    const auto taken = d.loop.takeAgain(inputs, *d.communicator);
    d.show(taken,
      readCase(taken.mesh, live.signature, Targets::Required, nullptr, *d.communicator, &d.reading),
      *live.coming);
    live.shown = live.coming;
    live.coming.reset();
    if (live.training)
    {
      live.training->show(*live.shown, d.shownCase);
    }
  }
}

void vtkFLARETrain::ShowLive(vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  auto& d = *this->Internal;
  auto& live = *d.live;
  live.shownVersion = live.training ? live.training->version() : 0;
  live.shownAt = now();
  const auto status = d.status().value_or(TrainingStatus());
  if (!status.error.empty())
  {
    throw PropertyError(status.errorProperty, status.error);
  }
  if (status.cancelled)
  {
    d.outcome = "cancelled before the training began";
  }
  if (!status.previewProblem.empty() && !live.previewProblemSeen)
  {
    live.previewProblemSeen = true;
    warn(this, { status.previewProblem }, vtkMultiProcessController::GetGlobalController());
  }
  if (status.result && !live.endSeen)
  {
    live.endSeen = true;
    d.watch.look(d.modelFile, *d.communicator);
    live.fileTime = d.watch.time();
    d.outcome = status.result->outcome;
    warn(this, d.unsaid(status.result->warnings), vtkMultiProcessController::GetGlobalController());
  }
  if (live.phase != LiveRun::Phase::Reading)
  {
    this->TakeShownCase(inputs[0]);
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
      // While it trains, the worker predicts another case at its next step.
      else if (status.model && (status.state == State::Paused || status.state == State::Ended))
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
  const bool often = live && live->training && now() - live->shownAt < betweenUpdates;
  return live && live->news() && !often;
}

void vtkFLARETrain::CheckCases()
{
  auto& d = *this->Internal;
  const auto status = d.status();
  if (!this->Background || (status && status->state != State::Ended))
  {
    return;
  }
  d.checkWanted = true;
  if (!d.live || status)
  {
    d.live.reset();
    d.clear();
    d.refresh.Modified();
  }
}

void vtkFLARETrain::StartTraining()
{
  auto& d = *this->Internal;
  d.checkWanted = false;
  d.trainAsked = !d.live || d.live->training;
  if (d.live)
  {
    d.live->neverTrain = false;
  }
  if (!d.live && (d.cancelled || d.problem->GetNumberOfValues() > 0))
  {
    d.cancelled = false;
    d.refresh.Modified();
  }
  else if (d.live && d.live->phase == LiveRun::Phase::Waiting)
  {
    d.accepted = d.warnings;
    d.live->startWanted = true;
  }
  else if (const auto status = d.status(); status && status->state == State::Ended)
  {
    // What has failed or was stopped is tried again; what is completed is there.
    if (!status->result || !status->result->model.info().training.completed)
    {
      d.live.reset();
      d.clear();
      d.refresh.Modified();
    }
  }
  else if (d.live)
  {
    d.live->checkOnly = false;
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
  auto& d = *this->Internal;
  if (d.live && !d.live->training)
  {
    d.live.reset();
    d.clear();
    d.cancelled = true;
    d.outcome = "cancelled before the training began";
  }
  tell(d.live, &BackgroundTraining::stop);
}

void vtkFLARETrain::AdvanceTraining()
{
  if (this->GetInSlices())
  {
    this->Internal->live->training->advance(sliceTime);
  }
}

bool vtkFLARETrain::GetInSlices()
{
  const auto& live = this->Internal->live;
  return live && live->training && live->training->inSlices();
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
