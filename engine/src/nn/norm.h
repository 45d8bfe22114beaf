#pragma once

#include "flare/architecture.h"

#include <torch/torch.h>

namespace flare::nn
{
// Layer norm (eps 1e-5) or RMS norm (no bias, eps the machine epsilon of the type) over the last dimension.
class NormalisationLayerImpl : public torch::nn::Module
{
public:
  NormalisationLayerImpl(std::int64_t width, Norm kind);
  torch::Tensor forward(const torch::Tensor& x);
  void reset();

private:
  std::int64_t width_;
  torch::Tensor weight_;
  torch::Tensor bias_; // undefined for RMS
};
TORCH_MODULE(NormalisationLayer);
}
