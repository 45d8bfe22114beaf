#pragma once

#include "flare/dataset.h"
#include "flare/model.h"
#include "flare/trainer.h"

#include <torch/torch.h>

namespace flare::train
{
// What a run works on, before its first step.
struct Setup
{
  ModelInfo info;
  Split split;
  torch::Tensor meanField; // as in Model::Impl
};

// Checks data and settings, splits and normalises. Throws Error for what cannot be trained. Collective.
Setup prepare(const DataSet& data, const TrainingOptions& options);

// The split that the options ask for; throws Error when it leaves nothing to train on, or when a validation
// case does not exist.
Split splitOf(const DataSet& data, const TrainingOptions& options);

// The options' architecture with the inputs and outputs of the data.
Architecture architectureFor(const Signature& signature, const TrainingOptions& options);
}
