#pragma once

#include "flare/spectrum.h"
#include "spectrum/gram.h"

#include <torch/torch.h>

#include <vector>

namespace flare::spectrum
{
// Eigenvectors of W_enc W_dec. With B B^T u = lambda u and pi_m = e^{L_m} / sum of A,
//   z_m = u_m / sqrt(lambda pi_m),   T z = lambda z,   v = R z is the right eigenvector of W.
struct LatentModes
{
  std::vector<double> eigenvalues; // of the modes below; the first is 1
  torch::Tensor vectors;           // [M, modes], z e^{-logScale}, double, on the CPU
  std::vector<double> logScale;    // keeps components near 1 where pi_m underflows
  int first = 0;                   // the number of the first of them
};

// The leading modes, at most `count`: fewer where eigenvalues fall below 1e-10 or only min(M, points)
// exist. The same bits on every rank; collective.
LatentModes latentModes(const HeadGram& head, int count, Communicator& communicator);

// Those from the first on; none where there are not so many.
LatentModes modesFrom(LatentModes modes, int first);

// Right and left vectors on the points; there has to be a mode. q [M, D], k [N, D] of one head; owned:
// indices of points, or undefined when all points count. Collective. Fills everything but block and head.
HeadModes pointModes(const HeadGram& head, const LatentModes& latent, const torch::Tensor& q,
  const torch::Tensor& k, double scale, const torch::Tensor& owned, Communicator& communicator);
}
