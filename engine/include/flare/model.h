#pragma once

#include "flare/architecture.h"
#include "flare/normalisation.h"
#include "flare/recipe.h"
#include "flare/signature.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flare
{
// One row of a run's history. Errors are mean relative 2-norms over cases, NaN where unknown.
struct EpochRecord
{
  std::int64_t epoch = 0; // from 1
  std::int64_t step = 0;  // steps done at its end
  double loss = 0.0;      // mean training loss over the epoch's steps
  double validationError = 0.0;
  std::vector<double> fieldErrors; // validation error per target field
  double learningRate = 0.0;
  double seconds = 0.0; // training time since the start of the run, resumed parts included
};

// How a model came to be. `training` in the file's metadata.
struct TrainingRecord
{
  Recipe recipe;
  std::uint64_t seed = 0;
  std::string device;    // "CPU", "CUDA"
  std::string precision; // "float32", "float64", "bfloat16"
  std::int64_t stepsDone = 0;
  std::int64_t stepsPlanned = 0;
  bool completed = false; // false: stopped before its budget was used
  std::string stopReason; // why, when not completed
  std::string dataFingerprint;
  std::string settingsFingerprint; // recipe, architecture, encoding, split, seed
  std::string startFingerprint;    // of the model whose weights the run began with; empty: drawn ones
  std::vector<std::string> trainingCases;
  std::vector<std::string> validationCases;
  std::vector<std::size_t> validationIndices; // among all cases, from 0, in the same order
  std::vector<EpochRecord> history;
  std::vector<std::string> notes; // near-zero targets, constant channels, rollbacks
  // Per target field, physical: a case whose norm lies below this is measured against it instead
  // (1e-3 x the field's median norm over the training cases, or 1 where that is 0).
  std::vector<double> normFloors;
  // Set when all training cases have the same points: then the file also holds the mean field per
  // point, which is the training mean that a surrogate must beat there. Else it is the mean per channel.
  std::string meshFingerprint;
  // How often the latents have been doubled so far (Recipe::latentDoublings).
  int latentDoublings = 0;
  // Spectra that were stored on the way (TrainingOptions::spectraEvery, trainingSpectra()): every so many
  // epochs, 0: none; of which case; and after which epochs, 0: before the first step.
  std::int64_t spectraEvery = 0;
  std::string spectraCase;
  std::vector<std::int64_t> spectraEpochs;
};

// Everything a model file says, without its tensors.
struct ModelInfo
{
  Architecture architecture;
  InputEncoding encoding;
  Signature signature;
  Normalisation normalisation;
  Envelope envelope;           // empty for imported models
  TrainingRecord training;     // recipe.name "Imported" for imported models
  std::int64_t parameters = 0; // number of weights
};

// A trained surrogate: weights and what they mean. Copies share the weights, which never change.
class Model
{
public:
  // A network with freshly drawn weights: linear N(0, 0.02), biases 0, norms 1/0, latents N(0, 0.1).
  static Model create(const ModelInfo& info, std::uint64_t seed);

  // Reads a model file (or a training checkpoint: its averaged weights). Throws Error with the path
  // and the reason for a file that is missing, unreadable, truncated, foreign, newer, or whose
  // architecture and tensors disagree; sizes are checked before anything is allocated.
  static Model load(const std::string& path);
  // Metadata only, without reading the tensors.
  static ModelInfo inspect(const std::string& path);

  // Written beside, flushed, renamed: whatever happens, `path` holds the old file or the new one.
  void save(const std::string& path) const;

  const ModelInfo& info() const;

  // 32 hexadecimal digits that change with any weight's value or name.
  std::string fingerprint() const;

  // Weights by state name, row-major, widened to double. For tests and studies.
  std::map<std::string, std::vector<double>> weights() const;

  struct Impl;
  explicit Model(std::shared_ptr<const Impl> impl);
  const Impl& impl() const { return *impl_; }

private:
  std::shared_ptr<const Impl> impl_;
};

// True when their files would say the same: the weights, the record, and everything else.
bool operator==(const Model& a, const Model& b);
}
