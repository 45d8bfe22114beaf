#include "background_training.h"

#include "mesh_prediction.h"

#include "flare/predictor.h"

#include <sys/resource.h>
#include <unistd.h>

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

double now()
{
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The window's thread comes first where there are no more cores than training takes. On Linux the priority is
// a thread's own, and the threads that it starts inherit it.
void yieldToTheWindow()
{
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 5);
}
}

BackgroundTraining::BackgroundTraining(
  TrainingSession& session, TrainingPlan plan, DataSet data, TrainingOptions options)
  : session_(session)
  , plan_(std::move(plan))
  , data_(std::move(data))
  , options_(std::move(options))
  , thread_([this] { work(); })
{
}

BackgroundTraining::~BackgroundTraining()
{
  stop();
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!ended_.wait_for(lock, patience, [this] { return status_.state == State::Ended; }))
    {
      abandoned_ = true;
      if (trainer_)
      {
        trainer_->abandon();
      }
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
      if (trainer_)
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
      if (!pauseWanted_)
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
}

std::uint64_t BackgroundTraining::version() const
{
  const std::lock_guard<std::mutex> lock(mutex_);
  return version_;
}

TrainingStatus BackgroundTraining::status() const
{
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

bool BackgroundTraining::abandoned() const
{
  const std::lock_guard<std::mutex> lock(mutex_);
  return abandoned_;
}

void BackgroundTraining::work()
{
  yieldToTheWindow();
  std::optional<TrainingResult> result;
  std::string error;
  try
  {
    auto trainer = TrainingSession::start(plan_, data_, options_);
    drive(trainer);
    if (!abandoned())
    {
      result = session_.finish(plan_, trainer, trainer.state(), data_, options_);
    }
  }
  catch (const std::exception& e)
  {
    error = *e.what() ? e.what() : "an unknown error";
  }
  data_ = DataSet();
  publish(
    [&](TrainingStatus& status)
    {
      status.result = std::move(result);
      status.error = std::move(error);
      status.state = State::Ended;
      status.secondsLeft = 0.0;
      if (status.result)
      {
        status.model = status.result->model;
        status.history = status.result->model.info().training.history;
        status.prediction.reset();
      }
    });
  ended_.notify_all();
}

// To the end of the run; others reach the trainer in the meantime.
void BackgroundTraining::drive(Trainer& trainer)
{
  struct Reach
  {
    Reach(BackgroundTraining& b, Trainer& trainer)
      : background(b)
    {
      background.publish(
        [&](TrainingStatus& status)
        {
          background.trainer_ = &trainer;
          status.history = trainer.record().history;
          status.validationCases = trainer.record().validationCases;
          status.secondsLeft = std::numeric_limits<double>::quiet_NaN();
          status.state = status.state == State::Preparing ? State::Training : status.state;
          if (background.pauseWanted_)
          {
            trainer.pause();
          }
          if (background.stopWanted_)
          {
            trainer.requestStop();
          }
        });
    }
    ~Reach()
    {
      background.publish([&](TrainingStatus&) { background.trainer_ = nullptr; });
    }
    BackgroundTraining& background;
  };
  const Reach reach(*this, trainer);
  trainer.run(
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
      predictShown(trainer);
      return true;
    });
}

void BackgroundTraining::predictShown(const Trainer& trainer)
{
  const double begin = now();
  std::optional<Case> shown;
  std::size_t index = 0;
  if (begin >= nextPrediction_)
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    shown = shown_;
    index = shownIndex_;
  }
  if (!shown)
  {
    return;
  }
  const auto model = trainer.model();
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
  const double cost = now() - begin;
  nextPrediction_ = begin + std::max(betweenPredictions, cost / predictionShare);
}
}
