#include "nn/state_shapes.h"

#include "flare/error.h"

#include <utility>

namespace flare::nn
{
namespace
{
constexpr std::int64_t mostTensors = 100000;
constexpr std::int64_t mostNumbers = std::int64_t{ 1 } << 40;

// Weight and bias of every linear layer: 1 without inner layers, else those and two more.
std::int64_t mlpTensors(int layers)
{
  return layers == -1 ? 2 : 2 * (std::int64_t{ layers } + 2);
}

std::int64_t tensorCount(const Architecture& a)
{
  const std::int64_t norm = a.norm == Norm::Layer ? 2 : 1;
  const std::int64_t block = 2 * norm + (a.queryKeyNorm ? 2 * norm : 0) + 1 + 2 + mlpTensors(a.keyLayers) +
                             mlpTensors(a.valueLayers) + mlpTensors(a.feedForwardLayers);
  return a.blocks * block + 2 * mlpTensors(a.inOutLayers) + (a.outputNorm ? norm : 0);
}

class Shapes
{
public:
  explicit Shapes(Norm norm)
    : norm_(norm)
  {
  }

  void linear(const std::string& name, std::int64_t in, std::int64_t out)
  {
    result_[name + ".weight"] = { out, in };
    result_[name + ".bias"] = { out };
  }

  void mlp(const std::string& name, std::int64_t in, std::int64_t hidden, std::int64_t out, int layers)
  {
    if (layers == -1)
    {
      linear(name + ".fc", in, out);
      return;
    }
    linear(name + ".fc1", in, hidden);
    for (int i = 0; i < layers; ++i)
    {
      linear(name + ".fcs." + std::to_string(i), hidden, hidden);
    }
    linear(name + ".fc2", hidden, out);
  }

  void norm(const std::string& name, std::int64_t width)
  {
    result_[name + ".weight"] = { width };
    if (norm_ == Norm::Layer)
    {
      result_[name + ".bias"] = { width };
    }
  }

  void block(const std::string& name, const Architecture& a, std::int64_t latents)
  {
    const auto hidden = [&](double ratio) { return static_cast<std::int64_t>(a.channels * ratio); };
    norm(name + ".norm1", a.channels);
    norm(name + ".norm2", a.channels);
    result_[name + ".att.latent_q"] = { a.sharedLatents ? a.headDimension() : a.channels, latents };
    mlp(name + ".att.k_proj", a.channels, hidden(a.keyRatio), a.channels, a.keyLayers);
    mlp(name + ".att.v_proj", a.channels, hidden(a.valueRatio), a.channels, a.valueLayers);
    linear(name + ".att.out_proj", a.channels, a.channels);
    if (a.queryKeyNorm)
    {
      norm(name + ".att.q_norm", a.headDimension());
      norm(name + ".att.k_norm", a.headDimension());
    }
    mlp(name + ".mlp", a.channels, hidden(a.feedForwardRatio), a.channels, a.feedForwardLayers);
  }

  StateShapes take() { return std::move(result_); }

private:
  Norm norm_;
  StateShapes result_;
};
}

StateShapes expectedState(const Architecture& a)
{
  a.validate();
  const auto tensors = tensorCount(a);
  if (tensors > mostTensors)
  {
    throw Error("architecture: " + std::to_string(tensors) + " tensors are more than the " +
                std::to_string(mostTensors) + " that a network may have; reduce blocks or layers");
  }
  Shapes shapes(a.norm);
  shapes.mlp("in_proj", a.inputs, a.channels, a.channels, a.inOutLayers);
  for (std::int64_t b = 0; b < a.blocks; ++b)
  {
    shapes.block("blocks." + std::to_string(b), a, a.latentsOf(b));
  }
  if (a.outputNorm)
  {
    shapes.norm("out_proj.0", a.channels);
  }
  shapes.mlp("out_proj.1", a.channels, a.channels, a.outputs, a.inOutLayers);
  auto result = shapes.take();
  if (parameterCount(result) > mostNumbers)
  {
    throw Error("architecture: it has more than 2^40 weights; reduce channels, latents or blocks");
  }
  return result;
}

std::int64_t parameterCount(const StateShapes& shapes)
{
  // At most 100,000 tensors of at most 2^40 numbers each (every size is at most 2^20): no overflow.
  std::int64_t total = 0;
  for (const auto& [name, shape] : shapes)
  {
    std::int64_t count = 1;
    for (const auto size : shape)
    {
      count *= size;
    }
    total += count;
  }
  return total;
}

std::string shapeText(const std::vector<std::int64_t>& shape)
{
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i)
  {
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  }
  return text + "]";
}

std::string compareState(const StateShapes& expected, const StateShapes& actual)
{
  for (const auto& [name, shape] : expected)
  {
    const auto found = actual.find(name);
    if (found == actual.end())
    {
      return "the tensor '" + name + "' of shape " + shapeText(shape) + " is missing";
    }
    if (found->second != shape)
    {
      return "the tensor '" + name + "' has shape " + shapeText(found->second) +
             ", but the architecture asks for " + shapeText(shape);
    }
  }
  for (const auto& [name, shape] : actual)
  {
    if (expected.count(name) == 0)
    {
      return "the architecture has no tensor '" + name + "' (its shape is " + shapeText(shape) + ")";
    }
  }
  return {};
}
}
