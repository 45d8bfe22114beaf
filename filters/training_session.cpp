#include "training_session.h"

#include "model_cache.h"
#include "parallel.h"

#include <chrono>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace flare::filters
{
namespace
{
std::string timeText(double seconds)
{
  const auto whole = static_cast<long long>(seconds + 0.5);
  std::ostringstream text;
  text << whole / 60 << ":" << std::setw(2) << std::setfill('0') << whole % 60;
  return text.str();
}

std::string epochText(const Progress& progress)
{
  const auto& epoch = progress.epoch;
  std::ostringstream text;
  text.precision(3);
  text << "epoch " << epoch.epoch << ", step " << epoch.step << " of " << progress.stepsPlanned << ", loss "
       << epoch.loss;
  if (std::isfinite(epoch.validationError))
  {
    text << ", validation error " << epoch.validationError;
  }
  if (std::isfinite(progress.secondsLeft))
  {
    text << ", " << timeText(progress.secondsLeft) << " left";
  }
  return text.str();
}

std::string runText(const ModelInfo& info)
{
  const auto& record = info.training;
  const auto epochs = record.history.empty() ? 0 : record.history.back().epoch;
  const auto seconds = record.history.empty() ? 0.0 : record.history.back().seconds;
  return std::to_string(epochs) + " epochs, " + std::to_string(record.stepsDone) + " steps in " +
         timeText(seconds) + " on " + record.device;
}

// Progress events reach a user interface; more than a few per second would only slow the training down.
class Reporter
{
public:
  explicit Reporter(const TrainingHooks& hooks)
    : hooks_(hooks)
  {
  }

  void epoch(const Progress& progress)
  {
    text_ = epochText(progress);
    last_ = {};
  }

  bool step(std::int64_t done, std::int64_t planned)
  {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ > std::chrono::milliseconds(100))
    {
      last_ = now;
      hooks_.progress(planned > 0 ? static_cast<double>(done) / static_cast<double>(planned) : 0.0, text_);
    }
    return !hooks_.stopWanted();
  }

private:
  const TrainingHooks& hooks_;
  std::string text_ = "the first epoch";
  std::chrono::steady_clock::time_point last_;
};

// A stopped run may replace nothing, or what an earlier part of the same run has left.
bool mayReplace(const std::string& path, const DataSet& data, const TrainingOptions& options)
{
  auto& communicator = *data.communicator();
  ModelInfo old;
  std::string state = identify(path).exists() ? "there" : "free";
  if (communicator.rank() == 0 && state == "there")
  {
    try
    {
      old = ModelCache::instance().information(path);
      state = old.training.completed ? "there" : "stopped";
    }
    catch (const std::exception&)
    {
    }
  }
  state = communicator.broadcast(state, 0);
  if (state != "stopped")
  {
    return state == "free";
  }
  onEveryRank(communicator, [&] { old = ModelCache::instance().information(path); });
  return differences(old, data, options).empty();
}
}

void TrainingSession::forget()
{
  written_.clear();
  writtenFor_.clear();
  kept_.reset();
}

TrainingPlan TrainingSession::plan(
  const DataSet& data, const TrainingOptions& options, TrainingRequest request)
{
  auto& communicator = *data.communicator();
  TrainingPlan plan;
  plan.key = data.fingerprint() + settingsFingerprint(data, options) + request.modelFile;
  const bool goesOn = kept_ && !kept_->unsaved && request.ifExists == IfModelExists::Resume;
  if (kept_ && kept_->key == plan.key && !goesOn)
  {
    const auto model = kept_->model;
    if (kept_->unsaved)
    {
      save(model, request.modelFile, plan.key, communicator);
    }
    plan.result = TrainingResult{ model, "kept from the last execution: " + runText(model.info()), {}, {} };
    return plan;
  }
  request.writtenHere =
    !written_.empty() && communicator.broadcast(identify(request.modelFile).text(), 0) == written_;
  request.overwritten = request.ifExists == IfModelExists::Overwrite && writtenFor_ == plan.key;
  const auto decision = decide(request, data, options);
  plan.resume = decision.action == TrainingDecision::Action::Resume;
  plan.request = request;
  if (decision.action == TrainingDecision::Action::Read)
  {
    plan.result = TrainingResult{ ModelCache::instance().model(decision.path, communicator),
      "read from '" + decision.path + "'", {}, {} };
    if (!decision.warning.empty())
    {
      plan.result->warnings.push_back(decision.warning);
    }
    return plan;
  }
  requireWritable("ModelFile", request.modelFile, request.makeFolder, communicator);
  return plan;
}

Trainer TrainingSession::start(const TrainingPlan& plan, const DataSet& data, const TrainingOptions& options)
{
  return plan.resume ? Trainer::resume(plan.request.checkpoint, data, options) : Trainer(data, options);
}

TrainingResult TrainingSession::train(
  const TrainingPlan& plan, const DataSet& data, const TrainingOptions& options, const TrainingHooks& hooks)
{
  auto trainer = start(plan, data, options);
  Reporter reporter(hooks);
  const auto state = trainer.run([&](const Progress& progress) { reporter.epoch(progress); },
    [&](std::int64_t done, std::int64_t planned) { return reporter.step(done, planned); });
  return finish(plan, trainer, state, data, options);
}

TrainingResult TrainingSession::finish(const TrainingPlan& plan, const Trainer& trainer, RunState state,
  const DataSet& data, const TrainingOptions& options)
{
  auto& communicator = *data.communicator();
  const auto& request = plan.request;
  const auto model = trainer.model();
  TrainingResult result{ model, "trained: " + runText(model.info()), model.info().training.notes, {} };
  if (state == RunState::Completed)
  {
    save(model, request.modelFile, plan.key, communicator);
    return result;
  }
  result.outcome = "stopped: " + runText(model.info());
  auto& note = result.afterStop;
  note = "the training was stopped; its checkpoint is '" + request.checkpoint +
         "'. Set IfModelExists to Resume to continue";
  if (mayReplace(request.modelFile, data, options))
  {
    save(model, request.modelFile, plan.key, communicator);
    note += ". '" + request.modelFile + "' holds the model as it was then";
  }
  else
  {
    kept_ = Kept{ plan.key, model, false };
    note += ". '" + request.modelFile + "' still holds the older model";
  }
  return result;
}

void TrainingSession::save(
  const Model& model, const std::string& path, const std::string& key, Communicator& communicator)
{
  kept_ = Kept{ key, model, true };
  try
  {
    onEveryRank(communicator,
      [&]
      {
        if (communicator.rank() == 0)
        {
          model.save(path);
        }
      });
  }
  catch (const Error& e)
  {
    throw Error(std::string(e.what()) + ". The result is kept in memory: put this right and apply again, and "
                                        "it is saved without training anew");
  }
  kept_.reset();
  written_ = communicator.broadcast(identify(path).text(), 0);
  writtenFor_ = key;
}
}
