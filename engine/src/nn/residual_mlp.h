#pragma once

#include "flare/architecture.h"

#include <torch/torch.h>

namespace flare::nn
{
struct ResidualMlpOptions
{
  std::int64_t in = 0;
  std::int64_t hidden = 0;
  std::int64_t out = 0;
  int layers = 2; // inner layers; -1: a single linear layer
  Activation activation = Activation::Gelu;
  // Asked for; each holds only where the sizes on its two sides agree.
  bool inputResidual = false;
  bool outputResidual = false;
};

// y = act(fc1 x) [+ x];  y = y + act(fcs_i y), i = 1..layers;  out = fc2 y [+ y]
// With layers = -1: fc x, plus x when both residuals are asked for and the sizes agree.
class ResidualMlpImpl : public torch::nn::Module
{
public:
  explicit ResidualMlpImpl(const ResidualMlpOptions& options);
  // x [T, in] -> [T, out]
  torch::Tensor forward(const torch::Tensor& x);

private:
  torch::Tensor rows(const torch::Tensor& x);
  torch::Tensor activated(const torch::Tensor& x) const;
  // y + act(layer(y))
  torch::Tensor plusLayer(const torch::Tensor& y, torch::nn::LinearImpl& layer) const;
  torch::Tensor plusActivated(const torch::Tensor& y, const torch::Tensor& x) const;

  ResidualMlpOptions options_;
  torch::nn::Linear fc_{ nullptr };
  torch::nn::Linear fc1_{ nullptr };
  torch::nn::ModuleList fcs_{ nullptr };
  torch::nn::Linear fc2_{ nullptr };
};
TORCH_MODULE(ResidualMlp);
}
