// What vtkFLARETrain is told during a run in the background.
#include "train_internals.h"

#include <algorithm>

using namespace flare::filters;
using State = TrainingStatus::State;

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
  const auto status = d.status();
  // What is completed is there, and leaves no permission behind.
  const bool done = status && status->state == State::Ended && status->result &&
                    status->result->model.info().training.completed && this->LiveRunIsCurrent();
  d.trainAsked = !done && (!d.live || d.live->training);
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
  else if (status && status->state == State::Ended && !done)
  {
    // What has failed or was stopped is tried again.
    d.live.reset();
    d.clear();
    d.refresh.Modified();
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

void vtkFLARETrain::SaveCheckpoint()
{
  tell(this->Internal->live, &BackgroundTraining::saveCheckpoint);
}
