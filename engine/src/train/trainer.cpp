#include "flare/trainer.h"

#include "flare/error.h"
#include "flare/interruption.h"
#include "io/atomic_file.h"
#include "train/training_run.h"

#include <c10/util/Exception.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <filesystem>
#include <limits>
#include <mutex>

namespace flare
{
namespace
{
using Clock = std::chrono::steady_clock;
}

void TrainingOptions::startFrom(const Model& model)
{
  start = model;
  architecture = model.info().architecture;
  recipe.encoding = model.info().encoding;
}

struct Trainer::Impl
{
  Impl(DataSet data, TrainingOptions o)
    : options(std::move(o))
    , run(std::move(data), options)
  {
    stepsPlanned = run.stepsPlanned();
    checkCheckpointPath();
  }

  TrainingOptions options;
  train::TrainingRun run;
  std::atomic<std::int64_t> stepsDone{ 0 };
  std::atomic<std::int64_t> stepsPlanned{ 0 };
  Clock::time_point lastCheckpoint = Clock::now();
  bool checkpointFailed = false; // and the record says so

  // What other threads ask for.
  std::mutex mutex;
  std::condition_variable changed;
  bool stopWanted = false;
  bool pauseWanted = false;
  bool checkpointWanted = false;
  RunState state = RunState::Ready;

  void set(RunState value)
  {
    const std::lock_guard<std::mutex> lock(mutex);
    state = value;
  }

  template<typename Change>
  void request(const Change& change)
  {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      change();
    }
    changed.notify_all();
  }

  // The flag's value, which is cleared; true on all ranks when it is on one.
  bool taken(bool& flag)
  {
    std::int64_t wanted = 0;
    {
      const std::lock_guard<std::mutex> lock(mutex);
      wanted = flag ? 1 : 0;
      flag = false;
    }
    run.communicator().sum(&wanted, 1);
    return wanted > 0;
  }

  // A folder that cannot be written is better found before hours of training.
  void checkCheckpointPath()
  {
    std::string problem;
    if (!options.checkpointPath.empty() && run.communicator().rank() == 0)
    {
      try
      {
        io::AtomicFile probe(options.checkpointPath);
      }
      catch (const Error& error)
      {
        problem = error.what();
      }
    }
    agree(run.communicator(), problem);
  }

  double step()
  {
    double loss = 0.0;
    try
    {
      loss = run.step();
    }
    catch (const c10::Error& error)
    {
      publish();
      throw Error("training stopped at step " + std::to_string(run.stepsDone() + 1) + ": LibTorch reports '" +
                  error.what_without_backtrace() +
                  "'. If it lacks memory, choose smaller meshes, batches or networks");
    }
    catch (...)
    {
      publish();
      if (run.failed())
      {
        set(RunState::Failed);
      }
      throw;
    }
    publish();
    if (run.finished())
    {
      set(RunState::Completed);
      removeCheckpoint();
    }
    else if (!options.checkpointPath.empty())
    {
      checkpointIfDue();
    }
    return loss;
  }

  void publish()
  {
    stepsDone = run.stepsDone();
    stepsPlanned = run.stepsPlanned();
  }

  void checkpointIfDue()
  {
    if (run.communicator().rank() == 0 &&
        std::chrono::duration<double>(Clock::now() - lastCheckpoint).count() >= options.checkpointSeconds)
    {
      request([this] { checkpointWanted = true; });
    }
    if (taken(checkpointWanted))
    {
      tryCheckpoint();
    }
  }

  // A run is worth more than its checkpoint: a failure to write one is noted, and training goes on.
  void tryCheckpoint()
  {
    try
    {
      run.save(options.checkpointPath);
    }
    catch (const Error& error)
    {
      if (!checkpointFailed)
      {
        run.record().notes.push_back("after step " + std::to_string(run.stepsDone()) +
                                     " no checkpoint could be written: " + error.what());
      }
      checkpointFailed = true;
    }
    lastCheckpoint = Clock::now();
  }

  void removeCheckpoint()
  {
    if (!options.checkpointPath.empty() && run.communicator().rank() == 0)
    {
      std::error_code ignored; // one that stays behind does no harm
      std::filesystem::remove(options.checkpointPath, ignored);
    }
  }

  // Waits while a pause is wanted. Alone, it writes a checkpoint that is asked for meanwhile; several ranks
  // write it after their next step.
  void waitWhilePaused()
  {
    const bool alone = run.communicator().size() == 1 && !options.checkpointPath.empty();
    std::unique_lock<std::mutex> lock(mutex);
    while (pauseWanted && !stopWanted)
    {
      state = RunState::Paused;
      changed.wait(lock, [&] { return !pauseWanted || stopWanted || (alone && checkpointWanted); });
      if (alone && checkpointWanted)
      {
        checkpointWanted = false;
        lock.unlock();
        tryCheckpoint();
        lock.lock();
      }
    }
    state = RunState::Running;
  }

  RunState stop()
  {
    throwIfInterrupted();
    run.record().stopReason = "stopped by request";
    set(RunState::Stopped);
    if (!options.checkpointPath.empty())
    {
      run.save(options.checkpointPath);
      lastCheckpoint = Clock::now();
    }
    return RunState::Stopped;
  }

  Progress progress() const
  {
    Progress p;
    p.epoch = run.record().history.back();
    p.stepsPlanned = run.stepsPlanned();
    const auto done = static_cast<double>(run.stepsDone());
    p.secondsLeft = p.epoch.seconds * (static_cast<double>(run.stepsPlanned()) - done) / done;
    p.caseErrors = run.validationErrors();
    return p;
  }

  // True on all ranks when rank 0 is past the time.
  bool pastOnRankZero(double seconds, Clock::time_point begin)
  {
    if (std::isinf(seconds))
    {
      return false;
    }
    const bool mine = run.communicator().rank() == 0 &&
                      std::chrono::duration<double>(Clock::now() - begin).count() >= seconds;
    std::int64_t past = mine ? 1 : 0;
    run.communicator().sum(&past, 1);
    return past > 0;
  }

  RunState loop(double seconds, const std::function<void(const Progress&)>& onEpoch,
    const std::function<bool(std::int64_t, std::int64_t)>& onStep)
  {
    const auto begin = Clock::now();
    while (!run.finished())
    {
      waitWhilePaused();
      if (taken(stopWanted))
      {
        return stop();
      }
      step();
      if (run.epochEnded() && onEpoch)
      {
        onEpoch(progress());
      }
      if (onStep && !onStep(run.stepsDone(), run.stepsPlanned()))
      {
        request([this] { stopWanted = true; });
      }
      if (!run.finished() && pastOnRankZero(seconds, begin))
      {
        return RunState::Running;
      }
    }
    return RunState::Completed;
  }
};

Trainer::Trainer(DataSet data, TrainingOptions options)
  : impl_(std::make_unique<Impl>(std::move(data), std::move(options)))
{
}

Trainer::Trainer(std::unique_ptr<Impl> impl)
  : impl_(std::move(impl))
{
}

Trainer Trainer::resume(const std::string& checkpoint, DataSet data, TrainingOptions options)
{
  auto impl = std::make_unique<Impl>(std::move(data), std::move(options));
  impl->run.restore(checkpoint);
  impl->publish();
  return Trainer(std::move(impl));
}

Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;

double Trainer::step()
{
  return impl_->step();
}

bool Trainer::finished() const
{
  return impl_->run.finished();
}

RunState Trainer::run(const std::function<void(const Progress&)>& onEpoch,
  const std::function<bool(std::int64_t, std::int64_t)>& onStep)
{
  return runFor(std::numeric_limits<double>::infinity(), onEpoch, onStep);
}

RunState Trainer::runFor(double seconds, const std::function<void(const Progress&)>& onEpoch,
  const std::function<bool(std::int64_t, std::int64_t)>& onStep)
{
  try
  {
    const auto end = impl_->loop(seconds, onEpoch, onStep);
    impl_->set(end);
    return end;
  }
  catch (...)
  {
    if (!impl_->run.failed())
    {
      impl_->set(RunState::Stopped);
    }
    throw;
  }
}

void Trainer::requestStop()
{
  impl_->request([this] { impl_->stopWanted = true; });
}

void Trainer::pause()
{
  impl_->request([this] { impl_->pauseWanted = true; });
}

void Trainer::resume()
{
  impl_->request([this] { impl_->pauseWanted = false; });
}

void Trainer::requestCheckpoint()
{
  impl_->request([this] { impl_->checkpointWanted = true; });
}

RunState Trainer::state() const
{
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->state;
}

std::int64_t Trainer::stepsDone() const
{
  return impl_->stepsDone;
}

std::int64_t Trainer::stepsPlanned() const
{
  return impl_->stepsPlanned;
}

Model Trainer::model() const
{
  return impl_->run.model();
}

void Trainer::saveCheckpoint(const std::string& path) const
{
  impl_->run.save(path);
}

std::map<std::string, std::vector<double>> Trainer::weights() const
{
  return impl_->run.weights();
}

void Trainer::setWeights(const std::map<std::string, std::vector<double>>& weights)
{
  impl_->run.setWeights(weights);
}

const TrainingRecord& Trainer::record() const
{
  return impl_->run.record();
}

std::vector<double> Trainer::errors(const std::vector<std::size_t>& cases) const
{
  return impl_->run.errors(cases);
}
}
