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
  // counted: indices of the points that take part in sums, or undefined when all do. Collective.
  HeadRoutes(const torch::Tensor& q, const torch::Tensor& k, double scale, const torch::Tensor& counted,
    Communicator& communicator);

  // R's rows of these points, [points, M].
  torch::Tensor decodeRows(const torch::Tensor& points) const;
  // loads [M], which add up to 1, times P: [N].
  torch::Tensor encodeFrom(const torch::Tensor& loads) const;
  // Column m of R, [N].
  torch::Tensor decodeColumn(std::int64_t latent) const;

private:
  torch::Tensor q_; // [M, D], double, times scale
  torch::Tensor k_;
  torch::Tensor logSums_; // L [M], over the counted points of all ranks, on the CPU
};
}
