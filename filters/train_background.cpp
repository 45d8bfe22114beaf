// How a run in the background of vtkFLARETrain goes on with each execution.
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

using namespace flare::filters;
using State = TrainingStatus::State;

namespace
{
constexpr double betweenUpdates = 0.5; // s
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
  d.live->upstream.look(this);
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
    auto [device, report] = live.check->result();
    live.device = std::move(device);
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
  if (!d.live || d.live->settings != this->Superclass::GetMTime() || d.live->upstream.changed(this))
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
    d.live->coming = wanted;
    d.loop.requestAgain(inputs, wanted);
    return;
  }
  CaseLoop::requestNothingNew(inputs);
}

// The case that PrepareLive has asked for.
void vtkFLARETrain::TakeShownCase(vtkInformationVector* inputs)
{
  auto& d = *this->Internal;
  auto& live = *d.live;
  this->RequireShownCase(d.loop.total());
  if (live.coming)
  {
    const auto taken = d.loop.takeAgain(inputs, *live.coming, *d.communicator);
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
