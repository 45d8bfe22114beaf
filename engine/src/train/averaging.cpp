#include "train/averaging.h"

#include <algorithm>

namespace flare::train
{
double averagingFactor(double decay, bool warmup, std::int64_t step)
{
  const auto t = static_cast<double>(step);
  return warmup ? std::min(decay, (1.0 + t) / (10.0 + t)) : decay;
}

void average(torch::Tensor& averaged, const torch::Tensor& weights, double factor)
{
  torch::NoGradGuard guard;
  averaged.mul_(factor).add_(weights, 1.0 - factor);
}
}
