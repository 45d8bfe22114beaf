#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace flare::spectrum
{
// The order in which rows of B are chosen, from the matrix B B^T [M, M] (double): each time the row with the
// largest part outside of the span of those before (a Cholesky decomposition with complete pivoting).
struct Pivots
{
  std::vector<std::int64_t> order; // M latents
  // What is left of the trace after so many of them, M + 1 values from the trace down to about 0.
  std::vector<double> left;

  // The fewest that hold a share of the trace.
  std::int64_t countFor(double energy) const;
};

Pivots pivotsOf(const torch::Tensor& gram);
}
