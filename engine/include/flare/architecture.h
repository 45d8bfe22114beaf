#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flare
{
enum class Activation
{
  Gelu, // tanh form
  Silu
};

enum class Norm
{
  Layer, // eps 1e-5
  Rms    // no bias, eps the machine epsilon of its type
};

// The FLARE network (arXiv 2508.12594; names as in the published code's state).
// in_proj -> blocks x {x += FLARE(norm1 x); x += ffn(norm2 x)} -> out_proj
struct Architecture
{
  std::int64_t inputs = 3; // channels that in_proj sees, those of the input encoding included
  std::int64_t outputs = 1;
  std::int64_t channels = 64;
  std::int64_t blocks = 8;
  std::int64_t heads = 8;
  std::int64_t latents = 64; // per head
  // Those of each block, where they differ (a pruned network; not an argument of the published one); else
  // empty.
  std::vector<std::int64_t> blockLatents;
  double attentionScale = 1.0;
  Activation activation = Activation::Gelu;
  Norm norm = Norm::Layer;
  bool queryKeyNorm = false;
  bool outputNorm = true;
  bool sharedLatents = false; // ablation: all heads share one M x D set of latents
  // Residual MLPs: inner layers (-1: one linear layer), hidden width = int(channels * ratio).
  int keyLayers = 3;
  int valueLayers = 3;
  int feedForwardLayers = 3;
  int inOutLayers = 2;
  double keyRatio = 1.0;
  double valueRatio = 1.0;
  double feedForwardRatio = 1.0;

  std::int64_t headDimension() const { return channels / heads; }
  std::int64_t latentsOf(std::int64_t block) const
  {
    return blockLatents.empty() ? latents : blockLatents.at(static_cast<std::size_t>(block));
  }
  // "64", or of each block: "12, 40, 64".
  std::string latentsText() const;

  // Throws Error when a size is below 1, blockLatents has not one number per block, heads do not divide
  // channels, a layer count is below -1, a ratio leaves no hidden unit, or attentionScale is not positive and
  // finite.
  void validate() const;
};

bool operator==(const Architecture& a, const Architecture& b);
bool operator!=(const Architecture& a, const Architecture& b);

// Sine and cosine of the normalised coordinates x, appended to the raw input channels:
// sin(w_k x), cos(w_k x) with w_k = baseFrequency * 2^k, k = 0..octaves-1; order: for each k,
// sin of the three coordinates, then cos of the three. 6 * octaves channels.
struct InputEncoding
{
  int octaves = 0;
  double baseFrequency = 1.5707963267948966; // pi/2
  int channels() const { return 6 * octaves; }
};
bool operator==(const InputEncoding& a, const InputEncoding& b);
}
