#pragma once

#include "flare/dataset.h"
#include "flare/model.h"
#include "nn/segments.h"

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <vector>

namespace flare::train
{
// Cases laid end to end, normalised, on the device; only points that count (Case::owned).
struct Batch
{
  std::vector<std::size_t> cases;
  Segments segments;
  torch::Tensor input;  // [T, inputs]
  torch::Tensor target; // [T, target channels]
};

// The tensors of a data set's cases. They are made when they are first asked for, and kept as long as all
// kept ones together stay below a limit.
class CaseStore
{
public:
  static constexpr std::int64_t keptLimit = std::int64_t{ 2 } << 30; // bytes

  // The data set must outlive the store.
  CaseStore(const DataSet& data, const ModelInfo& info, torch::Device device, torch::ScalarType type);

  Batch batch(const std::vector<std::size_t>& cases);
  // Points of all ranks that a network works on for one case.
  std::int64_t points(std::size_t index) const { return points_[index]; }

private:
  struct Tensors
  {
    torch::Tensor input, target;
  };
  Tensors tensors(std::size_t index);

  const DataSet* data_;
  ModelInfo info_;
  torch::Device device_;
  torch::ScalarType type_;
  std::vector<std::int64_t> points_;
  std::map<std::size_t, Tensors> kept_;
  std::int64_t keptBytes_ = 0;
};
}
