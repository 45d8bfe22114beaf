#pragma once

#include "flare/error.h"

#include <torch/torch.h>

#include <cstdint>
#include <string>

namespace flare::spectrum
{
// The scores' factors of all heads of one block on the points of this rank.
struct BlockFactors
{
  std::string name; // of the case
  std::int64_t block = 0;
  torch::Tensor q; // [H, M, D]
  torch::Tensor k; // [H, N, D]
  double scale = 1.0;
  // Indices of the points that take part in sums, on the keys' device; undefined when all do.
  torch::Tensor counted;

  torch::Tensor countedKeys() const { return counted.defined() ? k.index_select(1, counted) : k; }

  // What is wrong where scores are NaN or infinite; head -1: not known.
  Error scoresNotFinite(std::int64_t head) const
  {
    return Error(
      "case '" + name + "': the attention scores of block " + std::to_string(block) +
      (head < 0 ? "" : ", head " + std::to_string(head)) +
      " are not finite. The inputs lie far outside what the model was trained on, or its weights are "
      "damaged");
  }
};
}
