#include "nn/flare_model.h"

#include "flare/error.h"
#include "nn/mixer.h"
#include "nn/state_shapes.h"
#include "ops/vector_math.h"

#include <ATen/autocast_mode.h>

namespace flare::nn
{
namespace
{
// In the type of autocast, if that is on. It computes norms in float32; without this, every sum of a layer's
// result and its input would be float32, too, and be kept beside its narrow copy.
torch::Tensor narrowed(const torch::Tensor& x)
{
  return at::autocast::is_autocast_enabled(at::kCUDA) ? x.to(at::autocast::get_autocast_dtype(at::kCUDA)) : x;
}
}

struct BlockImpl : torch::nn::Module
{
  // a.latents are those of the block
  explicit BlockImpl(const Architecture& a)
  {
    norm1 = register_module("norm1", NormalisationLayer(a.channels, a.norm));
    norm2 = register_module("norm2", NormalisationLayer(a.channels, a.norm));
    att = register_module("att", Mixer(a));
    mlp = register_module("mlp",
      ResidualMlp(ResidualMlpOptions{ a.channels, static_cast<std::int64_t>(a.channels * a.feedForwardRatio),
        a.channels, a.feedForwardLayers, a.activation, true, true }));
  }

  torch::Tensor forward(const torch::Tensor& x, const Segments& segments)
  {
    const auto mixed = x + att->forward(narrowed(norm1->forward(x)), segments);
    return mixed + mlp->forward(narrowed(norm2->forward(mixed)));
  }

  NormalisationLayer norm1{ nullptr };
  NormalisationLayer norm2{ nullptr };
  Mixer att{ nullptr };
  ResidualMlp mlp{ nullptr };
};
TORCH_MODULE(Block);

// The published code's Sequential(norm or identity, MLP), whose children are called 0 and 1.
struct OutputImpl : torch::nn::Module
{
  explicit OutputImpl(const Architecture& a)
  {
    if (a.outputNorm)
    {
      norm = register_module("0", NormalisationLayer(a.channels, a.norm));
    }
    mlp = register_module("1", ResidualMlp(ResidualMlpOptions{ a.channels, a.channels, a.outputs,
                                 a.inOutLayers, a.activation, true, false }));
  }

  torch::Tensor forward(const torch::Tensor& x) { return mlp->forward(norm ? norm->forward(x) : x); }

  NormalisationLayer norm{ nullptr };
  ResidualMlp mlp{ nullptr };
};
TORCH_MODULE(Output);

namespace
{
// bfloat16 autocast on GPUs while it lives. Coordinates have more digits than bfloat16, and what the blocks
// add to each other's results would lose them too: in_proj, out_proj and x itself stay outside.
class NarrowScope
{
public:
  explicit NarrowScope(bool active)
    : active_(active)
  {
    if (active_)
    {
      at::autocast::set_autocast_enabled(at::kCUDA, true);
      at::autocast::set_autocast_dtype(at::kCUDA, at::kBFloat16);
    }
  }
  NarrowScope(const NarrowScope&) = delete;
  ~NarrowScope()
  {
    if (active_)
    {
      at::autocast::set_autocast_enabled(at::kCUDA, false);
      at::autocast::clear_cache(); // of narrowed weights, which change with every step
    }
  }

private:
  bool active_;
};
}

struct FlareModelImpl::Parts
{
  ResidualMlp input{ nullptr };
  std::vector<Block> blocks;
  Output output{ nullptr };
};

FlareModelImpl::FlareModelImpl(const Architecture& architecture)
  : architecture_(architecture)
  , parts_(std::make_shared<Parts>())
{
  ops::resolveVectorMath();
  const auto& a = architecture_;
  a.validate();
  parts_->input = register_module("in_proj", ResidualMlp(ResidualMlpOptions{ a.inputs, a.channels, a.channels,
                                               a.inOutLayers, a.activation, false, true }));
  torch::nn::ModuleList blocks;
  for (std::int64_t b = 0; b < a.blocks; ++b)
  {
    auto ofBlock = a;
    ofBlock.latents = a.latentsOf(b);
    parts_->blocks.push_back(Block(ofBlock));
    blocks->push_back(parts_->blocks.back());
  }
  register_module("blocks", blocks);
  parts_->output = register_module("out_proj", Output(a));
}

torch::Tensor FlareModelImpl::forward(torch::Tensor x, const Segments& segments)
{
  x = parts_->input->forward(x);
  {
    const NarrowScope scope(narrowBlocks_);
    for (auto& block : parts_->blocks)
    {
      x = block->forward(x, segments);
    }
  }
  return parts_->output->forward(x);
}

void FlareModelImpl::forEachBlock(
  torch::Tensor x, const Segments& segments, const std::function<bool(std::int64_t, const QueryKey&)>& visit)
{
  const auto& a = architecture_;
  x = parts_->input->forward(x);
  for (std::int64_t b = 0; b < a.blocks; ++b)
  {
    auto& block = parts_->blocks[b];
    const auto k = block->att->keys(block->norm1->forward(x));
    const auto byHead = k.view({ -1, a.heads, a.headDimension() }).permute({ 1, 0, 2 });
    if (!visit(b, QueryKey{ block->att->queries(), byHead }))
    {
      return;
    }
    if (b + 1 < a.blocks)
    {
      x = block->forward(x, segments);
    }
  }
}

void initialise(FlareModel& model, torch::Generator generator)
{
  torch::NoGradGuard guard;
  // Drawn in float32 on the CPU whatever the model's type, so that a seed means the same weights.
  const auto normal = [&](torch::Tensor& p, double deviation)
  { p.copy_(torch::randn(p.sizes(), generator, torch::dtype(torch::kFloat32)) * deviation); };
  for (auto& item : model->named_parameters())
  {
    auto& p = item.value();
    const auto& name = item.key();
    const bool isBias = name.size() >= 4 && name.compare(name.size() - 4, 4, "bias") == 0;
    if (name.find("latent_q") != std::string::npos)
    {
      normal(p, 0.1);
    }
    else if (p.dim() == 2)
    {
      normal(p, 0.02);
    }
    else
    {
      p.fill_(isBias ? 0.0 : 1.0);
    }
  }
}

State stateOf(const FlareModel& model)
{
  State state;
  for (const auto& item : model->named_parameters())
  {
    state[item.key()] = item.value().detach().to(torch::kCPU, true).clone();
  }
  return state;
}

void loadState(FlareModel& model, const State& state)
{
  torch::NoGradGuard guard;
  auto parameters = model->named_parameters();
  for (const auto& [name, tensor] : state)
  {
    if (!parameters.contains(name))
    {
      throw Error("the weights hold a tensor '" + name + "' that this architecture does not have");
    }
  }
  for (auto& item : parameters)
  {
    const auto found = state.find(item.key());
    if (found == state.end())
    {
      throw Error("the weights lack the tensor '" + item.key() + "'");
    }
    if (found->second.sizes() != item.value().sizes())
    {
      throw Error("the tensor '" + item.key() + "' has shape " + shapeText(found->second.sizes().vec()) +
                  ", but the architecture asks for " + shapeText(item.value().sizes().vec()));
    }
    item.value().copy_(found->second);
  }
}

FlareModel instantiate(const Model& model, torch::Device device, torch::ScalarType type)
{
  FlareModel network(model.info().architecture);
  network->to(device, type);
  loadState(network, model.impl().state);
  network->eval();
  for (auto& p : network->parameters())
  {
    p.requires_grad_(false);
  }
  return network;
}
}
