#pragma once

#include "training_decision.h"

#include "flare/model.h"
#include "flare/trainer.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace flare::filters
{
// How a running training reports and is asked to stop.
struct TrainingHooks
{
  std::function<void(double fraction, const std::string& text)> progress;
  std::function<bool()> stopWanted; // on this rank
};

struct TrainingResult
{
  Model model;
  std::string outcome; // "read from 'FILE'", "trained: 12 epochs, 480 steps in 0:31 on CPU"
  std::vector<std::string> warnings;
  std::string afterStop; // of a stopped run: what is left, and how to go on
};

// What is to be done about data and settings.
struct TrainingPlan
{
  std::optional<TrainingResult> result; // nothing needs to be trained
  bool resume = false;
  TrainingRequest request;
  std::string key;
};

// Turns data and settings into a model: by reading a file or by training. One lives as long as a filter and
// remembers what the filter has done, so that no execution repeats it.
class TrainingSession
{
public:
  TrainingPlan plan(const DataSet& data, const TrainingOptions& options, TrainingRequest request);
  // The run that a plan without a result asks for, to be driven to its end and then handed to `finish`.
  static Trainer start(const TrainingPlan& plan, const DataSet& data, const TrainingOptions& options);
  // Writes the model. That of a stopped run is written unless it would replace an older result; its
  // checkpoint stays.
  TrainingResult finish(const TrainingPlan& plan, const Trainer& trainer, RunState state, const DataSet& data,
    const TrainingOptions& options);

  // All of that, on the calling thread. Every function is collective.
  TrainingResult train(const TrainingPlan& plan, const DataSet& data, const TrainingOptions& options,
    const TrainingHooks& hooks);

  // The user asks anew.
  void forget();

private:
  // A result that is not in the model file.
  struct Kept
  {
    std::string key; // data, settings and file
    Model model;
    bool unsaved; // it should be: the disk was full
  };

  void save(const Model& model, const std::string& path, const std::string& key, Communicator& communicator);

  std::string written_;    // the version of the model file that this session wrote
  std::string writtenFor_; // data, settings and file
  std::optional<Kept> kept_;
};
}
