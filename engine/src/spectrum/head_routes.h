#pragma once

#include "flare/communicator.h"

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace flare::spectrum
{
// The rows and columns of one head's softmaxes (flare/mixing.h), streamed. q [M, D] and k [N, D] on one
// device; scores are scale * q k^T, formed in double. Results lie on the CPU.
class HeadRoutes
{
public:
  HeadRoutes(const torch::Tensor& q, const torch::Tensor& k, double scale);

  // L [M], the log of the row sums of exp S over the points of all ranks, on the CPU: a pass over the points.
  // counted: indices of those that take part in sums, or undefined when all do. Collective.
  torch::Tensor logRowSums(const torch::Tensor& counted, Communicator& communicator) const;

  // The sum of R's rows of these points, [M].
  torch::Tensor decodeSum(const torch::Tensor& points) const;
  // loads [M], which add up to 1, times P, of which L is given: [N].
  torch::Tensor encodeFrom(const torch::Tensor& loads, const torch::Tensor& logSums) const;
  // Column m of R, [N].
  torch::Tensor decodeColumn(std::int64_t latent) const;

private:
  torch::Tensor q_; // [M, D], double, times scale
  torch::Tensor k_;
};
}
