#pragma once

#include "nn/segments.h"

#include <torch/torch.h>

namespace flare::ops
{
// Which implementation an operator picked.
enum class Backend
{
  Cpu,     // the project's SIMD kernels, heads up to 128 wide
  Cuda,    // the project's CUDA kernels, heads up to 128 wide
  Streamed // blocks of points through LibTorch's operators, on any device
};
const char* name(Backend backend);

// The mixer: encode the points to the latents and decode back, per head h of width D and per segment,
//   Z_h = softmax over points (s Q_h K_h^T) V_h,   Y_h = softmax over latents (s K_h Q_h^T) Z_h
// q [H, M, D], k and v [T, H*D] with channel c = h*D + d; returns y [T, H*D]. All float32 or all float64; on
// a GPU k and v may be float16 or bfloat16, as autocast leaves them, and scores and sums are float32 then.
// One autograd operator: memory O((T + M) C) forward and backward, nothing of size M x T is stored.
// Sums over points run in an order that depends on sizes only, so equal inputs give equal bits, as long as
// LibTorch's number of threads stays the same (MKL's products depend on it). Empty segments take no part.
// Under MPI the segments' communicator joins the ranks.
torch::Tensor mix(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, double scale,
  const Segments& segments);

// The implementation that mix() picks for tensors and segments like these.
Backend mixBackend(const torch::Tensor& q, const torch::Tensor& k, const Segments& segments);
}
