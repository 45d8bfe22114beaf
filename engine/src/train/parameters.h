#pragma once

#include "flare/recipe.h"
#include "model_impl.h"
#include "nn/flare_model.h"

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

namespace flare::train
{
// Where each weight of a network lies in one flat tensor, sorted by how it is trained:
//   [0, decayed) AdamW with weight decay | [decayed, adamW) AdamW without | [adamW, size) Muon,
// so that an update of all weights is a few operations on long tensors.
class ParameterLayout
{
public:
  struct Entry
  {
    std::string name;
    std::vector<std::int64_t> shape;
    std::int64_t offset = 0;
    std::int64_t size = 0;
  };
  // Matrices of one shape that Muon trains, one behind the other.
  struct Stack
  {
    std::int64_t offset = 0;
    std::int64_t count = 0;
    std::int64_t rows = 0;
    std::int64_t columns = 0;

    // This stack's part of a flat tensor as [count, rows, columns].
    torch::Tensor of(const torch::Tensor& flat, std::int64_t from = 0) const
    {
      return flat.narrow(0, offset - from, count * rows * columns).view({ count, rows, columns });
    }
  };

  ParameterLayout(const nn::FlareModel& network, Optimizer optimizer);

  // Makes the network's weights views of `weights` and their gradients views of `gradient` (where defined).
  // The values are those of the flat tensors.
  void bind(nn::FlareModel& network, const torch::Tensor& weights, const torch::Tensor& gradient) const;
  // The network's weights as a flat tensor of their type and device. Gaps between entries are 0.
  torch::Tensor flatten(const nn::FlareModel& network) const;
  // Copies by name, on the CPU.
  State state(const torch::Tensor& flat) const;
  // The inverse; names and shapes must be those of the layout.
  void load(const State& state, torch::Tensor flat) const;

  const std::vector<Entry>& entries() const { return entries_; }
  const std::vector<Stack>& stacks() const { return stacks_; }
  std::int64_t decayed() const { return decayed_; }
  std::int64_t adamW() const { return adamW_; }
  std::int64_t size() const { return size_; }

private:
  torch::Tensor view(const torch::Tensor& flat, const Entry& entry) const;

  std::vector<Entry> entries_;
  std::vector<Stack> stacks_;
  std::int64_t decayed_ = 0;
  std::int64_t adamW_ = 0;
  std::int64_t size_ = 0;
};

// Whether Muon trains the weight of this name and shape: the linear layers of keys, values and feed-forward,
// the mixer's output, and the hidden layers of in_proj and out_proj; not the first and last layer of the
// network, biases, norms, nor the latents, whose [C, M] shape is a reinterpretation.
bool orthogonalises(const std::string& name, std::size_t dimensions);
}
