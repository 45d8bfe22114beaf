#pragma once

#include "flare/spectrum.h"
#include "spectrum/gram.h"

#include <vector>

namespace flare::spectrum
{
// Whether the CUDA kernels can do what GramStream does for these factors, q [H, M, D] and k [H, n, D].
bool gramOnGpu(const torch::Tensor& q, const torch::Tensor& k);

// float64; for the eigenvalues of several heads in the default precision float32 on a GPU whose double is
// slow: 1e6 points and 64 heads would take ten seconds there. Eigenvalues are within 1e-4 then.
torch::ScalarType gramType(SpectrumPrecision precision, std::int64_t heads);

// All heads in one call, in float32 or float64, over the points of this process alone (at least one).
std::vector<HeadGram> gramsOfAllHeads(
  const torch::Tensor& q, const torch::Tensor& k, double scale, torch::ScalarType type);
}
