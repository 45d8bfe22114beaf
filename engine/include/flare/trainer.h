#pragma once

#include "flare/dataset.h"
#include "flare/device.h"
#include "flare/model.h"
#include "flare/recipe.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flare
{
struct TrainingOptions
{
  Recipe recipe;
  // Sizes of the network; inputs and outputs are set from the data's signature and the encoding.
  Architecture architecture;
  std::uint64_t seed = 1;
  double validationFraction = 0.1;
  // Explicit validation cases beat the fraction. None at all (empty, fraction 0): no validation.
  std::vector<std::size_t> validationCases;
  bool coordinateScalePerAxis = false;
  // Where the run begins: with this model's weights (and its normalisation), in the place of drawn ones. Set
  // by startFrom, which also takes over its architecture and encoding.
  std::optional<Model> start;
  void startFrom(const Model& model);
  Device device = Device::Auto;
  Precision precision = Precision::Float32;
  // Every so many epochs, before the first and after the last one, the eigenvalues of all heads are stored
  // with the history: those of the averaged weights on the first validation case (without one, the first
  // training case). 0: never. Each time costs what spectra() costs.
  std::int64_t spectraEvery = 0;
  // Where checkpoints go; empty: none are written. The checkpoint is removed when the run completes.
  std::string checkpointPath;
  double checkpointSeconds = 30.0; // written at most this often, at the end of a step
};

// What an observer is told after every epoch.
struct Progress
{
  EpochRecord epoch;
  std::int64_t stepsPlanned = 0;
  double secondsLeft = 0.0; // NaN until it can be estimated
  // Relative L2, mean over fields, of each case of TrainingRecord::validationCases when the error was last
  // measured; empty before.
  std::vector<double> caseErrors;
};

enum class RunState
{
  Ready,
  Running,
  Paused,
  Stopped, // by request; can be resumed
  Completed,
  Failed // the loss stayed NaN or infinite after three halvings of the rate
};

// Trains one network. Runs in steps on whichever thread calls it; requestStop, pause, resume and
// requestCheckpoint may be called from any other. Broken off by an InterruptionScope, it has written nothing
// since its last checkpoint, and cannot go on.
class Trainer
{
public:
  // Splits, normalises and initialises. Throws Error for data or settings that cannot be trained.
  Trainer(DataSet data, TrainingOptions options);
  // Continues from a checkpoint: bit for bit the run that was interrupted. Throws Error when data or
  // settings differ from those of the checkpoint (saying which).
  static Trainer resume(const std::string& checkpoint, DataSet data, TrainingOptions options);
  ~Trainer();
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;

  // One optimiser step; the batch's loss comes back. Handles rollback of a diverged step.
  double step();
  bool finished() const;

  // Steps until the budget is used or a stop is requested. onEpoch after each epoch; onStep(done,
  // planned) after each step, false requests a stop. Returns the state it ended in; Failed throws
  // Error with the cause instead.
  RunState run(const std::function<void(const Progress&)>& onEpoch = {},
    const std::function<bool(std::int64_t, std::int64_t)>& onStep = {});
  // A part of `run`: comes back as Running after the first step that ends later than `seconds` from now, by
  // rank 0's clock. The next call goes on.
  RunState runFor(double seconds, const std::function<void(const Progress&)>& onEpoch = {},
    const std::function<bool(std::int64_t, std::int64_t)>& onStep = {});

  void requestStop();
  void pause();
  void resume();
  void requestCheckpoint();
  RunState state() const;

  std::int64_t stepsDone() const;
  std::int64_t stepsPlanned() const;

  // The averaged weights as they are now, with the run's record. Call between steps.
  Model model() const;
  void saveCheckpoint(const std::string& path) const;
  // The raw weights, widened to double, by state name.
  std::map<std::string, std::vector<double>> weights() const;
  // Sets the raw and averaged weights (before the first step), by state name.
  void setWeights(const std::map<std::string, std::vector<double>>& weights);

  const TrainingRecord& record() const;

  // Mean relative L2 of the averaged weights over the given cases, per target field.
  std::vector<double> errors(const std::vector<std::size_t>& cases) const;

private:
  struct Impl;
  explicit Trainer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// What identifies a result: recipe, architecture, encoding, split, seed, precision.
std::string settingsFingerprint(const DataSet& data, const TrainingOptions& options);

// Compares a model file's record with what would be trained now. Empty: the same; otherwise one
// sentence per difference ("seed: the file has 1, this run has 2").
std::vector<std::string> differences(
  const ModelInfo& info, const DataSet& data, const TrainingOptions& options);
}
