#pragma once

#include "flare/dataset.h"
#include "flare/model.h"
#include "flare/trainer.h"
#include "nn/flare_model.h"
#include "train/batch_pass.h"
#include "train/case_store.h"
#include "train/loss.h"
#include "train/optimiser.h"
#include "train/parameters.h"
#include "train/setup.h"
#include "train/spectra_history.h"
#include "train/state.h"
#include "train/time_budget.h"

#include <torch/torch.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flare::io
{
struct ModelFile;
}

namespace flare::train
{
// One training run, step by step, called from one thread at a time: the network, its optimiser, and the way
// back to the last good state when a step diverges. Under MPI every call is collective.
class TrainingRun
{
public:
  TrainingRun(DataSet data, TrainingOptions options);
  TrainingRun(const TrainingRun&) = delete;
  TrainingRun& operator=(const TrainingRun&) = delete;

  // One applied step; its loss. A loss, gradient or weight that is not finite rolls back to the last good
  // state and halves the rates; after three halvings it throws Error with the cause, and the state is the
  // last good one. `failed` tells that apart from other errors.
  double step();
  bool finished() const { return planned_ > 0 && state_.step >= planned_; }
  bool failed() const { return failed_; }
  // Whether the last step ended an epoch (the run's last step always does): record().history.back().
  bool epochEnded() const { return epochEnded_; }

  std::int64_t stepsDone() const { return state_.step; }
  std::int64_t stepsPlanned() const { return planned_; }
  // Replaces the recipe's budget, before the first step.
  void plan(std::int64_t steps);

  Model model() const;
  std::map<std::string, std::vector<double>> weights() const;
  void setWeights(const std::map<std::string, std::vector<double>>& weights);
  TrainingRecord& record() { return info_.training; }
  const TrainingRecord& record() const { return info_.training; }
  // Mean relative L2 of the averaged weights over the cases, per target field.
  std::vector<double> errors(const std::vector<std::size_t>& cases);
  // Mean over fields, per validation case, at the end of the last epoch that measured it.
  const std::vector<double>& validationErrors() const { return validationErrors_; }
  Communicator& communicator() const { return *data_.communicator(); }

  // Rank 0 writes; an error is everyone's.
  void save(const std::string& path) const;
  // Before the first step. Throws Error when the checkpoint belongs to other data or settings.
  void restore(const std::string& path);

  // For tests: called with the number of the step (from 0), its loss and the summed gradient.
  using Hook = std::function<void(std::int64_t step, double& loss, torch::Tensor& gradient)>;
  void setHook(Hook hook) { hook_ = std::move(hook); }

  const TrainingState& state() const { return state_; }
  const ParameterLayout& layout() const { return layout_; }

private:
  TrainingRun(DataSet data, TrainingOptions options, Setup setup);

  nn::FlareModel makeNetwork() const; // as it is now, with weights of its own
  // The batch's loss; gradient_ holds the gradient, summed over ranks, unless the loss is not finite.
  double forwardBackward(const std::vector<std::size_t>& cases);
  // False when the step diverged and was undone.
  bool attempt(double& loss);
  void rollBack(const std::string& what, const std::vector<std::size_t>& cases);
  void endEpoch();
  // Spectra of the averaged weights, where they are due after this epoch (0: before the first step).
  void storeSpectra(std::int64_t epoch);
  const Case& spectraCase() const;
  std::vector<HeadSpectrum> spectraNow() const; // of the averaged weights
  // Relative L2 of the averaged weights, per case and target field.
  std::vector<std::vector<double>> caseErrors(const std::vector<std::size_t>& cases);
  bool validationIsDue() const;
  bool onAnyRank(bool value) const;
  // Doubles the latents as often as the recipe wants before the next step, or in the end.
  void growIfDue();
  void grow();
  // Goes on with another network, from this state.
  void adopt(
    const Architecture& architecture, const std::function<TrainingState(const ParameterLayout&)>& state);
  // What the parts of a run cost with the network as it is; the state is spoilt.
  Costs measure();
  double measureSpectra();
  void load(const std::string& checkpoint); // on this rank
  void take(const io::ModelFile& checkpoint);
  void planFromTime();
  void tick(); // adds the time since the last tick to seconds_

  DataSet data_;
  TrainingOptions options_;
  ModelInfo info_;
  Split split_;
  torch::Tensor meanField_;
  SpectraHistory spectra_;

  nn::FlareModel averagedNetwork_;
  ParameterLayout layout_;
  torch::Tensor gradient_;
  CaseStore store_;
  RelativeError error_;

  UpdateRule rule_;
  TrainingState state_;
  BatchPass pass_;
  std::unique_ptr<TrainingState> good_; // the last good state
  std::int64_t planned_ = 0;            // 0: a time budget that is not measured yet
  int halvings_ = 0;
  bool failed_ = false;
  bool epochEnded_ = false;
  double seconds_ = 0.0;           // spent on this run so far
  double validationSeconds_ = 0.0; // of them on validation
  double lastValidation_ = 0.0;
  double lastSpectra_ = 0.0;   // the seconds that the last spectra took
  bool spectraFailed_ = false; // and the record says so
  double lastTick_ = 0.0;
  std::vector<double> validationErrors_;
  Hook hook_;
};
}
