#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace flare::train
{
struct AdamWStep
{
  std::int64_t number = 1; // t = 1, 2, … of the bias corrections
  double rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weightDecay = 0.0;
  std::int64_t decayed = 0; // the first so many weights decay, the others do not
};

// Adam with decoupled weight decay (arXiv 1711.05101), in place, on weights that lie in one flat tensor with
// their gradients and moments likewise:
//   w -= rate decay w;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
//   w -= rate / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + epsilon)
// Where beta1 changes from step to step, b1^t is the power of the present one, as in PyTorch.
void adamW(torch::Tensor weights, const torch::Tensor& gradient, torch::Tensor first, torch::Tensor second,
  const AdamWStep& step);
}
