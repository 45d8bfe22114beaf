#pragma once

#include "ops/mix_parts.h"

// The mixer through LibTorch's operators, a block of points at a time, on any device.
namespace flare::ops::streamed
{
// One segment: q [H, M, D]; k, v, y [N, H*D]. A communicator (may be null) joins the ranks' points.
Encoded encode(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, double scale,
  Communicator* communicator);
void decode(
  const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& z, double scale, torch::Tensor y);

// Gradients of one segment, written to dk and dv [N, H*D]; the return value is dq [H, M, D], this rank's
// part.
torch::Tensor backward(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
  const torch::Tensor& y, const Encoded& encoded, const torch::Tensor& dy, double scale,
  Communicator* communicator, torch::Tensor dk, torch::Tensor dv);
}
