#include "flare/import.h"

#include "flare/error.h"
#include "io/import_architecture.h"
#include "io/import_config.h"
#include "io/metadata.h"
#include "io/torch_checkpoint.h"
#include "io/torch_tensors.h"
#include "model_impl.h"

#include <filesystem>

namespace flare
{
namespace io
{
namespace
{
const std::string rawKey = "model_state";
const std::string averageKey = "ema_shadow";

struct Checkpoint
{
  State state;
  nlohmann::json config; // null when the file holds none
};

std::string keysOf(const std::map<std::string, State>& states)
{
  std::string text;
  for (const auto& [key, state] : states)
  {
    text += (text.empty() ? "'" : ", '") + key + "'";
  }
  return text.empty() ? "no dictionary of tensors at all" : text;
}

Checkpoint fromTorch(const std::shared_ptr<const MappedFile>& file, ImportWeights weights)
{
  auto content = readTorchCheckpoint(file);
  const bool plain = content.states.count("") > 0;
  const std::string key = weights == ImportWeights::Ema ? averageKey : plain ? "" : rawKey;
  const auto found = content.states.find(key);
  if (found == content.states.end())
  {
    throw Error("'" + file->path() + "' holds no weights '" + key + "'" +
                (weights == ImportWeights::Ema ? std::string(" (averaged ones); import the raw ones.")
                                               : ": it holds " + keysOf(content.states) + "."));
  }
  return { std::move(found->second), std::move(content.config) };
}

Checkpoint fromSafetensors(const std::string& path, ImportWeights weights)
{
  const auto file = SafetensorsFile::open(path);
  const auto format = file.metadata().find("format");
  if (format != file.metadata().end() && format->second == modelFormat)
  {
    throw Error("'" + path + "' is a ParaFLARE model already; use it as it is.");
  }
  if (weights == ImportWeights::Ema)
  {
    throw Error(
      "'" + path + "' holds one set of weights, not averaged ones beside them; import it with raw weights.");
  }
  Checkpoint result;
  for (const auto& [name, view] : file.tensors())
  {
    result.state[name] = toTensor(view);
  }
  return result;
}

Checkpoint readCheckpoint(const std::string& path, ImportWeights weights)
{
  const auto file = MappedFile::open(path);
  if (isTorchFile(*file))
  {
    return fromTorch(file, weights);
  }
  const bool isPickle = file->size() > 8 && file->data()[0] == std::byte{ 0x80 } &&
                        file->data()[8] != static_cast<std::byte>('{');
  if (isPickle)
  {
    throw Error("'" + path +
                "' is a bare pickle, as PyTorch wrote before version 1.6. Load it in Python and save it " +
                "again with torch.save.");
  }
  return fromSafetensors(path, weights);
}

// The compiled and the distributed module put prefixes before every name.
std::string plainName(std::string name)
{
  for (bool found = true; found;)
  {
    found = false;
    for (const std::string prefix : { "_orig_mod.", "module." })
    {
      if (name.rfind(prefix, 0) == 0)
      {
        name.erase(0, prefix.size());
        found = true;
      }
    }
  }
  return name;
}

// Plain names; float64 when any weight is, else float32.
State normalised(const State& state, const std::string& path)
{
  State result;
  bool isDouble = false;
  for (const auto& [name, tensor] : state)
  {
    if (!tensor.is_floating_point())
    {
      throw Error("'" + path + "': the tensor '" + name +
                  "' holds no floating-point numbers; it is no weight of a " + "FLARE network.");
    }
    if (!torch::isfinite(tensor).all().item<bool>())
    {
      throw Error("'" + path + "': the tensor '" + name + "' holds NaN or infinite values.");
    }
    isDouble = isDouble || tensor.scalar_type() == torch::kFloat64;
    if (!result.emplace(plainName(name), tensor).second)
    {
      throw Error(
        "'" + path + "': the tensor '" + plainName(name) + "' is there twice, under different prefixes.");
    }
  }
  for (auto& [name, tensor] : result)
  {
    tensor = tensor.to(isDouble ? torch::kFloat64 : torch::kFloat32);
  }
  return result;
}

JsonObject configFor(const std::string& checkpoint, const nlohmann::json& inside, const std::string& given)
{
  if (!given.empty())
  {
    return readConfig(given);
  }
  if (inside.is_object())
  {
    return JsonObject(inside, "'" + checkpoint + "', 'config'");
  }
  const auto beside = findConfig(checkpoint);
  if (beside.empty())
  {
    throw Error("'" + checkpoint +
                "' does not tell the number of heads, and no config.json or config.yaml is beside " +
                "it. Name the configuration file (--config).");
  }
  return readConfig(beside);
}

Normalisation normalisationFor(const ImportOptions& options)
{
  if (options.normalisationPath.empty())
  {
    return Normalisation::identity(options.signature);
  }
  const auto o =
    JsonObject::parse(readText(options.normalisationPath), "'" + options.normalisationPath + "'");
  Normalisation n;
  n.inputs = scalingFrom(o.object("inputs"), static_cast<std::size_t>(options.signature.inputChannels()));
  n.targets = scalingFrom(o.object("targets"), static_cast<std::size_t>(options.signature.targetChannels()));
  return n;
}

std::string joined(const std::vector<std::string>& names)
{
  std::string text;
  for (const auto& name : names)
  {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

void checkChannels(const std::string& path, const Architecture& a, const Signature& signature)
{
  const auto require = [&](std::int64_t has, const char* what, const std::vector<std::string>& names)
  {
    if (has != static_cast<std::int64_t>(names.size()))
    {
      throw Error("'" + path + "' has " + std::to_string(has) + " " + what + " channels, but " +
                  std::to_string(names.size()) + " were named: " + joined(names) +
                  ". Name all of them, vectors with their " + "component count (NAME:3).");
    }
  };
  require(a.inputs, "input", signature.inputChannelNames());
  require(a.outputs, "target", signature.targetChannelNames());
}
}
}

Model importCheckpoint(const std::string& path, const ImportOptions& options)
{
  const auto checkpoint = io::readCheckpoint(path, options.weights);
  auto impl = std::make_shared<Model::Impl>();
  impl->state = io::normalised(checkpoint.state, path);
  nn::StateShapes shapes;
  for (const auto& [name, tensor] : impl->state)
  {
    shapes[name] = tensor.sizes().vec();
  }
  const auto config = io::configFor(path, checkpoint.config, options.configPath);
  auto& info = impl->info;
  try
  {
    info.architecture = io::architectureOf(shapes, config);
  }
  catch (const Error& problem)
  {
    const std::string reason = problem.what();
    throw Error(reason.rfind(config.place(), 0) == 0 ? reason : "'" + path + "': " + reason + ".");
  }
  io::checkChannels(path, info.architecture, options.signature);
  info.signature = options.signature;
  info.normalisation = io::normalisationFor(options);
  info.parameters = nn::parameterCount(shapes);
  info.training.recipe.name = "Imported";
  info.training.device = "CPU";
  info.training.precision =
    impl->state.begin()->second.scalar_type() == torch::kFloat64 ? "float64" : "float32";
  info.training.completed = true;
  info.training.notes.push_back("imported from " + std::filesystem::path(path).filename().string() +
                                (options.weights == ImportWeights::Ema ? " (averaged weights)" : ""));
  return Model(impl);
}
}
