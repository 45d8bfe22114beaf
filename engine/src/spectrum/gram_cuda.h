#pragma once

#include "spectrum/gram.h"

#include <vector>

namespace flare::spectrum
{
// Whether the CUDA kernels can do what GramStream does for these factors, q [H, M, D] and k [H, n, D].
bool gramOnGpu(const torch::Tensor& q, const torch::Tensor& k);

// All heads in one call, in double, over the points of this process alone (at least one).
std::vector<HeadGram> gramsOfAllHeads(const torch::Tensor& q, const torch::Tensor& k, double scale);
}
