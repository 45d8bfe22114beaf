#include "flare/architecture.h"

#include "flare/error.h"

#include <cmath>
#include <string>
#include <tuple>

namespace flare
{
namespace
{
auto members(const Architecture& a)
{
  return std::tie(a.inputs, a.outputs, a.channels, a.blocks, a.heads, a.latents, a.blockLatents,
    a.attentionScale, a.activation, a.norm, a.queryKeyNorm, a.outputNorm, a.sharedLatents, a.keyLayers,
    a.valueLayers, a.feedForwardLayers, a.inOutLayers, a.keyRatio, a.valueRatio, a.feedForwardRatio);
}

void require(bool condition, const std::string& message)
{
  if (!condition)
  {
    throw Error("architecture: " + message);
  }
}
}

std::string Architecture::latentsText() const
{
  std::string text;
  for (const auto ofBlock : blockLatents)
  {
    text += (text.empty() ? "" : ", ") + std::to_string(ofBlock);
  }
  return text.empty() ? std::to_string(latents) : text;
}

void Architecture::validate() const
{
  // Bounds that keep the sizes of all tensors far from overflow, and any real network well inside.
  constexpr std::int64_t largest = 1 << 20;
  const auto size = [](std::int64_t value, const char* what)
  {
    require(value >= 1 && value <= largest,
      std::string(what) + " must lie between 1 and 1048576, not " + std::to_string(value));
  };
  size(inputs, "the number of input channels");
  size(outputs, "the number of output channels");
  size(channels, "channels");
  size(blocks, "blocks");
  size(heads, "heads");
  size(latents, "latents");
  require(blockLatents.empty() || static_cast<std::int64_t>(blockLatents.size()) == blocks,
    "there are numbers of latents for " + std::to_string(blockLatents.size()) + " blocks, but " +
      std::to_string(blocks) + " blocks");
  for (const auto ofBlock : blockLatents)
  {
    size(ofBlock, "the latents of a block");
  }
  require(channels % heads == 0, "heads (" + std::to_string(heads) + ") must divide channels (" +
                                   std::to_string(channels) + "); choose for example " +
                                   std::to_string(channels % 8 == 0 ? channels / 8 : 1) + " heads");
  require(std::isfinite(attentionScale) && attentionScale > 0.0, "the attention scale must be positive");
  const auto mlp = [&](int layers, double ratio, const char* what)
  {
    require(layers >= -1 && layers <= 1000,
      std::string("layers of the ") + what + " must lie between -1 and 1000, not " + std::to_string(layers));
    require(std::isfinite(ratio) && channels * ratio >= 1.0 && channels * ratio <= largest,
      std::string("the width ratio of the ") + what + " must leave 1 to 1048576 hidden units");
  };
  mlp(keyLayers, keyRatio, "key projection");
  mlp(valueLayers, valueRatio, "value projection");
  mlp(feedForwardLayers, feedForwardRatio, "feed-forward part");
  mlp(inOutLayers, 1.0, "input and output projection");
}

bool operator==(const Architecture& a, const Architecture& b)
{
  return members(a) == members(b);
}

bool operator!=(const Architecture& a, const Architecture& b)
{
  return !(a == b);
}

bool operator==(const InputEncoding& a, const InputEncoding& b)
{
  return a.octaves == b.octaves && (a.octaves == 0 || a.baseFrequency == b.baseFrequency);
}
}
