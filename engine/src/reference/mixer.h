#pragma once

#include <torch/torch.h>

namespace flare::reference
{
// The mixer of one mesh as it is written on paper, in double, with the M x N scores in memory:
// q [H, M, D], k and v [N, H*D] -> y [N, H*D]. Differentiable by autograd. For tests only.
torch::Tensor mix(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, double scale);
}
