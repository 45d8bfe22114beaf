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
};
}
