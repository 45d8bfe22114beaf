#pragma once

#include "flare/communicator.h"
#include "spectrum/modes.h"

#include <torch/torch.h>

#include <vector>

namespace flare::spectrum
{
// How alike what the heads of a block transport is, [H, H], double, on the CPU: the mean squared cosine of
// the principal angles between the spaces of their modes, without the constant, in the plain inner product
// over the points (each counts once). 1: one space contains the other; 0: they are orthogonal; NaN: one of
// the two heads has no mode besides the constant.
//
// modes: of each head, the constant first; q [H, M, D], k [H, N, D]: the counted points of this rank.
// Streamed. Collective.
torch::Tensor similarity(const std::vector<LatentModes>& modes, const torch::Tensor& q,
  const torch::Tensor& k, double scale, Communicator& communicator);
}
