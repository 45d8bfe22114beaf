#pragma once

#include "io/model_file.h"
#include "nn/state_shapes.h"

#include <torch/torch.h>

#include <cmath>
#include <limits>

namespace flare::test
{
inline Signature sampleSignature()
{
  Signature s;
  s.association = Association::Cells;
  s.inputs = { { "wall distance", 1, {}, "m", false }, { "normal \"n\"", 3, { "X", "Y", "Z" }, "", true } };
  s.parameters = { { "Speed", "m/s" }, { "Öffnung", "" } };
  s.useTime = true;
  s.targets = { { "p", 1, {}, "Pa", false }, { "U", 2, { "u", "v" }, "m/s", false } };
  return s;
}

inline Architecture sampleArchitecture()
{
  Architecture a;
  a.channels = 12;
  a.blocks = 2;
  a.heads = 3;
  a.latents = 5;
  a.attentionScale = 1.0 / std::sqrt(3.0);
  a.activation = Activation::Silu;
  a.norm = Norm::Rms;
  a.queryKeyNorm = true;
  a.outputNorm = false;
  a.sharedLatents = true;
  a.keyLayers = 1;
  a.valueLayers = 0;
  a.feedForwardLayers = -1;
  a.inOutLayers = 3;
  a.keyRatio = 0.7;
  a.valueRatio = 2.1;
  a.feedForwardRatio = 1.3;
  return a;
}

inline Recipe sampleRecipe()
{
  Recipe r;
  r.name = "Own";
  r.optimizer = Optimizer::AdamW;
  r.epochs = 7;
  r.timeBudget = 1.0 / 3.0;
  r.batchSize = 3;
  r.warmup = 0.3;
  r.learningRate = 0.0012;
  r.muonLearningRate = 0.017;
  r.weightDecay = 1e-5;
  r.beta1 = 0.91;
  r.beta2 = 0.998;
  r.epsilon = 1e-9;
  r.momentumCycle = true;
  r.gradientClip = 0.5;
  r.emaDecay = 0.99;
  r.emaWarmup = true;
  r.latentDoublings = 2;
  r.channels = 12;
  r.blocks = 2;
  r.heads = 3;
  r.latents = 5;
  r.encoding.octaves = 2;
  r.encoding.baseFrequency = std::nextafter(1.5707963267948966, 2.0);
  return r;
}

inline TrainingRecord sampleTraining()
{
  TrainingRecord t;
  t.recipe = sampleRecipe();
  t.seed = std::numeric_limits<std::uint64_t>::max();
  t.device = "CPU";
  t.precision = "float64";
  t.stepsDone = std::int64_t{ 1 } << 53;
  t.stepsPlanned = (std::int64_t{ 1 } << 53) + 1;
  t.completed = true;
  t.stopReason = "stopped by the user";
  t.dataFingerprint = "00112233445566778899aabbccddeeff";
  t.settingsFingerprint = "ffeeddccbbaa99887766554433221100";
  t.trainingCases = { "wing_01.vtu", "wing_02.vtu" };
  t.validationCases = { "wing_03.vtu" };
  t.history = { { 1, 10, 0.25, std::nan(""), {}, 1e-3, 0.125 },
    { 2, 20, 0.1, 0.2, { 0.3, 1.0 / 3.0 }, 1e-4, 0.5 } };
  t.notes = { "the channel 'p' is constant" };
  t.normFloors = { 1e-3, 2e-3 };
  t.meshFingerprint = "8899aabbccddeeff0011223344556677";
  t.latentDoublings = 1;
  t.spectraEvery = 3;
  t.spectraCase = "wing 2";
  t.spectraEpochs = { 0, 3 };
  return t;
}

// A description in which nothing has its default, with numbers that only an exact format keeps.
inline ModelInfo sampleInfo()
{
  ModelInfo info;
  info.signature = sampleSignature();
  info.training = sampleTraining();
  info.encoding = info.training.recipe.encoding;
  info.architecture = sampleArchitecture();
  info.architecture.inputs = info.signature.inputChannels() + info.encoding.channels();
  info.architecture.outputs = info.signature.targetChannels();

  double value = 0.1;
  const auto numbers = [&](int count)
  {
    std::vector<double> result;
    for (int i = 0; i < count; ++i)
    {
      result.push_back(value);
      value = value * 1.7 + 1e-300;
    }
    return result;
  };
  const auto inputs = info.signature.inputChannels();
  const auto targets = info.signature.targetChannels();
  info.normalisation = { { numbers(inputs), numbers(inputs) }, { numbers(targets), numbers(targets) }, true };
  info.envelope = { numbers(inputs), numbers(inputs) };
  return info;
}

inline State randomState(const Architecture& architecture, torch::ScalarType type, std::uint64_t seed)
{
  torch::manual_seed(seed);
  State state;
  for (const auto& [name, shape] : nn::expectedState(architecture))
  {
    state[name] = torch::randn(shape, torch::dtype(type));
  }
  return state;
}

inline io::ModelFile sampleModel(torch::ScalarType type = torch::kFloat32)
{
  io::ModelFile file;
  file.info = sampleInfo();
  file.state = randomState(file.info.architecture, type, 1);
  file.meanField = torch::randn({ 4, file.info.architecture.outputs });
  const auto& a = file.info.architecture;
  file.spectra = torch::rand({ 2, a.blocks, a.heads, a.latents }, torch::kFloat64);
  return file;
}

inline io::ModelFile sampleCheckpoint()
{
  auto file = sampleModel();
  for (const auto& [name, tensor] : randomState(file.info.architecture, torch::kFloat32, 2))
  {
    file.extra["ema." + name] = tensor;
  }
  file.extra["optimiser.count"] = torch::tensor({ std::int64_t{ 1 } << 40 });
  file.extra["optimiser.generator"] = torch::arange(5, torch::kUInt8);
  file.extra["optimiser.empty"] = torch::empty({ 0, 3 }, torch::kFloat64);
  file.checkpoint = R"({"step": 3, "state": "…"})";
  return file;
}

// The same type, shape and bits.
inline bool identical(const torch::Tensor& a, const torch::Tensor& b)
{
  return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() &&
         (a.nbytes() == 0 || std::memcmp(a.const_data_ptr(), b.const_data_ptr(), a.nbytes()) == 0);
}

inline bool identical(const State& a, const State& b)
{
  if (a.size() != b.size())
  {
    return false;
  }
  for (const auto& [name, tensor] : a)
  {
    if (b.count(name) == 0 || !identical(tensor, b.at(name)))
    {
      return false;
    }
  }
  return true;
}
}
