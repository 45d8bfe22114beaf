#include "io/import_architecture.h"

#include "flare/error.h"

#include <cmath>

namespace flare::io
{
namespace
{
class Weights
{
public:
  explicit Weights(const nn::StateShapes& shapes)
    : shapes_(shapes)
  {
  }

  bool has(const std::string& name) const { return shapes_.count(name) > 0; }

  std::int64_t size(const std::string& name, std::size_t dimension) const
  {
    const auto found = shapes_.find(name);
    if (found == shapes_.end() || found->second.size() <= dimension)
    {
      throw Error("the weights are not those of a FLARE network: the tensor '" + name +
                  "' is missing or has " + "another shape");
    }
    return found->second[dimension];
  }

  int layers(const std::string& mlp) const
  {
    if (has(mlp + ".fc.weight"))
    {
      return -1;
    }
    int count = 0;
    while (has(mlp + ".fcs." + std::to_string(count) + ".weight"))
    {
      ++count;
    }
    return count;
  }

  std::int64_t blocks() const
  {
    std::int64_t count = 0;
    while (has("blocks." + std::to_string(count) + ".norm1.weight"))
    {
      ++count;
    }
    return count;
  }

private:
  const nn::StateShapes& shapes_;
};

// What the weights alone say.
Architecture outline(const Weights& w)
{
  const std::string block = "blocks.0.";
  Architecture a;
  a.channels = w.size(block + "norm1.weight", 0);
  a.blocks = w.blocks();
  a.latents = w.size(block + "att.latent_q", 1);
  a.sharedLatents = w.size(block + "att.latent_q", 0) != a.channels;
  a.norm = w.has(block + "norm1.bias") ? Norm::Layer : Norm::Rms;
  a.outputNorm = w.has("out_proj.0.weight");
  a.queryKeyNorm = w.has(block + "att.q_norm.weight");
  a.inOutLayers = w.layers("in_proj");
  a.keyLayers = w.layers(block + "att.k_proj");
  a.valueLayers = w.layers(block + "att.v_proj");
  a.feedForwardLayers = w.layers(block + "mlp");
  a.inputs = w.size(a.inOutLayers == -1 ? "in_proj.fc.weight" : "in_proj.fc1.weight", 1);
  a.outputs = w.size(a.inOutLayers == -1 ? "out_proj.1.fc.weight" : "out_proj.1.fc2.weight", 0);
  return a;
}

// A setting that the weights decide: absent or null, or the same.
void agreeOnCount(const JsonObject& config, const char* key, std::int64_t actual)
{
  if (config.has(key) && !config.isNull(key) && config.integer(key) != actual)
  {
    config.refuse(
      key, "is " + std::to_string(config.integer(key)) + ", but the weights have " + std::to_string(actual));
  }
}

void agreeOnFlag(const JsonObject& config, const char* key, bool actual)
{
  if (config.has(key) && !config.isNull(key) && config.boolean(key) != actual)
  {
    config.refuse(key, std::string("is ") + (actual ? "false" : "true") + ", but the weights say " +
                         (actual ? "true" : "false"));
  }
}

void checkSettings(const Architecture& a, const JsonObject& config)
{
  agreeOnCount(config, "in_dim", a.inputs);
  agreeOnCount(config, "out_dim", a.outputs);
  agreeOnCount(config, "channel_dim", a.channels);
  agreeOnCount(config, "num_blocks", a.blocks);
  agreeOnCount(config, "num_latents", a.latents);
  agreeOnCount(config, "num_layers_in_out_proj", a.inOutLayers);
  agreeOnCount(config, "num_layers_k_proj", a.keyLayers);
  agreeOnCount(config, "num_layers_v_proj", a.valueLayers);
  agreeOnCount(config, "num_layers_ffn", a.feedForwardLayers);
  agreeOnFlag(config, "rmsnorm", a.norm == Norm::Rms);
  agreeOnFlag(config, "out_proj_norm", a.outputNorm);
  agreeOnFlag(config, "qk_norm", a.queryKeyNorm);
  if (config.has("model_type") && config.text("model_type") != "flare")
  {
    config.refuse("model_type", "is '" + config.text("model_type") + "': only 'flare' can be imported");
  }
}

std::int64_t headsFrom(const Weights& w, const Architecture& a, const JsonObject& config)
{
  if (!config.has("num_heads"))
  {
    config.refuse(
      "num_heads", "is missing, and the weights do not tell it (null stands for channel_dim // 8)");
  }
  const auto heads = config.isNull("num_heads") ? a.channels / 8 : config.integer("num_heads", 1, a.channels);
  if (heads < 1 || a.channels % heads != 0)
  {
    config.refuse("num_heads", "means " + std::to_string(heads) + " heads, which do not divide the " +
                                 std::to_string(a.channels) + " channels of the weights");
  }
  const auto dimension = a.channels / heads;
  const auto agreeWith = [&](const std::string& name)
  {
    if (w.size(name, 0) != dimension)
    {
      config.refuse("num_heads", "means heads of " + std::to_string(dimension) + " channels, but '" + name +
                                   "' has " + std::to_string(w.size(name, 0)));
    }
  };
  if (a.queryKeyNorm)
  {
    agreeWith("blocks.0.att.q_norm.weight");
  }
  if (a.sharedLatents)
  {
    agreeWith("blocks.0.att.latent_q");
  }
  return heads;
}

double scaleFrom(const JsonObject& config, std::int64_t headDimension)
{
  if (!config.has("attn_scale"))
  {
    return 1.0;
  }
  if (!config.json().at("attn_scale").is_string())
  {
    return config.number("attn_scale");
  }
  const auto word = config.text("attn_scale");
  if (word != "one" && word != "sqrt")
  {
    config.refuse("attn_scale", "must be a number, 'one' or 'sqrt', not '" + word + "'");
  }
  return word == "one" ? 1.0 : std::pow(static_cast<double>(headDimension), -0.5);
}

Activation activationFrom(const JsonObject& config)
{
  if (!config.has("act") || config.isNull("act"))
  {
    return Activation::Gelu;
  }
  const auto name = config.text("act");
  if (name != "gelu" && name != "silu")
  {
    config.refuse("act", "must be 'gelu', 'silu' or null, not '" + name + "'");
  }
  return name == "gelu" ? Activation::Gelu : Activation::Silu;
}

// A ratio r with int(channels * r) equal to the width of the weights: the configuration's, else one made up.
double ratioFrom(const Weights& w, const std::string& mlp, int layers, std::int64_t channels,
  const JsonObject& config, const char* key)
{
  const bool given = config.has(key) && !config.isNull(key);
  if (layers == -1)
  {
    return given ? config.number(key) : 1.0;
  }
  const auto hidden = w.size(mlp + ".fc1.weight", 0);
  const auto width = [&](double ratio) { return std::trunc(static_cast<double>(channels) * ratio); };
  if (given)
  {
    if (width(config.number(key)) != static_cast<double>(hidden))
    {
      config.refuse(key, "leaves " + std::to_string(width(config.number(key))) + " hidden units, but '" +
                           mlp + ".fc1.weight' has " + std::to_string(hidden));
    }
    return config.number(key);
  }
  const double ratio = static_cast<double>(hidden) / static_cast<double>(channels);
  return width(ratio) == static_cast<double>(hidden) ? ratio : (hidden + 0.5) / static_cast<double>(channels);
}
}

Architecture architectureOf(const nn::StateShapes& shapes, const JsonObject& config)
{
  const Weights w(shapes);
  auto a = outline(w);
  checkSettings(a, config);
  a.heads = headsFrom(w, a, config);
  a.attentionScale = scaleFrom(config, a.headDimension());
  a.activation = activationFrom(config);
  const std::string block = "blocks.0.";
  a.keyRatio = ratioFrom(w, block + "att.k_proj", a.keyLayers, a.channels, config, "k_proj_mlp_ratio");
  a.valueRatio = ratioFrom(w, block + "att.v_proj", a.valueLayers, a.channels, config, "v_proj_mlp_ratio");
  a.feedForwardRatio = ratioFrom(w, block + "mlp", a.feedForwardLayers, a.channels, config, "ffn_mlp_ratio");
  const auto problem = nn::compareState(nn::expectedState(a), shapes);
  if (!problem.empty())
  {
    throw Error("the weights are not those of a FLARE network: " + problem);
  }
  return a;
}
}
