#pragma once

#include "flare/predictor.h"
#include "nn/flare_model.h"

#include <torch/torch.h>

namespace flare
{
struct Predictor::Impl
{
  Model model;
  Device device; // resolved
  torch::ScalarType type;
  std::shared_ptr<Communicator> communicator;
  nn::FlareModel network;

  // Normalised prediction [N, target channels], on the CPU, in the network's type.
  torch::Tensor run(const Case& c);
};
}
