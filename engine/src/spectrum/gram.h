#pragma once

#include "flare/communicator.h"

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace flare::spectrum
{
// One head's mixing operator seen from its latents, all M x M, double, on the CPU (docs/spectra.md).
struct HeadGram
{
  // T = W_enc W_dec: decode latents to the points and encode again. T_ij = sum_n P_in R_nj with
  // P = softmax over points, R = softmax over latents. Rows add up to 1.
  torch::Tensor transition;
  // B B^T, the symmetric form of T: (B B^T)_ij = sqrt(T_ij T_ji).
  torch::Tensor gram;
  torch::Tensor logSums;   // L [M], the log of the row sums of A = exp S
  std::int64_t points = 0; // over all ranks

  // log of the sum of A, the common denominator of both weights e^L and e^c.
  double logTotal() const;
  // False when a score was NaN or infinite.
  bool finite() const;
};

// Adds up T over the points of one head, block by block, without storing anything of size M x N.
class GramStream
{
public:
  // q [M, D] of one head; scores are scale * q k^T, formed in double.
  GramStream(const torch::Tensor& q, double scale);

  std::int64_t latents() const { return q_.size(0); }

  // k [n, D]: some more points, float32 or float64, on the device of q.
  void add(const torch::Tensor& k);

  // The result over the points of all ranks; collective. Throws Error when no rank has a point.
  HeadGram finish(Communicator& communicator);

private:
  torch::Tensor q_;    // [M, D], double, times scale
  torch::Tensor top_;  // [M], largest score of each latent so far
  torch::Tensor sums_; // [M, M], sum_n e^{S_in - top_i} R_nj
  std::int64_t points_ = 0;
};

// Points that a pass over keys takes at a time, so that its M-wide tables stay in cache.
std::int64_t pointsPerPass(std::int64_t latents, const torch::Device& device);

// B B^T with the trivial pair (eigenvalue 1, u_0 ~ e^{L/2}) moved to the eigenvalue -1, apart from all
// others.
torch::Tensor deflated(const HeadGram& head);

// All M eigenvalues, largest first: 1, then those of the deflated matrix, rounding below 0 and above 1 cut
// off, exact zeros beyond min(M, points).
std::vector<double> eigenvalues(const HeadGram& head);
}
