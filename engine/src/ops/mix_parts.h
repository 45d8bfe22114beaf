#pragma once

#include "nn/segments.h"

#include <torch/torch.h>

// What the implementations of the mixer share: how partial results of blocks of points and of ranks join.
namespace flare::ops
{
// What the backward pass needs of one segment besides its inputs and outputs.
struct Encoded
{
  torch::Tensor z;      // [H, M, D] latent values
  torch::Tensor logSum; // [H, M] L_m, log of the sum over points of exp(S); -inf for an empty segment
};

// Sums of [H, M, …] parts over the leading dimension, in its order.
torch::Tensor sumOverBlocks(const torch::Tensor& parts);

// Adds up the ranks' values in place; nothing to do alone.
void sumOverRanks(Communicator* communicator, torch::Tensor& values);

// Per block: the largest score of each latent, top [blocks, H, M], and relative to it the sums
// sum [blocks, H, M] of exp(S) and value [blocks, H, M, D] of exp(S) v.
Encoded join(
  const torch::Tensor& top, const torch::Tensor& sum, const torch::Tensor& value, Communicator* communicator);
}
