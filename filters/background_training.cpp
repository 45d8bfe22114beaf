#include "background_training.h"

#include "guarded.h"
#include "mesh_prediction.h"
#include "steady_time.h"
#include "window_first.h"

#include "flare/interruption.h"
#include "flare/predictor.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace flare::filters
{
namespace
{
using State = TrainingStatus::State;

constexpr double betweenPredictions = 0.5; // s
constexpr double predictionShare = 0.05;   // of the time
constexpr std::chrono::seconds patience(1);
}

BackgroundTraining::BackgroundTraining(
  TrainingSession& session, TrainingPlan plan, DataSet data, TrainingOptions options)
  : session_(session)
  , plan_(std::move(plan))
  , data_(std::move(data))
  , options_(std::move(options))
{
  if (data_.communicator()->size() == 1)
  {
    thread_ = std::thread([this] { work(); });
  }
}

BackgroundTraining::~BackgroundTraining()
{
  if (inSlices())
  {
    return;
  }
  stop();
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!ended_.wait_for(lock, patience, [this] { return status_.state == State::Ended; }))
    {
      brokenOff_ = true;
    }
  }
  thread_.join();
}

template<typename Change>
void BackgroundTraining::publish(const Change& change)
{
  const std::lock_guard<std::mutex> lock(mutex_);
  change(status_);
  ++version_;
}

template<typename Request>
void BackgroundTraining::ask(const Request& request)
{
  const std::lock_guard<std::mutex> lock(mutex_);
  if (status_.state == State::Ended)
  {
    return;
  }
  request();
  ++version_;
}

void BackgroundTraining::pause()
{
  ask(
    [this]
    {
      if (stopWanted_)
      {
        return;
      }
      pauseWanted_ = true;
      status_.state = State::Paused;
      if (trainer_ && !inSlices())
      {
        trainer_->pause();
      }
    });
}

void BackgroundTraining::resume()
{
  ask(
    [this]
    {
      if (!pauseWanted_ || stopWanted_)
      {
        return;
      }
      pauseWanted_ = false;
      status_.state = trainer_ ? State::Training : State::Preparing;
      if (trainer_)
      {
        trainer_->resume();
      }
    });
}

void BackgroundTraining::stop()
{
  ask(
    [this]
    {
      stopWanted_ = true;
      status_.state = State::Stopping;
      if (trainer_)
      {
        trainer_->requestStop();
      }
    });
  // A run in slices ends at once: nobody calls `advance` for one that is paused.
  advance(0.0);
}

void BackgroundTraining::saveCheckpoint()
{
  ask(
    [this]
    {
      if (trainer_)
      {
        trainer_->requestCheckpoint();
      }
    });
}

void BackgroundTraining::show(std::size_t index, Case c)
{
  const std::lock_guard<std::mutex> lock(mutex_);
  shownIndex_ = index;
  shown_ = std::move(c);
  shownAnew_ = true;
}

TrainingStatus BackgroundTraining::status() const
{
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

bool BackgroundTraining::stopWanted() const
{
  const std::lock_guard<std::mutex> lock(mutex_);
  return stopWanted_;
}

void BackgroundTraining::work()
{
  yieldToTheWindow();
  const InterruptionScope scope(&brokenOff_);
  try
  {
    auto trainer = TrainingSession::start(plan_, data_, options_);
    // A run without a step has nothing that is worth a checkpoint, which could replace a better one.
    if (stopWanted() && trainer.stepsDone() == 0)
    {
      cancel();
      return;
    }
    begin(trainer);
    end(trainer, goOn(trainer, std::numeric_limits<double>::infinity()));
  }
  catch (const Interrupted&)
  {
    endWith([](TrainingStatus&) {}); // nobody is there to be told
  }
  catch (const PropertyError& e)
  {
    fail(e.property(), e.what());
  }
  catch (const std::exception& e)
  {
    fail({}, e.what());
  }
}

void BackgroundTraining::advance(double seconds)
{
  if (!inSlices() || status().state == State::Ended || status().state == State::Paused)
  {
    return;
  }
  if (!sliced_ && stopWanted())
  {
    cancel();
    return;
  }
  try
  {
    if (!sliced_)
    {
      sliced_.emplace(TrainingSession::start(plan_, data_, options_));
      begin(*sliced_);
    }
    const auto state = goOn(*sliced_, seconds);
    if (state != RunState::Running)
    {
      end(*sliced_, state);
      sliced_.reset();
    }
  }
  catch (const PropertyError& e)
  {
    sliced_.reset();
    fail(e.property(), e.what());
  }
  catch (const std::exception& e)
  {
    sliced_.reset();
    fail({}, e.what());
  }
}

// From here on others reach the trainer.
void BackgroundTraining::begin(Trainer& trainer)
{
  publish(
    [&](TrainingStatus& status)
    {
      trainer_ = &trainer;
      status.history = trainer.record().history;
      status.validationCases = trainer.record().validationCases;
      status.validationIndices = trainer.record().validationIndices;
      status.secondsLeft = std::numeric_limits<double>::quiet_NaN();
      status.state = status.state == State::Preparing ? State::Training : status.state;
      if (pauseWanted_)
      {
        trainer.pause();
      }
      if (stopWanted_)
      {
        trainer.requestStop();
      }
    });
}

RunState BackgroundTraining::goOn(Trainer& trainer, double seconds)
{
  struct Reach // of others, which an error ends
  {
    ~Reach()
    {
      if (state != RunState::Running)
      {
        background.publish([this](TrainingStatus&) { background.trainer_ = nullptr; });
      }
    }
    BackgroundTraining& background;
    RunState state = RunState::Failed;
  };
  Reach reach{ *this };
  reach.state = trainer.runFor(
    seconds,
    [&](const Progress& progress)
    {
      publish(
        [&](TrainingStatus& status)
        {
          status.history = trainer.record().history;
          status.secondsLeft = progress.secondsLeft;
          status.caseErrors = progress.caseErrors;
        });
    },
    [&](std::int64_t done, std::int64_t planned)
    {
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        status_.stepsDone = done;
        status_.stepsPlanned = planned;
      }
      if (predictionDue())
      {
        const double begin = now();
        predictShown(trainer.model());
        nextPrediction_ = begin + std::max(betweenPredictions, (now() - begin) / predictionShare);
      }
      return true;
    });
  return reach.state;
}

template<typename Change>
void BackgroundTraining::endWith(const Change& change)
{
  data_ = DataSet();
  publish(
    [&](TrainingStatus& status)
    {
      change(status);
      status.state = State::Ended;
      status.secondsLeft = 0.0;
    });
  ended_.notify_all();
}

void BackgroundTraining::end(const Trainer& trainer, RunState state)
{
  auto result = about("ModelFile", [&] { return session_.finish(plan_, trainer, state, data_, options_); });
  predictShown(result.model);
  endWith(
    [&](TrainingStatus& status)
    {
      status.model = result.model;
      status.history = result.model.info().training.history;
      status.result = std::move(result);
    });
}

void BackgroundTraining::fail(std::string property, const std::string& error)
{
  endWith(
    [&](TrainingStatus& status)
    {
      status.errorProperty = std::move(property);
      status.error = error.empty() ? "an unknown error" : error;
    });
}

void BackgroundTraining::cancel()
{
  endWith([](TrainingStatus& status) { status.cancelled = true; });
}

// By rank 0's clock; at once where another case has been chosen.
bool BackgroundTraining::predictionDue()
{
  float due = 0.0F;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    due = shownAnew_ ? 1.0F : 0.0F;
    shownAnew_ = false;
  }
  auto& communicator = *data_.communicator();
  due = communicator.rank() == 0 && now() >= nextPrediction_ ? 1.0F : due;
  communicator.max(&due, 1);
  return due > 0.0F && status_.previewProblem.empty();
}

void BackgroundTraining::predictShown(const Model& model)
{
  std::optional<Case> shown;
  std::size_t index = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    shown = shown_;
    index = shownIndex_;
  }
  if (!shown)
  {
    return;
  }
  try
  {
    Predictor predictor(model, options_.device, options_.precision, data_.communicator());
    const auto values =
      std::make_shared<const std::vector<std::vector<double>>>(predictedValues(*shown, predictor));
    publish(
      [&](TrainingStatus& status)
      {
        status.model = model;
        status.predictedCase = index;
        status.prediction = values;
      });
  }
  catch (const Interrupted&)
  {
    throw;
  }
  catch (const std::exception& e)
  {
    // A picture is not worth the run.
    const auto text = std::string("the shown case cannot be predicted: ") + e.what();
    publish([&](TrainingStatus& status) { status.previewProblem = text; });
  }
}
}
