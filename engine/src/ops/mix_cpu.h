#pragma once

#include "ops/mix_parts.h"

// The mixer through the project's own kernels for the CPU (cpu/mix_kernel.h), float32 and float64.
namespace flare::ops::onCpu
{
bool supports(const torch::Tensor& q);

// One segment: q [H, M, D]; k, v, y [N, H*D], rows contiguous. A communicator (may be null) joins the ranks.
Encoded encode(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, double scale,
  Communicator* communicator);

// Fills y and logSum [N, H], the log of each point's sum over the latents.
void decode(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& z, double scale,
  torch::Tensor y, torch::Tensor logSum);

// Gradients of one segment, written to dk and dv; the return value is dq [H, M, D], this rank's part.
torch::Tensor backward(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
  const torch::Tensor& y, const Encoded& encoded, const torch::Tensor& logSum, const torch::Tensor& dy,
  double scale, Communicator* communicator, torch::Tensor dk, torch::Tensor dv);
}
