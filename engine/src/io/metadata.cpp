#include "io/metadata.h"

#include "flare/error.h"
#include "io/training_metadata.h"

#include <cmath>
#include <limits>

namespace flare::io
{
namespace
{
using Json = nlohmann::json;

// Keys are the arguments of the published code's network, so that Python can build it from them.
Json toJson(const Architecture& a)
{
  Json result = { { "in_dim", a.inputs }, { "out_dim", a.outputs }, { "channel_dim", a.channels },
    { "num_blocks", a.blocks }, { "num_heads", a.heads }, { "num_latents", a.latents },
    { "act", a.activation == Activation::Gelu ? "gelu" : "silu" }, { "rmsnorm", a.norm == Norm::Rms },
    { "out_proj_norm", a.outputNorm }, { "num_layers_in_out_proj", a.inOutLayers },
    { "attn_scale", a.attentionScale }, { "num_layers_k_proj", a.keyLayers },
    { "num_layers_v_proj", a.valueLayers }, { "k_proj_mlp_ratio", a.keyRatio },
    { "v_proj_mlp_ratio", a.valueRatio }, { "num_layers_ffn", a.feedForwardLayers },
    { "ffn_mlp_ratio", a.feedForwardRatio }, { "qk_norm", a.queryKeyNorm } };
  if (a.sharedLatents) // not an argument of the published network
  {
    result["shared_latents"] = true;
  }
  if (!a.blockLatents.empty()) // neither is this
  {
    result["block_latents"] = a.blockLatents;
  }
  return result;
}

std::int64_t wholeNumber(const JsonObject& o, const char* key, double value)
{
  if (!(std::abs(value) <= 1e9) || value != std::floor(value))
  {
    o.refuse(key, "whole numbers are expected");
  }
  return static_cast<std::int64_t>(value);
}

Architecture architectureFrom(const JsonObject& o)
{
  const auto layers = [&](const char* key)
  {
    return static_cast<int>(o.integer(key, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
  };
  Architecture a;
  a.inputs = o.integer("in_dim");
  a.outputs = o.integer("out_dim");
  a.channels = o.integer("channel_dim");
  a.blocks = o.integer("num_blocks");
  a.heads = o.integer("num_heads");
  a.latents = o.integer("num_latents");
  const auto activation = o.text("act");
  if (activation != "gelu" && activation != "silu")
  {
    o.refuse("act", "must be 'gelu' or 'silu', not '" + activation + "'");
  }
  a.activation = activation == "gelu" ? Activation::Gelu : Activation::Silu;
  a.norm = o.boolean("rmsnorm") ? Norm::Rms : Norm::Layer;
  a.outputNorm = o.boolean("out_proj_norm");
  a.inOutLayers = layers("num_layers_in_out_proj");
  a.attentionScale = o.number("attn_scale");
  a.keyLayers = layers("num_layers_k_proj");
  a.valueLayers = layers("num_layers_v_proj");
  a.keyRatio = o.number("k_proj_mlp_ratio");
  a.valueRatio = o.number("v_proj_mlp_ratio");
  a.feedForwardLayers = layers("num_layers_ffn");
  a.feedForwardRatio = o.number("ffn_mlp_ratio");
  a.queryKeyNorm = o.boolean("qk_norm");
  a.sharedLatents = o.has("shared_latents") && o.boolean("shared_latents");
  if (o.has("block_latents"))
  {
    for (const double ofBlock : o.numbers("block_latents"))
    {
      a.blockLatents.push_back(wholeNumber(o, "block_latents", ofBlock));
    }
  }
  return a;
}

template<typename Spec>
Json list(const std::vector<Spec>& specs)
{
  Json result = Json::array();
  for (const auto& spec : specs)
  {
    result.push_back(io::toJson(spec));
  }
  return result;
}

Json inputsOf(const ModelInfo& info)
{
  const auto& s = info.signature;
  // "channels" tells a reader the order of in_proj's inputs; what counts are the entries before it.
  return { { "association", nameOf(s.association) }, { "fields", list(s.inputs) },
    { "parameters", list(s.parameters) }, { "use_time", s.useTime },
    { "encoding", io::toJson(info.encoding) }, { "channels", s.inputChannelNames() } };
}

Json toJson(const ChannelScaling& scaling)
{
  return { { "mean", scaling.mean }, { "scale", scaling.scale } };
}

JsonObject entry(const Metadata& metadata, const std::string& key, const std::string& path)
{
  const auto found = metadata.find(key);
  if (found == metadata.end())
  {
    throw Error("'" + path + "' is not a whole model file: its metadata lack '" + key + "'.");
  }
  return JsonObject::parse(found->second, "'" + path + "', metadata '" + key + "'");
}

Normalisation normalisationFrom(const JsonObject& o, const Signature& signature)
{
  Normalisation n;
  n.inputs = scalingFrom(o.object("inputs"), static_cast<std::size_t>(signature.inputChannels()));
  n.targets = scalingFrom(o.object("targets"), static_cast<std::size_t>(signature.targetChannels()));
  n.coordinateScalePerAxis = o.boolean("coordinate_scale_per_axis");
  return n;
}

Envelope envelopeFrom(const JsonObject& o, const Signature& signature)
{
  Envelope e{ o.numbers("minimum"), o.numbers("maximum") };
  const auto channels = static_cast<std::size_t>(signature.inputChannels());
  if (e.minimum.size() != e.maximum.size() || (!e.empty() && e.minimum.size() != channels))
  {
    o.refuse("minimum",
      "and 'maximum' must have one number per input channel (" + std::to_string(channels) + "), or none");
  }
  return e;
}

constexpr int mostComponents = 1 << 20; // of all fields together, as Architecture::validate has it
}

void checkFormat(const Metadata& metadata, const std::string& path, const std::string& expectedFormat)
{
  const bool model = expectedFormat == modelFormat;
  const std::string wanted = model ? "a ParaFLARE model" : "a ParaFLARE data set";
  const auto format = metadata.find("format");
  if (format == metadata.end() || format->second != expectedFormat)
  {
    const std::string found = format == metadata.end() ? "" : format->second;
    std::string message = "'" + path + "' is a safetensors file, but not " + wanted;
    if (found == modelFormat || found == dataSetFormat)
    {
      message += found == modelFormat ? ": it is a model" : ": it is a data set";
      throw Error(message + ". Choose another file.");
    }
    message += found.empty() ? ": its metadata name no format" : ": its format is '" + found + "'";
    throw Error(
      message + "." + (model ? " Weights of the published code become a model by 'flare import'." : ""));
  }
  const auto version = metadata.find("version");
  const std::string text = version == metadata.end() ? "" : version->second;
  const bool isNumber =
    !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!isNumber || std::stoi(text) < 1)
  {
    throw Error(
      "'" + path + "' does not say which version of the format it has. It is damaged; write it again.");
  }
  if (std::stoi(text) > fileVersion)
  {
    throw Error("'" + path + "' was written by a newer ParaFLARE: its format has version " + text +
                ", and this program reads up to " + std::to_string(fileVersion) + ". Update ParaFLARE.");
  }
}

Metadata toMetadata(const ModelInfo& info)
{
  const Json normalisation = { { "inputs", toJson(info.normalisation.inputs) },
    { "targets", toJson(info.normalisation.targets) },
    { "coordinate_scale_per_axis", info.normalisation.coordinateScalePerAxis } };
  const Json envelope = { { "minimum", info.envelope.minimum }, { "maximum", info.envelope.maximum } };
  const Json outputs = { { "fields", list(info.signature.targets) },
    { "channels", info.signature.targetChannelNames() } };
  return { { "format", modelFormat }, { "version", std::to_string(fileVersion) },
    { "architecture", textOf(toJson(info.architecture)) }, { "inputs", textOf(inputsOf(info)) },
    { "outputs", textOf(outputs) }, { "normalisation", textOf(normalisation) },
    { "training", textOf(toJson(info.training)) }, { "envelope", textOf(envelope) } };
}

ModelInfo fromMetadata(const Metadata& metadata, const std::string& path)
{
  checkFormat(metadata, path, modelFormat);
  ModelInfo info;
  info.architecture = architectureFrom(entry(metadata, "architecture", path));
  const auto inputs = entry(metadata, "inputs", path);
  info.signature.association = associationFrom(inputs, "association");
  info.signature.inputs = fieldsFrom(inputs, "fields");
  info.signature.parameters = parametersFrom(inputs, "parameters");
  info.signature.useTime = inputs.boolean("use_time");
  info.encoding = encodingFrom(inputs.object("encoding"));
  info.signature.targets = fieldsFrom(entry(metadata, "outputs", path), "fields");
  info.normalisation = normalisationFrom(entry(metadata, "normalisation", path), info.signature);
  info.envelope = envelopeFrom(entry(metadata, "envelope", path), info.signature);
  info.training = trainingFrom(entry(metadata, "training", path));

  const auto inputChannels = info.signature.inputChannels() + info.encoding.channels();
  const auto outputChannels = info.signature.targetChannels();
  if (info.architecture.inputs != inputChannels || info.architecture.outputs != outputChannels)
  {
    throw Error("'" + path + "' contradicts itself: its network takes " +
                std::to_string(info.architecture.inputs) + " channels and gives " +
                std::to_string(info.architecture.outputs) + ", but its inputs and outputs have " +
                std::to_string(inputChannels) + " and " + std::to_string(outputChannels) + ".");
  }
  return info;
}

Json toJson(const FieldSpec& field)
{
  return { { "name", field.name }, { "components", field.components },
    { "component_names", field.componentNames }, { "unit", field.unit }, { "averaged", field.averaged } };
}

Json toJson(const ParameterSpec& parameter)
{
  return { { "name", parameter.name }, { "unit", parameter.unit } };
}

std::vector<FieldSpec> fieldsFrom(const JsonObject& object, const std::string& key)
{
  std::vector<FieldSpec> fields;
  int left = mostComponents;
  for (const auto& o : object.objects(key))
  {
    const auto components = static_cast<int>(o.integer("components", 1, left));
    left -= components;
    fields.push_back(
      { o.text("name"), components, o.texts("component_names"), o.text("unit"), o.boolean("averaged") });
    const auto names = fields.back().componentNames.size();
    if (names != 0 && names != static_cast<std::size_t>(fields.back().components))
    {
      o.refuse("component_names", "must be one per component, or none");
    }
  }
  return fields;
}

std::vector<ParameterSpec> parametersFrom(const JsonObject& object, const std::string& key)
{
  std::vector<ParameterSpec> parameters;
  for (const auto& o : object.objects(key))
  {
    parameters.push_back({ o.text("name"), o.text("unit") });
  }
  return parameters;
}

const char* nameOf(Association association)
{
  return association == Association::Points ? "points" : "cells";
}

Association associationFrom(const JsonObject& object, const std::string& key)
{
  const auto name = object.text(key);
  if (name != "points" && name != "cells")
  {
    object.refuse(key, "must be 'points' or 'cells', not '" + name + "'");
  }
  return name == "points" ? Association::Points : Association::Cells;
}

ChannelScaling scalingFrom(const JsonObject& object, std::size_t channels)
{
  ChannelScaling scaling{ object.numbers("mean"), object.numbers("scale") };
  for (const auto& [key, size] :
    { std::pair("mean", scaling.mean.size()), std::pair("scale", scaling.scale.size()) })
  {
    if (size != channels)
    {
      object.refuse(key,
        "has " + std::to_string(size) + " numbers, but there are " + std::to_string(channels) + " channels");
    }
  }
  for (const auto scale : scaling.scale)
  {
    if (!(scale >= 0.0))
    {
      object.refuse("scale", "must not be negative in any channel");
    }
  }
  return scaling;
}
}
