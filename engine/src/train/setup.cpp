#include "train/setup.h"

#include "data/batch.h"
#include "data/mesh_fingerprint.h"
#include "device.h"
#include "flare/error.h"
#include "flare/interruption.h"
#include "flare/latents.h"
#include "nn/state_shapes.h"
#include "train/growth.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

namespace flare::train
{
namespace
{
using Cases = std::vector<std::size_t>;

std::string number(double value)
{
  std::ostringstream text;
  text << value;
  return text.str();
}

// Whether all channels of a field are; the scale of a constant target is 0.
bool allConstant(const ChannelScaling& targets, int begin, int end)
{
  return std::all_of(
    targets.scale.begin() + begin, targets.scale.begin() + end, [](double scale) { return scale == 0.0; });
}

void noteConstantInputs(const ModelInfo& info, std::vector<std::string>& notes)
{
  const auto names = info.signature.inputChannelNames();
  for (std::size_t c = 0; c < names.size(); ++c)
  {
    if (c >= 3 && isConstant(info.envelope.minimum[c], info.envelope.maximum[c]))
    {
      notes.push_back("the input '" + names[c] + "' is constant (" + number(info.envelope.minimum[c]) +
                      ") over the training cases: the model cannot learn what it does");
    }
  }
}

// Where all training cases have the same points, the mean field per point is what a surrogate must beat.
// Ranks hold parts of it, which a file cannot; with several, the mean per channel serves.
void findMeanField(const DataSet& data, const Cases& training, Setup& setup)
{
  if (data.communicator()->size() > 1)
  {
    return;
  }
  const auto mesh = meshFingerprint(data[training.front()], *data.communicator());
  for (const auto index : training)
  {
    throwIfInterrupted();
    if (meshFingerprint(data[index], *data.communicator()) != mesh)
    {
      return;
    }
  }
  setup.info.training.meshFingerprint = mesh;
  torch::Tensor sum;
  for (const auto index : training)
  {
    throwIfInterrupted();
    const auto targets = targetTensor(setup.info, data[index], torch::kFloat64);
    sum = sum.defined() ? sum.add_(targets) : targets;
  }
  setup.meanField = sum.div_(static_cast<double>(training.size())).to(torch::kFloat32);
}

std::vector<std::string> namesOf(const DataSet& data, const Cases& cases)
{
  std::vector<std::string> names;
  for (const auto index : cases)
  {
    names.push_back(data[index].name);
  }
  return names;
}
}

bool isConstant(double smallest, double largest)
{
  return largest - smallest <= 1e-12 * std::max(std::abs(smallest), std::abs(largest));
}

std::vector<std::string> constantTargets(const Signature& signature, const ChannelScaling& targets)
{
  std::vector<std::string> sentences;
  const auto offsets = fieldOffsets(signature);
  for (std::size_t f = 0; f < signature.targets.size(); ++f)
  {
    if (allConstant(targets, offsets[f], offsets[f + 1]))
    {
      sentences.push_back("the target '" + signature.targets[f].name + "' is constant (" +
                          number(targets.mean[offsets[f]]) +
                          ") at all points of all training cases: there is nothing to learn. "
                          "Choose another target array, or cases in which it varies");
    }
  }
  return sentences;
}

std::vector<ConstantComponent> constantComponents(const Signature& signature, const ChannelScaling& targets)
{
  std::vector<ConstantComponent> result;
  const auto offsets = fieldOffsets(signature);
  const auto names = signature.targetChannelNames();
  for (std::size_t f = 0; f < signature.targets.size(); ++f)
  {
    for (int c = offsets[f]; c < offsets[f + 1] && !allConstant(targets, offsets[f], offsets[f + 1]); ++c)
    {
      if (targets.scale[c] == 0.0)
      {
        result.push_back({ names[c], "the target '" + names[c] + "' is constant (" + number(targets.mean[c]) +
                                       ") over the training cases, and so it will be in predictions" });
      }
    }
  }
  return result;
}

void checkOptions(const DataSet& data, const TrainingOptions& options)
{
  if (data.size() == 0)
  {
    throw Error("there are no cases to train on");
  }
  if (data.signature().targets.empty())
  {
    throw Error("no target is chosen: name at least one array that the model shall predict");
  }
  options.recipe.validate();
  if (options.spectraEvery < 0)
  {
    throw Error("spectra can be stored every 1, 2, … epochs, or 0 for never, but not every " +
                std::to_string(options.spectraEvery));
  }
  if (!(options.checkpointSeconds >= 0.0))
  {
    throw Error("the time between checkpoints must be 0 or a positive number of seconds");
  }
}

Split splitOf(const DataSet& data, const TrainingOptions& options)
{
  const auto cases = data.size();
  if (options.validationCases.empty())
  {
    if (!(options.validationFraction >= 0.0 && options.validationFraction < 1.0))
    {
      throw Error("ValidationFraction is " + number(options.validationFraction) +
                  ", but it must be at least 0 and below 1");
    }
    return splitCases(cases, options.validationFraction, options.seed);
  }
  const std::set<std::size_t> held(options.validationCases.begin(), options.validationCases.end());
  if (*held.rbegin() >= cases)
  {
    throw Error("ValidationCases names case " + std::to_string(*held.rbegin()) + ", but there are " +
                std::to_string(cases) + " cases, numbered from 0");
  }
  if (held.size() == cases)
  {
    throw Error("ValidationCases names all " + std::to_string(cases) +
                " cases: none is left to train on. Leave some out");
  }
  Split split;
  split.validation.assign(held.begin(), held.end());
  for (std::size_t i = 0; i < cases; ++i)
  {
    if (held.count(i) == 0)
    {
      split.training.push_back(i);
    }
  }
  return split;
}

Architecture architectureFor(const Signature& signature, const TrainingOptions& options)
{
  auto architecture = options.architecture;
  architecture.inputs = signature.inputChannels() + options.recipe.encoding.channels();
  architecture.outputs = signature.targetChannels();
  architecture.validate();
  checkLatentDoublings(options);
  return architecture;
}

namespace
{
std::string channelsText(const std::vector<std::string>& names)
{
  std::string text;
  for (const auto& name : names)
  {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

// A run that begins with a model's weights must mean the same by its channels.
void requireSameChannels(const Signature& data, const TrainingOptions& options)
{
  const auto& info = options.start->info();
  const auto require = [](const char* what, const std::string& theirs, const std::string& ours)
  {
    if (theirs != ours)
    {
      throw Error(std::string("the run shall start from a model whose ") + what + " are " + theirs +
                  ", but those of the data are " + ours +
                  ". Choose the same arrays in the same order, or another model");
    }
  };
  require("inputs", channelsText(info.signature.inputChannelNames()), channelsText(data.inputChannelNames()));
  require(
    "targets", channelsText(info.signature.targetChannelNames()), channelsText(data.targetChannelNames()));
  if (info.architecture != architectureFor(data, options) || !(info.encoding == options.recipe.encoding))
  {
    throw Error("the run shall start from a model of another architecture or encoding than its own");
  }
}
}

Setup prepare(const DataSet& data, const TrainingOptions& options)
{
  checkOptions(data, options);
  onEveryRank(
    *data.communicator(), [&] { requirePrecision(resolveDevice(options.device), options.precision); });
  Setup setup;
  auto& info = setup.info;
  info.architecture = beginning(architectureFor(data.signature(), options), options.recipe.latentDoublings);
  info.encoding = options.recipe.encoding;
  info.signature = data.signature();
  setup.split = splitOf(data, options);
  const auto& training = setup.split.training;
  if (options.start)
  {
    requireSameChannels(info.signature, options);
  }
  info.normalisation = options.start ? options.start->info().normalisation
                                     : Normalisation::fit(data, training, options.coordinateScalePerAxis);
  info.envelope = Envelope::fit(data, training);
  info.parameters = nn::parameterCount(nn::expectedState(info.architecture));

  auto& record = info.training;
  record.recipe = options.recipe;
  record.seed = options.seed;
  record.dataFingerprint = data.fingerprint();
  record.settingsFingerprint = settingsFingerprint(data, options);
  record.startFingerprint = options.start ? options.start->fingerprint() : std::string();
  record.trainingCases = namesOf(data, training);
  record.validationCases = namesOf(data, setup.split.validation);
  record.validationIndices = setup.split.validation;
  record.spectraEvery = options.spectraEvery;
  const auto& targets = info.normalisation.targets;
  if (const auto constant = constantTargets(info.signature, targets); !constant.empty())
  {
    throw Error(constant.front());
  }
  for (const auto& component : constantComponents(info.signature, targets))
  {
    record.notes.push_back(component.note);
  }
  noteConstantInputs(info, record.notes);
  if (data.size() == 1)
  {
    record.notes.push_back("there is only one case: the model will know no other, and its error cannot be "
                           "measured on a case that it has not seen");
  }
  findMeanField(data, training, setup);
  return setup;
}
}
