#include "io/model_file.h"

#include "flare/error.h"
#include "io/metadata.h"
#include "io/safetensors.h"
#include "io/torch_tensors.h"
#include "nn/state_shapes.h"

#include <algorithm>

namespace flare
{
namespace io
{
namespace
{
const std::string averagePrefix = "ema.";
const std::string meanFieldName = "training.mean_field";
const std::string spectraName = "training.spectra";
const std::string checkpointKey = "checkpoint";

bool isAverage(const std::string& name)
{
  return name.rfind(averagePrefix, 0) == 0;
}

// What is to be known of a tensor before it is read.
struct Outline
{
  std::vector<std::int64_t> shape;
  bool isFloat = false; // float32 or float64
};
using Outlines = std::map<std::string, Outline>;

nn::StateShapes expectedState(const ModelInfo& info, const std::string& path)
{
  try
  {
    return nn::expectedState(info.architecture);
  }
  catch (const Error& problem)
  {
    throw Error("'" + path + "': " + problem.what() + ".");
  }
}

void checkWeights(const nn::StateShapes& expected, const nn::StateShapes& actual, const std::string& path,
  const std::string& which)
{
  const auto problem = nn::compareState(expected, actual);
  if (!problem.empty())
  {
    throw Error("'" + path + "': the architecture and the " + which + " disagree: " + problem +
                ". The file is damaged or was changed by hand.");
  }
}

void checkMeanField(const ModelInfo& info, const Outline* field, const std::string& path)
{
  const bool wanted = !info.training.meshFingerprint.empty();
  const bool fits = field != nullptr && field->isFloat && field->shape.size() == 2 &&
                    field->shape[1] == info.architecture.outputs;
  if (wanted ? !fits : field != nullptr)
  {
    throw Error("'" + path + "': the tensor '" + meanFieldName + "' " +
                (!wanted             ? "is there, but its training cases do not share one mesh"
                  : field == nullptr ? "is missing"
                                     : "must have one column per target channel") +
                ". The file is damaged or was changed by hand.");
  }
}

void checkSpectra(const ModelInfo& info, const Outline* spectra, const std::string& path)
{
  const auto& a = info.architecture;
  const auto epochs = static_cast<std::int64_t>(info.training.spectraEpochs.size());
  const bool fits = spectra != nullptr && spectra->isFloat && spectra->shape.size() == 4 &&
                    spectra->shape[0] == epochs && spectra->shape[1] == a.blocks &&
                    spectra->shape[2] == a.heads && spectra->shape[3] >= 1;
  if (epochs > 0 ? !fits : spectra != nullptr)
  {
    throw Error("'" + path + "': the tensor '" + spectraName + "' " +
                (epochs == 0           ? "is there, but no epochs are named that it belongs to"
                  : spectra == nullptr ? "is missing"
                                       : "must hold eigenvalues of every head for each of its epochs") +
                ". The file is damaged or was changed by hand.");
  }
}

// Architecture and tensors agree: a model holds the weights and nothing else that it does not know; a
// checkpoint holds both sets of weights and what its trainer needs.
void check(const ModelInfo& info, const Outlines& tensors, bool checkpoint, const std::string& path)
{
  const auto expected = expectedState(info, path);
  nn::StateShapes weights;
  nn::StateShapes average;
  const Outline* meanField = nullptr;
  const Outline* spectra = nullptr;
  for (const auto& [name, outline] : tensors)
  {
    const bool isWeight = expected.count(name) > 0;
    if (name == meanFieldName)
    {
      meanField = &outline;
      continue;
    }
    if (name == spectraName)
    {
      spectra = &outline;
      continue;
    }
    if (checkpoint && isAverage(name))
    {
      average[name.substr(averagePrefix.size())] = outline.shape;
    }
    else if (isWeight || !checkpoint)
    {
      weights[name] = outline.shape;
    }
    if ((isWeight || isAverage(name)) && !outline.isFloat)
    {
      throw Error("'" + path + "': the weights '" + name + "' must be float32 or float64 (F32, F64).");
    }
  }
  checkWeights(expected, weights, path, "tensors");
  if (checkpoint)
  {
    checkWeights(expected, average, path, "averaged tensors");
  }
  checkMeanField(info, meanField, path);
  checkSpectra(info, spectra, path);
}

Outlines outlinesOf(const std::map<std::string, TensorView>& tensors)
{
  Outlines result;
  for (const auto& [name, tensor] : tensors)
  {
    result[name] = { tensor.shape, tensor.type == DType::F32 || tensor.type == DType::F64 };
  }
  return result;
}

bool isCheckpoint(const Metadata& metadata)
{
  const auto found = metadata.find(checkpointKey);
  return found != metadata.end() && !found->second.empty();
}

// The file's description, checked against its tensors, none of which has been read.
ModelInfo describe(const SafetensorsFile& file)
{
  auto info = fromMetadata(file.metadata(), file.path());
  check(info, outlinesOf(file.tensors()), isCheckpoint(file.metadata()), file.path());
  info.parameters = nn::parameterCount(nn::expectedState(info.architecture));
  return info;
}

// What the numbers of a tensor must be, where the network or a record is made of them.
void requireSound(
  const std::string& name, bool isWeight, const torch::Tensor& tensor, const std::string& path)
{
  const bool isRecord = name == meanFieldName || name == spectraName;
  if ((isWeight || isAverage(name) || isRecord) && !torch::isfinite(tensor).all().item<bool>())
  {
    throw Error("'" + path + "': the tensor '" + name +
                "' holds NaN or infinite values, so that nothing can be computed with it. Train or fetch the "
                "model again.");
  }
  // Rounding to float32 may lead beyond 1.
  if (name == spectraName && ((tensor < 0.0) | (tensor > 1.0 + 1e-6)).any().item<bool>())
  {
    throw Error(
      "'" + path + "': the tensor '" + name +
      "' must hold eigenvalues, which lie between 0 and 1. The file is damaged or was changed by hand.");
  }
}
}

State ModelFile::weights() const
{
  if (checkpoint.empty())
  {
    return state;
  }
  State result;
  for (const auto& [name, tensor] : extra)
  {
    if (isAverage(name))
    {
      result[name.substr(averagePrefix.size())] = tensor;
    }
  }
  return result;
}

void writeModelFile(const std::string& path, const ModelFile& content)
{
  State tensors = content.state;
  tensors.insert(content.extra.begin(), content.extra.end());
  if (tensors.size() != content.state.size() + content.extra.size())
  {
    throw Error("'" + path + "' cannot be written: a tensor of the checkpoint has the name of a weight.");
  }
  if (content.meanField.defined())
  {
    tensors[meanFieldName] = content.meanField;
  }
  if (content.spectra.defined())
  {
    tensors[spectraName] = content.spectra;
  }
  std::map<std::string, TensorView> views;
  for (auto& [name, tensor] : tensors)
  {
    tensor = tensor.detach().to(torch::kCPU).contiguous();
    views[name] = viewOf(tensor);
    requireSound(name, content.state.count(name) > 0, tensor, path);
  }
  auto metadata = toMetadata(content.info);
  if (!content.checkpoint.empty())
  {
    metadata[checkpointKey] = content.checkpoint;
  }
  // Nothing is written that could not be read again.
  check(fromMetadata(metadata, path), outlinesOf(views), !content.checkpoint.empty(), path);
  writeSafetensors(path, metadata, views);
}

ModelFile readModelFile(const std::string& path)
{
  const auto file = SafetensorsFile::open(path);
  ModelFile result;
  result.info = describe(file);
  if (isCheckpoint(file.metadata()))
  {
    result.checkpoint = file.metadata().at(checkpointKey);
  }
  const auto expected = nn::expectedState(result.info.architecture);
  for (const auto& [name, view] : file.tensors())
  {
    const auto tensor = toTensor(view);
    const bool isWeight = expected.count(name) > 0;
    requireSound(name, isWeight, tensor, path);
    if (name == meanFieldName)
    {
      result.meanField = tensor;
    }
    else if (name == spectraName)
    {
      result.spectra = tensor;
    }
    else
    {
      (isWeight ? result.state : result.extra)[name] = tensor;
    }
  }
  return result;
}
}

Model Model::load(const std::string& path)
{
  auto file = io::readModelFile(path);
  auto impl = std::make_shared<Impl>();
  impl->info = file.info;
  impl->state = file.weights();
  impl->meanField = file.meanField;
  impl->spectra = file.spectra;
  return Model(impl);
}

ModelInfo Model::inspect(const std::string& path)
{
  return io::describe(io::SafetensorsFile::open(path));
}

void Model::save(const std::string& path) const
{
  io::ModelFile file;
  file.info = impl_->info;
  file.state = impl_->state;
  file.meanField = impl_->meanField;
  file.spectra = impl_->spectra;
  io::writeModelFile(path, file);
}

bool operator==(const Model& a, const Model& b)
{
  const auto alike = [](const torch::Tensor& one, const torch::Tensor& other)
  {
    return one.defined() == other.defined() &&
           (!one.defined() || (one.scalar_type() == other.scalar_type() && torch::equal(one, other)));
  };
  const auto& one = a.impl();
  const auto& other = b.impl();
  return io::toMetadata(one.info) == io::toMetadata(other.info) && alike(one.meanField, other.meanField) &&
         alike(one.spectra, other.spectra) &&
         std::equal(one.state.begin(), one.state.end(), other.state.begin(), other.state.end(),
           [&](const auto& x, const auto& y) { return x.first == y.first && alike(x.second, y.second); });
}
}
