#pragma once

#include <torch/torch.h>

namespace flare::test
{
// |a - b|_2 / |b|_2 in double; |a|_2 when b is zero. NaN and infinity stay what they are.
inline double relativeError(const torch::Tensor& a, const torch::Tensor& b)
{
  const auto x = a.detach().to(torch::kCPU, torch::kFloat64);
  const auto y = b.detach().to(torch::kCPU, torch::kFloat64);
  const double norm = y.norm().item<double>();
  return (x - y).norm().item<double>() / (norm > 0.0 ? norm : 1.0);
}
}
