#include "train/settings.h"

#include "data/hash.h"
#include "train/setup.h"

#include <iomanip>
#include <limits>
#include <map>
#include <sstream>

namespace flare
{
namespace train
{
namespace
{
// All digits, so that different numbers are different texts.
std::string text(double value)
{
  std::ostringstream out;
  out << std::setprecision(std::numeric_limits<double>::max_digits10) << value;
  return out.str();
}

std::string text(std::int64_t value)
{
  return std::to_string(value);
}

std::string yesNo(bool value)
{
  return value ? "yes" : "no";
}

std::string list(const std::vector<std::string>& names)
{
  std::string result;
  for (const auto& name : names)
  {
    result += (result.empty() ? "" : ", ") + name;
  }
  return result.empty() ? "none" : result;
}

// Settings that came later than the first files.
constexpr const char* doublingsName = "doublings of the latents";
constexpr const char* spectraName = "stored spectra";

std::string doublingsText(int doublings)
{
  return std::to_string(doublings);
}

std::string spectraText(std::int64_t every)
{
  return every == 0 ? "none" : "every " + text(every) + " epochs";
}

// What runs did before there was such a setting is not part of the fingerprint, which would make them others.
bool isAsBefore(const std::string& name, const std::string& value)
{
  return (name == doublingsName && value == doublingsText(0)) ||
         (name == spectraName && value == spectraText(0));
}

void add(Settings& settings, const Recipe& r)
{
  settings.emplace_back(
    "budget", r.timeBudget > 0.0 ? text(r.timeBudget) + " seconds" : text(r.epochs) + " epochs");
  settings.emplace_back("optimizer", r.optimizer == Optimizer::Muon ? "Muon" : "AdamW");
  settings.emplace_back("batch size", text(std::int64_t{ r.batchSize }));
  settings.emplace_back("warm-up", text(r.warmup));
  settings.emplace_back("learning rate", text(r.learningRate));
  if (r.optimizer == Optimizer::Muon)
  {
    settings.emplace_back("learning rate of Muon", text(r.muonLearningRate));
  }
  settings.emplace_back("weight decay", text(r.weightDecay));
  settings.emplace_back("beta1", text(r.beta1));
  settings.emplace_back("beta2", text(r.beta2));
  settings.emplace_back("epsilon", text(r.epsilon));
  settings.emplace_back("momentum cycle", yesNo(r.momentumCycle));
  settings.emplace_back("gradient clip", text(r.gradientClip));
  settings.emplace_back("decay of the averaged weights", text(r.emaDecay));
  settings.emplace_back("warm-up of the averaged weights", yesNo(r.emaWarmup));
  settings.emplace_back(doublingsName, doublingsText(r.latentDoublings));
}

void add(Settings& settings, const Architecture& a)
{
  settings.emplace_back("input channels", text(a.inputs));
  settings.emplace_back("output channels", text(a.outputs));
  settings.emplace_back("channels", text(a.channels));
  settings.emplace_back("blocks", text(a.blocks));
  settings.emplace_back("heads", text(a.heads));
  settings.emplace_back("latents", a.latentsText());
  settings.emplace_back("attention scale", text(a.attentionScale));
  settings.emplace_back("activation", a.activation == Activation::Gelu ? "GELU" : "SiLU");
  settings.emplace_back("norm", a.norm == Norm::Layer ? "layer norm" : "RMS norm");
  settings.emplace_back("query and key norm", yesNo(a.queryKeyNorm));
  settings.emplace_back("output norm", yesNo(a.outputNorm));
  settings.emplace_back("shared latents", yesNo(a.sharedLatents));
  settings.emplace_back("key layers", text(std::int64_t{ a.keyLayers }));
  settings.emplace_back("value layers", text(std::int64_t{ a.valueLayers }));
  settings.emplace_back("feed-forward layers", text(std::int64_t{ a.feedForwardLayers }));
  settings.emplace_back("layers of the input and output projection", text(std::int64_t{ a.inOutLayers }));
  settings.emplace_back("key ratio", text(a.keyRatio));
  settings.emplace_back("value ratio", text(a.valueRatio));
  settings.emplace_back("feed-forward ratio", text(a.feedForwardRatio));
}

void add(Settings& settings, const InputEncoding& encoding)
{
  settings.emplace_back("octaves of the input encoding", text(std::int64_t{ encoding.octaves }));
  if (encoding.octaves > 0)
  {
    settings.emplace_back("base frequency of the input encoding", text(encoding.baseFrequency));
  }
}

void add(Settings& settings, const Signature& s)
{
  settings.emplace_back("association", s.association == Association::Points ? "points" : "cells");
  settings.emplace_back("inputs", list(s.inputChannelNames()));
  settings.emplace_back("targets", list(s.targetChannelNames()));
}

// By index: what cases are called may change.
std::vector<std::string> texts(const std::vector<std::size_t>& cases)
{
  std::vector<std::string> result;
  for (const auto index : cases)
  {
    result.push_back(std::to_string(index));
  }
  return result;
}

std::string startText(const std::string& fingerprint)
{
  return fingerprint.empty() ? "drawn weights" : "the weights " + fingerprint;
}
}

Settings settingsOf(const ModelInfo& info)
{
  Settings settings;
  const auto& record = info.training;
  add(settings, record.recipe);
  // As it is when the run ends.
  auto architecture = info.architecture;
  architecture.latents <<= record.recipe.latentDoublings - record.latentDoublings;
  add(settings, architecture);
  add(settings, info.encoding);
  add(settings, info.signature);
  settings.emplace_back("a scale per axis", yesNo(info.normalisation.coordinateScalePerAxis));
  settings.emplace_back("validation cases", list(texts(record.validationIndices)));
  settings.emplace_back("seed", std::to_string(record.seed));
  settings.emplace_back("precision", record.precision);
  settings.emplace_back("start", startText(record.startFingerprint));
  settings.emplace_back(spectraName, spectraText(record.spectraEvery));
  return settings;
}

Settings settingsOf(const DataSet& data, const TrainingOptions& options)
{
  Settings settings;
  add(settings, options.recipe);
  add(settings, architectureFor(data.signature(), options));
  add(settings, options.recipe.encoding);
  add(settings, data.signature());
  const auto split = splitOf(data, options);
  settings.emplace_back("a scale per axis", yesNo(options.coordinateScalePerAxis));
  settings.emplace_back("validation cases", list(texts(split.validation)));
  settings.emplace_back("seed", std::to_string(options.seed));
  settings.emplace_back("precision", name(options.precision));
  settings.emplace_back("start", startText(options.start ? options.start->fingerprint() : std::string()));
  settings.emplace_back(spectraName, spectraText(options.spectraEvery));
  return settings;
}
}

std::string settingsFingerprint(const DataSet& data, const TrainingOptions& options)
{
  Hash hash;
  for (const auto& [name, value] : train::settingsOf(data, options))
  {
    if (!train::isAsBefore(name, value))
    {
      hash.add(name);
      hash.add(value);
    }
  }
  return hash.text();
}

std::vector<std::string> differences(
  const ModelInfo& info, const DataSet& data, const TrainingOptions& options)
{
  // Names of hundreds of cases help nobody.
  const auto brief = [](const std::string& text)
  { return text.size() <= 200 ? text : text.substr(0, 200) + "…"; };
  const auto sentence = [&](const std::string& name, const std::string& theirs, const std::string& ours)
  { return name + ": the file has " + brief(theirs) + ", this run has " + brief(ours); };

  const auto recorded = [](const std::string& fingerprint)
  { return fingerprint.empty() ? std::string("no record") : fingerprint; };

  const auto ofRun = train::settingsOf(data, options);
  const auto ofFile = train::settingsOf(info);
  const std::map<std::string, std::string> filed(ofFile.begin(), ofFile.end());
  std::vector<std::string> result;
  for (const auto& [name, value] : ofRun)
  {
    const auto found = filed.find(name);
    // What only one optimiser or encoding has differs together with the optimiser or encoding.
    if (found != filed.end() && found->second != value)
    {
      result.push_back(sentence(name, found->second, value));
    }
  }
  const auto fingerprint = data.fingerprint();
  if (info.training.dataFingerprint != fingerprint)
  {
    result.push_back(sentence(
      "data (points, inputs or targets of the cases)", recorded(info.training.dataFingerprint), fingerprint));
  }
  else if (result.empty() && info.training.settingsFingerprint != settingsFingerprint(data, options))
  {
    result.push_back(
      sentence("settings", recorded(info.training.settingsFingerprint), settingsFingerprint(data, options)));
  }
  return result;
}
}
