#pragma once

#include "flare/model.h"

#include <torch/torch.h>

#include <map>
#include <string>

namespace flare
{
// A state dictionary: tensors by the published code's names ("blocks.0.att.latent_q").
using State = std::map<std::string, torch::Tensor>;

// Weights on the CPU, float32 or float64 as stored, never written to after construction.
struct Model::Impl
{
  ModelInfo info;
  State state;
  // [N, target channels], float32, normalised: the mean over the training cases, when they share one
  // mesh (TrainingRecord::meshFingerprint); else undefined. Tensor "training.mean_field" of the file.
  torch::Tensor meanField;
};
}
