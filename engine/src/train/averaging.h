#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace flare::train
{
// The factor d of a = d a + (1 - d) w after the step t = 1, 2, …: `decay`, or min(decay, (1 + t)/(10 + t))
// when the average warms up, so that it forgets the initial weights.
double averagingFactor(double decay, bool warmup, std::int64_t step);

// a = d a + (1 - d) w, in place.
void average(torch::Tensor& averaged, const torch::Tensor& weights, double factor);
}
