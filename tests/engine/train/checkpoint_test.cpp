#include "train/training_run.h"

#include "flare/error.h"
#include "io/expect_error.h"
#include "io/model_file.h"
#include "training_data.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <functional>
#include <limits>

namespace flare::train
{
namespace
{
using test::sameBits;
using test::smallData;
using test::smallOptions;
using test::TemporaryFolder;

void makeSteps(TrainingRun& run, std::int64_t until)
{
  while (!run.finished() && run.stepsDone() < until)
  {
    run.step();
  }
}

void expectSame(const TrainingRun& a, const TrainingRun& b)
{
  EXPECT_EQ(a.stepsDone(), b.stepsDone());
  EXPECT_TRUE(sameBits(a.weights(), b.weights()));
  EXPECT_TRUE(sameBits(a.model().weights(), b.model().weights()));
  ASSERT_EQ(a.record().history.size(), b.record().history.size());
  for (std::size_t i = 0; i < a.record().history.size(); ++i)
  {
    EXPECT_EQ(a.record().history[i].loss, b.record().history[i].loss);
    EXPECT_EQ(a.record().history[i].fieldErrors, b.record().history[i].fieldErrors);
  }
}

TEST(Checkpoint, ResumedRunIsBitForBitTheUnbrokenOne)
{
  const TemporaryFolder folder;
  const auto path = folder.file("run.safetensors");
  for (const auto optimizer : { Optimizer::Muon, Optimizer::AdamW })
  {
    for (const auto precision : { Precision::Float32, Precision::Float64 })
    {
      auto options = smallOptions(optimizer);
      options.precision = precision;
      options.recipe.batchSize = 2;
      options.recipe.epochs = 5;
      const auto data = smallData(7); // 5 for training: 3 steps an epoch
      TrainingRun unbroken(data, options);
      makeSteps(unbroken, 15);
      for (const std::int64_t at : { 0, 1, 3, 7, 14 })
      {
        {
          TrainingRun broken(data, options);
          makeSteps(broken, at);
          broken.save(path);
        }
        TrainingRun resumed(data, options);
        resumed.restore(path);
        EXPECT_EQ(resumed.stepsDone(), at);
        makeSteps(resumed, 15);
        EXPECT_TRUE(resumed.record().completed);
        expectSame(resumed, unbroken);
      }
    }
  }
}

TEST(Checkpoint, ResumedRunRollsBackAsTheUnbrokenOneDoes)
{
  const TemporaryFolder folder;
  const auto path = folder.file("run.safetensors");
  auto options = smallOptions();
  options.recipe.epochs = 40;
  const auto data = smallData(4);
  const auto poison = [](bool& done)
  {
    return [&done](std::int64_t step, double& loss, torch::Tensor&)
    {
      if (step == 90 && !done)
      {
        done = true;
        loss = std::numeric_limits<double>::quiet_NaN();
      }
    };
  };
  bool once = false, again = false;
  TrainingRun unbroken(data, options);
  unbroken.setHook(poison(once));
  makeSteps(unbroken, 70);
  unbroken.save(path);
  makeSteps(unbroken, 120);
  TrainingRun resumed(data, options);
  resumed.restore(path);
  resumed.setHook(poison(again));
  makeSteps(resumed, 120);
  EXPECT_TRUE(once && again);
  expectSame(resumed, unbroken);
  EXPECT_EQ(resumed.record().notes, unbroken.record().notes);

  // What is left of the rates goes with it.
  unbroken.save(path);
  TrainingRun third(data, options);
  third.restore(path);
  makeSteps(third, 120);
  makeSteps(unbroken, 120);
  expectSame(third, unbroken);
}

TEST(Checkpoint, IsAModelOfTheAveragedWeights)
{
  const TemporaryFolder folder;
  const auto path = folder.file("run.safetensors");
  TrainingRun run(smallData(4), smallOptions());
  makeSteps(run, 5);
  run.save(path);
  const auto model = Model::load(path);
  EXPECT_TRUE(sameBits(model.weights(), run.model().weights()));
  EXPECT_FALSE(model.info().training.completed);
  EXPECT_EQ(model.info().training.stepsDone, 5);
}

TEST(Checkpoint, KeepsTheStepsOfATimeBudget)
{
  const TemporaryFolder folder;
  const auto path = folder.file("run.safetensors");
  auto options = smallOptions();
  options.recipe.timeBudget = 0.3;
  const auto data = smallData(4);
  TrainingRun run(data, options);
  run.step();
  run.save(path);
  TrainingRun resumed(data, options);
  resumed.restore(path);
  EXPECT_EQ(resumed.stepsPlanned(), run.stepsPlanned());
  makeSteps(run, run.stepsPlanned());
  makeSteps(resumed, run.stepsPlanned());
  EXPECT_TRUE(sameBits(run.weights(), resumed.weights()));
}

std::string messageOf(const std::string& path, const DataSet& data, const TrainingOptions& options)
{
  TrainingRun run(data, options);
  try
  {
    run.restore(path);
  }
  catch (const Error& error)
  {
    return error.what();
  }
  return "";
}

TEST(Checkpoint, WhoseNumbersDoNotFitIsDamaged)
{
  const TemporaryFolder folder;
  const auto path = folder.file("run.safetensors");
  const auto data = smallData(4);
  TrainingRun run(data, smallOptions());
  makeSteps(run, 7);
  run.save(path);
  const auto sound = io::readModelFile(path);
  const std::vector<std::pair<const char*, std::function<void(nlohmann::json&)>>> damages = {
    { "planned", [](nlohmann::json& text) { text["planned"] = 0; } },
    { "step", [](nlohmann::json& text) { text["state"]["step"] = -1; } },
    { "epochs", [](nlohmann::json& text) { text["state"]["epochs"] = 1000000000000; } },
    { "good", [](nlohmann::json& text) { text["good"]["epochs"] = -1; } },
  };
  for (const auto& [name, damage] : damages)
  {
    auto file = sound;
    auto text = nlohmann::json::parse(file.checkpoint);
    damage(text);
    file.checkpoint = text.dump();
    io::writeModelFile(path, file);
    TrainingRun resumed(data, smallOptions());
    EXPECT_ERROR(resumed.restore(path), "do not fit each other") << name;
  }
}

TEST(Checkpoint, OfAnotherRunIsRefusedWithWhatDiffers)
{
  const TemporaryFolder folder;
  const auto path = folder.file("run.safetensors");
  const auto options = smallOptions();
  TrainingRun run(smallData(4), options);
  makeSteps(run, 2);
  run.save(path);

  auto other = options;
  other.recipe.learningRate *= 2;
  EXPECT_NE(messageOf(path, smallData(4), other).find("learning rate"), std::string::npos);
  EXPECT_NE(messageOf(path, smallData(4, 41), options).find("data"), std::string::npos);
  EXPECT_EQ(messageOf(path, smallData(4), options), "");

  run.model().save(path);
  EXPECT_NE(messageOf(path, smallData(4), options).find("finished model"), std::string::npos);
  EXPECT_NE(messageOf(folder.file("nothing"), smallData(4), options), "");
  std::ofstream(path) << "nonsense";
  EXPECT_NE(messageOf(path, smallData(4), options), "");
}
}
}
