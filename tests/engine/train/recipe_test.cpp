#include "flare/error.h"
#include "flare/recipe.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace flare
{
namespace
{
TEST(Recipe, NamedOnesAreValidAndCalledByTheirNames)
{
  for (const auto& name : Recipe::names())
  {
    const auto recipe = Recipe::named(name);
    EXPECT_EQ(recipe.name, name);
    EXPECT_NO_THROW(recipe.validate()) << name;
  }
  EXPECT_EQ(Recipe::named("quick-look").name, "Quick look");
  EXPECT_EQ(Recipe::named("BALANCED").name, "Balanced");
}

TEST(Recipe, PublishedIsThePapers)
{
  const auto r = Recipe::named("Published");
  EXPECT_EQ(r.optimizer, Optimizer::AdamW);
  EXPECT_EQ(r.epochs, 500);
  EXPECT_EQ(r.timeBudget, 0.0);
  EXPECT_EQ(r.batchSize, 2);
  EXPECT_EQ(r.learningRate, 1e-3);
  EXPECT_EQ(r.weightDecay, 1e-5);
  EXPECT_EQ(r.warmup, 0.1);
  EXPECT_TRUE(r.momentumCycle);
  EXPECT_EQ(r.gradientClip, 1.0);
  EXPECT_EQ(r.emaDecay, 0.999);
  EXPECT_FALSE(r.emaWarmup);
  EXPECT_EQ(r.blocks, 8);
  EXPECT_EQ(r.encoding.octaves, 0);
}

TEST(Recipe, UnknownNameListsTheKnownOnes)
{
  try
  {
    Recipe::named("Swift");
    FAIL();
  }
  catch (const Error& error)
  {
    EXPECT_NE(std::string(error.what()).find("'Swift'"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("'Balanced'"), std::string::npos);
  }
}

TEST(Recipe, RefusesNumbersThatCannotTrain)
{
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::function<void(Recipe&)>> mistakes = {
    [](Recipe& r) { r.epochs = 0; },
    [](Recipe& r) { r.timeBudget = -1.0; },
    [&](Recipe& r) { r.timeBudget = nan; },
    [](Recipe& r) { r.batchSize = 0; },
    [](Recipe& r) { r.warmup = 1.5; },
    [](Recipe& r) { r.learningRate = 0.0; },
    [&](Recipe& r) { r.learningRate = nan; },
    [](Recipe& r) { r.muonLearningRate = -1.0; },
    [](Recipe& r) { r.weightDecay = -1e-5; },
    [](Recipe& r) { r.beta1 = 1.0; },
    [](Recipe& r) { r.beta2 = -0.1; },
    [](Recipe& r) { r.epsilon = 0.0; },
    [](Recipe& r) { r.gradientClip = -1.0; },
    [](Recipe& r) { r.emaDecay = 1.0; },
    [](Recipe& r) { r.encoding.octaves = -1; },
    [](Recipe& r) { r.encoding.baseFrequency = 0.0; },
  };
  for (std::size_t i = 0; i < mistakes.size(); ++i)
  {
    Recipe recipe;
    EXPECT_NO_THROW(recipe.validate());
    mistakes[i](recipe);
    EXPECT_THROW(recipe.validate(), Error) << "mistake " << i;
  }
  Recipe timed;
  timed.epochs = 0;
  timed.timeBudget = 10.0;
  EXPECT_NO_THROW(timed.validate());
}
}
}
