#pragma once

#include "flare/architecture.h"
#include "model_impl.h"
#include "nn/segments.h"

#include <torch/torch.h>

#include <functional>
#include <vector>

namespace flare::nn
{
// The network of docs/model.md. named_parameters() gives the published code's state names.
// Tensors are [T, channels], the points of all meshes of a batch laid end to end.
class FlareModelImpl : public torch::nn::Module
{
public:
  explicit FlareModelImpl(const Architecture& architecture);

  // x [T, inputs] -> [T, outputs]
  torch::Tensor forward(torch::Tensor x, const Segments& segments);

  // The scores' factors in every block, as the softmaxes see them (after the q/k norms):
  // q [H, M, D], k [H, T, D]. The attention scale is not multiplied in.
  struct QueryKey
  {
    torch::Tensor q;
    torch::Tensor k;
  };
  // Called block by block during a forward pass, so that only one block's keys need to live.
  // Returning false ends the pass.
  void forEachBlock(torch::Tensor x, const Segments& segments,
    const std::function<bool(std::int64_t block, const QueryKey&)>& visit);

  // Precision::BFloat16: autocast for the layers inside of the blocks that forward() runs. Off by default.
  void setNarrowBlocks(bool narrow) { narrowBlocks_ = narrow; }

  const Architecture& architecture() const { return architecture_; }

private:
  Architecture architecture_;
  bool narrowBlocks_ = false;
  struct Parts;
  std::shared_ptr<Parts> parts_;
};
TORCH_MODULE(FlareModel);

// Linear weights N(0, 0.02), biases 0, norms 1 and 0, latents N(0, 0.1); drawn in float32 in the order of
// named_parameters() from the given generator.
void initialise(FlareModel& model, torch::Generator generator);

State stateOf(const FlareModel& model);
// Copies the state in, converting to the model's type. Throws Error naming a tensor that is missing, left
// over or of another shape.
void loadState(FlareModel& model, const State& state);
// A network with the model's weights on a device.
FlareModel instantiate(const Model& model, torch::Device device, torch::ScalarType type);
}
