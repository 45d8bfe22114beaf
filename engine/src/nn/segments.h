#pragma once

#include "flare/communicator.h"

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace flare
{
// A batch of meshes laid end to end: rows offsets[i] .. offsets[i+1] of every [T, C] tensor are mesh i.
// Under MPI a rank holds its part of every mesh; `communicator` (null: alone) joins them.
struct Segments
{
  std::vector<std::int64_t> offsets{ 0 };
  Communicator* communicator = nullptr;
  // Of a single mesh: the rows that the latents read, each point once over all ranks. Undefined: all rows.
  // The other rows are decoded only; there is no backward pass through such segments.
  torch::Tensor counted;

  std::int64_t count() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  std::int64_t total() const { return offsets.back(); }
  bool distributed() const { return communicator != nullptr && communicator->size() > 1; }

  static Segments single(std::int64_t points, Communicator* communicator = nullptr)
  {
    return Segments{ { 0, points }, communicator, {} };
  }
};
}
