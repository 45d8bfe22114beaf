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
  // [epochs, blocks, heads, latents], float64: the eigenvalues of TrainingRecord::spectraEpochs, 0 beyond a
  // block's own latents; undefined when there are none. Tensor "training.spectra" of the file.
  torch::Tensor spectra;
};
}
