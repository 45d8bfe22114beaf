#include "data/hash.h"
#include "flare/trainer.h"
#include "train/settings.h"
#include "train/setup.h"

#include "training_data.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace flare
{
namespace
{
using test::smallData;
using test::smallOptions;

ModelInfo infoOf(const DataSet& data, const TrainingOptions& options)
{
  auto info = train::prepare(data, options).info;
  info.training.precision = options.precision == Precision::Float64 ? "float64" : "float32";
  return info;
}

struct Change
{
  const char* named; // in the sentence
  std::function<void(TrainingOptions&)> make;
};

const std::vector<Change> changes = {
  { "seed", [](TrainingOptions& o) { o.seed = 2; } },
  { "budget", [](TrainingOptions& o) { o.recipe.epochs = 5; } },
  { "budget", [](TrainingOptions& o) { o.recipe.timeBudget = 60.0; } },
  { "optimizer", [](TrainingOptions& o) { o.recipe.optimizer = Optimizer::AdamW; } },
  { "batch size", [](TrainingOptions& o) { o.recipe.batchSize = 3; } },
  { "warm-up", [](TrainingOptions& o) { o.recipe.warmup = 0.2; } },
  { "learning rate", [](TrainingOptions& o) { o.recipe.learningRate *= 1 + 1e-15; } },
  { "doublings of the latents",
    [](TrainingOptions& o)
    {
      o.architecture.latents = 10;
      o.recipe.latentDoublings = 1;
    } },
  { "stored spectra", [](TrainingOptions& o) { o.spectraEvery = 2; } },
  { "learning rate of Muon", [](TrainingOptions& o) { o.recipe.muonLearningRate = 0.1; } },
  { "decay of the averaged weights", [](TrainingOptions& o) { o.recipe.emaDecay = 0.9; } },
  { "octaves", [](TrainingOptions& o) { o.recipe.encoding.octaves = 2; } },
  { "channels", [](TrainingOptions& o) { o.architecture.channels = 16; } },
  { "latents", [](TrainingOptions& o) { o.architecture.latents = 6; } },
  { "norm", [](TrainingOptions& o) { o.architecture.norm = Norm::Rms; } },
  { "precision", [](TrainingOptions& o) { o.precision = Precision::Float64; } },
  { "scale per axis", [](TrainingOptions& o) { o.coordinateScalePerAxis = true; } },
  { "validation cases", [](TrainingOptions& o) { o.validationCases = { 0 }; } },
};

// Models that were trained before there were such settings are found again.
TEST(Settings, FingerprintsOfOlderFilesHold)
{
  const auto data = smallData(4);
  const auto options = smallOptions();
  Hash hash;
  int left = 0;
  for (const auto& [name, value] : train::settingsOf(data, options))
  {
    const bool isLater = name == "doublings of the latents" || name == "stored spectra";
    left += isLater ? 1 : 0;
    if (!isLater)
    {
      hash.add(name);
      hash.add(value);
    }
  }
  EXPECT_EQ(left, 2);
  EXPECT_EQ(settingsFingerprint(data, options), hash.text());
}

TEST(Settings, SameRunHasNoDifferences)
{
  const auto data = smallData(5);
  const auto options = smallOptions();
  EXPECT_TRUE(differences(infoOf(data, options), data, options).empty());
  EXPECT_EQ(settingsFingerprint(data, options), settingsFingerprint(smallData(5), options));
}

TEST(Settings, WhatDoesNotChangeTheResultDoesNotCount)
{
  const auto data = smallData(5);
  const auto options = smallOptions();
  auto other = options;
  other.recipe.name = "Mine";
  other.recipe.latents = 1000; // a suggestion; the architecture has the last word
  other.checkpointPath = "elsewhere";
  other.checkpointSeconds = 5.0;
  other.device = Device::Auto;
  EXPECT_TRUE(differences(infoOf(data, options), data, other).empty());
}

TEST(Settings, EveryChangeIsNamedAndChangesTheFingerprint)
{
  const auto data = smallData(5);
  const auto options = smallOptions();
  const auto info = infoOf(data, options);
  std::set<std::string> fingerprints{ settingsFingerprint(data, options) };
  for (const auto& change : changes)
  {
    auto changed = options;
    change.make(changed);
    bool named = false;
    for (const auto& sentence : differences(info, data, changed))
    {
      named = named || sentence.find(change.named) != std::string::npos;
    }
    EXPECT_TRUE(named) << change.named;
    EXPECT_TRUE(fingerprints.insert(settingsFingerprint(data, changed)).second) << change.named;
  }
}

TEST(Settings, SentenceSaysBothSides)
{
  const auto data = smallData(5);
  auto options = smallOptions();
  // The same split, so that nothing but the seed differs.
  options.validationCases = { 1 };
  const auto info = infoOf(data, options);
  options.seed = 2;
  EXPECT_EQ(
    differences(info, data, options), std::vector<std::string>{ "seed: the file has 1, this run has 2" });
}

TEST(Settings, OtherNumbersOrNamesAreOtherData)
{
  const auto options = smallOptions();
  const auto info = infoOf(smallData(5), options);
  const auto other = differences(info, smallData(5, 41), options);
  ASSERT_EQ(other.size(), 1u);
  EXPECT_EQ(other[0].rfind("data", 0), 0u);
}
}
}
