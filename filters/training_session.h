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

// Turns data and settings into a model: by reading a file or by training. One lives as long as a filter and
// remembers what the filter has done, so that no execution repeats it.
class TrainingSession
{
public:
  struct Result
  {
    Model model;
    std::string outcome; // "read from 'FILE'", "trained: 12 epochs, 480 steps in 0:31 on CPU"
    std::vector<std::string> warnings;
  };

  // Collective. A stopped run's model is written unless that would replace an older result; its checkpoint
  // stays.
  Result run(
    const DataSet& data, const TrainingOptions& options, TrainingRequest request, const TrainingHooks& hooks);

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

  Result train(bool resume, const DataSet& data, const TrainingOptions& options,
    const TrainingRequest& request, const TrainingHooks& hooks, const std::string& key);
  void save(const Model& model, const std::string& path, const std::string& key, Communicator& communicator);

  std::string written_;    // the version of the model file that this session wrote
  std::string writtenFor_; // data, settings and file
  std::optional<Kept> kept_;
};
}
