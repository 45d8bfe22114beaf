#pragma once

#include <torch/torch.h>

namespace flare::ops
{
// GELU in its tanh form, and GELU plus a tensor of x's shape, as one autograd operator: the project's SIMD
// kernel on a CPU, which takes one exponential a value and keeps the slope for the backward pass; LibTorch's
// operators elsewhere. float32 or float64.
torch::Tensor gelu(const torch::Tensor& x);
torch::Tensor addGelu(const torch::Tensor& added, const torch::Tensor& x);
}
