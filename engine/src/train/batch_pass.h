#pragma once

#include "nn/flare_model.h"
#include "train/case_store.h"
#include "train/parameters.h"

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace flare::train
{
// Forward and backward pass of a network over a batch. On a CPU the cases of a batch are divided among the
// threads, each of which works through its cases alone: for meshes of some thousand points that takes about
// half as long as all threads working together on one small operation after the other.
class BatchPass
{
public:
  // `weights` is the flat tensor of the layout, read in every pass.
  BatchPass(
    const ParameterLayout& layout, const torch::Tensor& weights, std::function<nn::FlareModel()> make);

  // [T, target channels], cut off from the graph, which is kept for one call of backward.
  torch::Tensor forward(const Batch& batch);
  // The gradient by the weights, as a flat tensor that the next call overwrites; `gradient` is that by the
  // prediction. Groups are added in their order, so equal inputs and threads give equal bits.
  torch::Tensor backward(const torch::Tensor& gradient);

private:
  // A copy of the network that shares the weights and has a gradient of its own.
  struct Replica
  {
    nn::FlareModel network{ nullptr };
    torch::Tensor gradient;
    torch::Tensor prediction;
  };
  void provide(std::size_t count);

  ParameterLayout layout_;
  torch::Tensor weights_;
  std::function<nn::FlareModel()> make_;
  std::vector<Replica> replicas_;
  std::vector<std::int64_t> rows_; // first row of every group of the last batch, and the end
};

// Divides a batch into runs of whole cases, one per thread, as even as their points allow: indices of the
// cases where a group begins, and the number of cases. A single group where threads would wait for the
// largest case or stay idle for long, on a GPU, and where several ranks share every mesh.
std::vector<std::size_t> divide(const Segments& segments, bool onCpu, std::int64_t threads);
}
