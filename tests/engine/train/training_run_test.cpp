#include "train/training_run.h"

#include "flare/error.h"
#include "train/averaging.h"
#include "training_data.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace flare::train
{
namespace
{
using test::sameBits;
using test::smallData;
using test::smallOptions;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> losses(TrainingRun& run, int steps)
{
  std::vector<double> result;
  for (int i = 0; i < steps && !run.finished(); ++i)
  {
    result.push_back(run.step());
  }
  return result;
}

TEST(TrainingRun, LearnsWithBothOptimisers)
{
  for (const auto optimizer : { Optimizer::Muon, Optimizer::AdamW })
  {
    auto options = smallOptions(optimizer);
    options.recipe.epochs = 60;
    options.recipe.learningRate = 1e-2;
    options.recipe.emaDecay = 0.9;
    TrainingRun run(smallData(5), options);
    const auto before = run.errors({ 0, 1, 2 });
    while (!run.finished())
    {
      run.step();
    }
    const auto after = run.errors({ 0, 1, 2 });
    for (std::size_t f = 0; f < 2; ++f)
    {
      EXPECT_LT(after[f], 0.5 * before[f]);
    }
    EXPECT_TRUE(run.record().completed);
    EXPECT_LT(run.record().history.back().loss, 0.5 * run.record().history.front().loss);
  }
}

TEST(TrainingRun, PlansEpochsAndRecordsEach)
{
  auto options = smallOptions();
  options.recipe.batchSize = 2;
  options.recipe.epochs = 3;
  TrainingRun run(smallData(7), options); // 2 for validation, 5 for training
  EXPECT_EQ(run.stepsPlanned(), 9);
  int epochs = 0;
  double sum = 0.0;
  while (!run.finished())
  {
    sum += run.step();
    if (run.epochEnded())
    {
      ++epochs;
      const auto& epoch = run.record().history.back();
      EXPECT_EQ(epoch.epoch, epochs);
      EXPECT_EQ(epoch.step, 3 * epochs);
      EXPECT_TRUE(std::abs(epoch.loss - sum / 3) <= 4 * 1.1e-16 * epoch.loss);
      EXPECT_EQ(epoch.fieldErrors.size(), 2u);
      EXPECT_TRUE(epoch.validationError > 0.0);
      sum = 0.0;
    }
  }
  EXPECT_EQ(epochs, 3);
  EXPECT_EQ(run.record().history.size(), 3u);
  EXPECT_EQ(run.record().stepsDone, 9);
  EXPECT_THROW(run.step(), Error);
}

TEST(TrainingRun, WithoutValidationItsErrorIsUnknown)
{
  auto options = smallOptions();
  options.validationFraction = 0.0;
  options.recipe.epochs = 1;
  TrainingRun run(smallData(2), options);
  losses(run, 10);
  EXPECT_TRUE(std::isnan(run.record().history.back().validationError));
}

TEST(TrainingRun, SameSettingsGiveTheSameBits)
{
  for (const auto precision : { Precision::Float32, Precision::Float64 })
  {
    auto options = smallOptions();
    options.precision = precision;
    TrainingRun one(smallData(5), options), two(smallData(5), options);
    EXPECT_EQ(losses(one, 10), losses(two, 10));
    EXPECT_TRUE(sameBits(one.weights(), two.weights()));
    EXPECT_TRUE(sameBits(one.model().weights(), two.model().weights()));
    options.seed = 2;
    TrainingRun other(smallData(5), options);
    losses(other, 10);
    EXPECT_FALSE(sameBits(one.weights(), other.weights()));
  }
}

TEST(TrainingRun, ModelHoldsTheAveragedWeights)
{
  auto options = smallOptions();
  options.precision = Precision::Float64;
  options.recipe.emaDecay = 0.5;
  TrainingRun run(smallData(4), options);
  auto averaged = run.weights();
  EXPECT_TRUE(sameBits(run.model().weights(), averaged));
  for (int t = 1; t <= 5; ++t)
  {
    run.step();
    const double d = averagingFactor(0.5, true, t);
    for (auto& [name, values] : averaged)
    {
      const auto raw = run.weights().at(name);
      for (std::size_t i = 0; i < values.size(); ++i)
      {
        values[i] = d * values[i] + (1 - d) * raw[i];
      }
    }
  }
  const auto model = run.model().weights();
  for (const auto& [name, values] : averaged)
  {
    for (std::size_t i = 0; i < values.size(); ++i)
    {
      EXPECT_TRUE(std::abs(model.at(name)[i] - values[i]) <= 15 * 1.1e-16 * (1.0 + std::abs(values[i])));
    }
  }
}

TEST(TrainingRun, TakesWeightsBeforeItsFirstStepOnly)
{
  TrainingRun run(smallData(4), smallOptions());
  auto weights = run.weights();
  for (auto& [name, values] : weights)
  {
    values.assign(values.size(), 0.25);
  }
  run.setWeights(weights);
  EXPECT_TRUE(sameBits(run.weights(), weights));
  EXPECT_TRUE(sameBits(run.model().weights(), weights));

  auto wrong = weights;
  wrong.begin()->second.pop_back();
  EXPECT_THROW(run.setWeights(wrong), Error);
  wrong = weights;
  wrong["nothing"] = { 1.0 };
  EXPECT_THROW(run.setWeights(wrong), Error);
  wrong = weights;
  wrong.erase(wrong.begin());
  EXPECT_THROW(run.setWeights(wrong), Error);
  run.step();
  EXPECT_THROW(run.setWeights(weights), Error);
}

TEST(TrainingRun, ADivergedStepIsUndoneAndTheRatesHalved)
{
  // One poisoned loss, one poisoned gradient: each costs the steps since the last good state.
  for (const bool inLoss : { true, false })
  {
    auto options = smallOptions();
    options.recipe.epochs = 40;
    TrainingRun run(smallData(4), options);
    bool poisoned = false;
    run.setHook(
      [&](std::int64_t step, double& loss, torch::Tensor& gradient)
      {
        if (step == 57 && !poisoned)
        {
          poisoned = true;
          inLoss ? void(loss = nan) : void(gradient[3] = std::numeric_limits<double>::infinity());
        }
      });
    losses(run, 57);
    EXPECT_EQ(run.stepsDone(), 57);
    EXPECT_TRUE(std::isfinite(run.step()));
    EXPECT_TRUE(poisoned);
    EXPECT_EQ(run.stepsDone(), 51); // back to 50, and one step
    bool noted = false;
    for (const auto& note : run.record().notes)
    {
      noted = noted || note.find("step 58") != std::string::npos;
    }
    EXPECT_TRUE(noted);
    while (!run.finished())
    {
      run.step();
    }
    // Epochs that were undone are recorded once.
    for (std::size_t i = 0; i < run.record().history.size(); ++i)
    {
      EXPECT_EQ(run.record().history[i].epoch, static_cast<std::int64_t>(i) + 1);
    }
    EXPECT_EQ(run.record().history.size(), 40u);
  }
}

TEST(TrainingRun, RollbackContinuesFromTheLastGoodStateExactly)
{
  auto options = smallOptions();
  options.recipe.epochs = 40;
  TrainingRun run(smallData(4), options), clean(smallData(4), options);
  losses(clean, 50);
  bool poisoned = false;
  run.setHook(
    [&](std::int64_t step, double& loss, torch::Tensor&)
    {
      if (step == 70 && !poisoned)
      {
        poisoned = true;
        loss = nan;
        // The state that the run goes back to is seen by the next call.
      }
      else if (poisoned && step == 50)
      {
        EXPECT_TRUE(sameBits(run.weights(), clean.weights()));
        EXPECT_TRUE(sameBits(run.model().weights(), clean.model().weights()));
      }
    });
  losses(run, 71);
  EXPECT_TRUE(poisoned);
}

TEST(TrainingRun, StopsWithTheCauseAfterThreeHalvings)
{
  auto options = smallOptions();
  options.recipe.epochs = 40;
  TrainingRun run(smallData(4), options);
  losses(run, 60);
  run.setHook([](std::int64_t step, double& loss, torch::Tensor&) { loss = step >= 55 ? nan : loss; });
  std::string message;
  int attempts = 0;
  try
  {
    for (; attempts < 100; ++attempts)
    {
      run.step();
    }
  }
  catch (const Error& error)
  {
    message = error.what();
  }
  EXPECT_TRUE(run.failed());
  EXPECT_NE(message.find("step 56"), std::string::npos) << message;
  EXPECT_NE(message.find("'case "), std::string::npos) << message;
  EXPECT_EQ(run.stepsDone(), 50);
  for (const auto& [name, values] : run.model().weights())
  {
    for (const auto value : values)
    {
      EXPECT_TRUE(std::isfinite(value)) << name;
    }
  }
}

TEST(TrainingRun, AHugeRateNeverLeavesBrokenWeights)
{
  auto options = smallOptions(Optimizer::AdamW);
  options.recipe.learningRate = 1e6;
  options.recipe.epochs = 10;
  TrainingRun run(smallData(4), options);
  try
  {
    while (!run.finished())
    {
      run.step();
    }
  }
  catch (const Error&)
  {
    EXPECT_TRUE(run.failed());
  }
  EXPECT_FALSE(run.record().notes.empty());
  for (const auto& [name, values] : run.model().weights())
  {
    for (const auto value : values)
    {
      EXPECT_TRUE(std::isfinite(value)) << name;
    }
  }
}

TEST(TrainingRun, ATimeBudgetIsAPlanLikeAnyOther)
{
  auto options = smallOptions();
  options.recipe.timeBudget = 0.3;
  TrainingRun timed(smallData(5), options);
  EXPECT_EQ(timed.stepsPlanned(), 0);
  EXPECT_FALSE(timed.finished());
  std::vector<double> timedLosses{ timed.step() };
  const auto steps = timed.stepsPlanned();
  EXPECT_GE(steps, 1);
  EXPECT_EQ(timed.record().stepsPlanned, steps);
  TrainingRun planned(smallData(5), options);
  planned.plan(steps);
  const auto rest = losses(timed, 1 << 20);
  timedLosses.insert(timedLosses.end(), rest.begin(), rest.end());
  EXPECT_EQ(static_cast<std::int64_t>(timedLosses.size()), steps);
  EXPECT_EQ(losses(planned, 1 << 20), timedLosses);
  EXPECT_TRUE(sameBits(timed.weights(), planned.weights()));
  EXPECT_TRUE(timed.record().completed);
  // It may end within an epoch, which is recorded all the same, with its validation.
  EXPECT_EQ(timed.record().history.back().step, steps);
  EXPECT_TRUE(timed.record().history.back().validationError > 0.0);
}

TEST(TrainingRun, OneCaseAndOneStepAreEnough)
{
  auto options = smallOptions();
  options.recipe.epochs = 1;
  TrainingRun run(smallData(1), options);
  EXPECT_EQ(run.stepsPlanned(), 1);
  EXPECT_TRUE(std::isfinite(run.step()));
  EXPECT_TRUE(run.finished());
}
}
}
