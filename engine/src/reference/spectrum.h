#pragma once

#include <torch/torch.h>

namespace flare::reference
{
// The mixing operator of one head as it is written on paper: q [M, D], k [N, D], everything dense and in
// double. For tests only.

// W = W_dec W_enc, N x N: softmax over the latents times softmax over the points.
torch::Tensor mixingOperator(const torch::Tensor& q, const torch::Tensor& k, double scale);

struct Spectrum
{
  torch::Tensor eigenvalues; // [M], largest first, zeros beyond min(M, N)
  torch::Tensor weights;     // [N], e^{c_n} scaled to add up to 1
  torch::Tensor right;       // [min(M, N), N], orthonormal under the weights
  torch::Tensor left;        // [min(M, N), N], left_i . right_j = delta_ij
};

// From the singular value decomposition B = U diag(sigma) V^T of
//   B_mn = exp(S_mn - L_m / 2 - c_n / 2),  S = scale q k^T,  L, c its log-sum-exps over points and latents:
// eigenvalues sigma^2, right vectors e^{-c/2} V, left vectors e^{c/2} V.
Spectrum spectrum(const torch::Tensor& q, const torch::Tensor& k, double scale);
}
