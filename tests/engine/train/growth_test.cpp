#include "train/growth.h"

#include "flare/spectrum.h"
#include "io/expect_error.h"
#include "nn/latents.h"
#include "relative_error.h"
#include "threaded_communicator.h"
#include "train/training_run.h"
#include "training_data.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

// Latents that double while a network is trained.
namespace flare::train
{
namespace
{
using test::smallData;
using test::smallOptions;

// 2, 4 and 8 latents.
TrainingOptions growing(Optimizer optimizer = Optimizer::Muon)
{
  auto options = smallOptions(optimizer);
  options.architecture.blocks = 2;
  options.architecture.latents = 8;
  options.recipe.latentDoublings = 2;
  options.recipe.batchSize = 1;
  options.recipe.epochs = 4; // of 4 cases: 16 steps
  options.precision = Precision::Float64;
  return options;
}

double distance(const std::vector<double>& a, const std::vector<double>& b)
{
  return test::relativeError(torch::tensor(a, torch::kFloat64), torch::tensor(b, torch::kFloat64));
}

TEST(Growth, HappensAtEqualPartsOfTheRun)
{
  EXPECT_EQ(doublingsBefore(0, 16, 2), 0);
  EXPECT_EQ(doublingsBefore(5, 16, 2), 0);
  EXPECT_EQ(doublingsBefore(6, 16, 2), 1);
  EXPECT_EQ(doublingsBefore(10, 16, 2), 1);
  EXPECT_EQ(doublingsBefore(11, 16, 2), 2);
  EXPECT_EQ(doublingsBefore(15, 16, 2), 2);
  EXPECT_EQ(doublingsBefore(7, 16, 0), 0);
  TrainingRun run(smallData(5), growing());
  std::vector<std::int64_t> latents;
  while (!run.finished())
  {
    run.step();
    latents.push_back(run.model().info().architecture.latents);
  }
  const std::vector<std::int64_t> expected{ 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 8, 8, 8, 8, 8 };
  EXPECT_EQ(latents, expected);
  const test::TemporaryFolder folder;
  run.model().save(folder.file("model"));
  const auto info = Model::load(folder.file("model")).info();
  EXPECT_EQ(info.architecture.latents, 8);
  EXPECT_EQ(info.training.latentDoublings, 2);
  EXPECT_TRUE(differences(info, smallData(5), growing()).empty());
}

// The function stays, and so do the steps of both optimisers: one step after the doubling, the network with
// twins is the one without, up to what parts them. e is 1e-4 of q, and enters squared: 1e-8 times scores of a
// few units, and the first step's update of a twin likewise.
TEST(Growth, ChangesNeitherTheFunctionNorTheNextStep)
{
  for (const auto optimizer : { Optimizer::Muon, Optimizer::AdamW })
  {
    const auto data = smallData(5);
    auto plain = growing(optimizer);
    plain.architecture.latents = 2;
    plain.recipe.latentDoublings = 0;
    TrainingRun without(data, plain), with(data, growing(optimizer));
    for (int i = 0; i < 6; ++i)
    {
      EXPECT_EQ(with.step(), without.step());
    }
    ASSERT_EQ(with.model().info().architecture.latents, 2);
    for (int i = 0; i < 2; ++i)
    {
      EXPECT_TRUE(std::abs(with.step() - without.step()) <= 1e-6);
    }
    ASSERT_EQ(with.model().info().architecture.latents, 4);
    // The function of the averaged weights, by its errors.
    EXPECT_TRUE(distance(with.errors({ 0, 1, 2, 3, 4 }), without.errors({ 0, 1, 2, 3, 4 })) <= 1e-6);
    const auto raw = with.weights(), rawWithout = without.weights();
    for (const auto& [name, values] : rawWithout)
    {
      if (name.find("latent_q") == std::string::npos)
      {
        EXPECT_TRUE(distance(raw.at(name), values) <= 1e-5) << name;
      }
    }
  }
}

TEST(Growth, TwinsShareTheMoments)
{
  auto options = growing(Optimizer::AdamW);
  TrainingRun run(smallData(5), options);
  for (int i = 0; i < 3; ++i)
  {
    run.step();
  }
  const auto& before = run.state();
  auto a = run.model().info().architecture;
  auto twice = a;
  twice.latents *= 2;
  nn::FlareModel larger(twice);
  larger->to(torch::kFloat64);
  const ParameterLayout layout(larger, Optimizer::AdamW);
  const auto after = grown(before, run.layout(), layout, a, 1);
  EXPECT_EQ(after.step, before.step);
  const auto latentsOf = [&](const ParameterLayout& l, const torch::Tensor& flat, const Architecture& of)
  { return nn::latentsByHead(l.state(flat).at(nn::latentsName(1)), of); };
  const auto q = latentsOf(run.layout(), before.weights, a), twins = latentsOf(layout, after.weights, twice);
  ASSERT_EQ(twins.size(1), 4);
  for (std::int64_t m = 0; m < 2; ++m)
  {
    const auto one = twins.select(1, 2 * m), other = twins.select(1, 2 * m + 1);
    EXPECT_TRUE(torch::allclose(0.5 * (one + other), q.select(1, m), 1e-14, 0.0));
    const auto apart = ((one - other).norm(2, 1) / q.select(1, m).norm(2, 1)).max().item<double>();
    EXPECT_NEAR(apart, 2e-4, 1e-8);
  }
  for (const auto& [member, factor] :
    { std::make_pair(&TrainingState::first, 0.5), std::make_pair(&TrainingState::second, 0.25) })
  {
    const auto old = latentsOf(run.layout(), before.*member, a),
               now = latentsOf(layout, after.*member, twice);
    EXPECT_GT(old.abs().max().item<double>(), 0.0);
    for (std::int64_t m = 0; m < 4; ++m)
    {
      EXPECT_TRUE(torch::equal(now.select(1, m), old.select(1, m / 2) * factor));
    }
  }
}

TEST(Growth, ARunIsResumedAcrossIt)
{
  const auto data = smallData(5);
  for (const std::int64_t cut : { 3, 6, 8, 13 })
  {
    const test::TemporaryFolder folder;
    TrainingRun whole(data, growing()), begun(data, growing()), resumed(data, growing());
    for (std::int64_t i = 0; i < cut; ++i)
    {
      begun.step();
    }
    begun.save(folder.file("checkpoint"));
    resumed.restore(folder.file("checkpoint"));
    while (!whole.finished())
    {
      whole.step();
    }
    while (!resumed.finished())
    {
      resumed.step();
    }
    EXPECT_TRUE(test::sameBits(resumed.weights(), whole.weights())) << cut;
    EXPECT_TRUE(test::sameBits(resumed.model().weights(), whole.model().weights())) << cut;
  }
}

TEST(Growth, ADivergedStepGoesBackToNotBefore)
{
  TrainingRun run(smallData(5), growing());
  bool poisoned = false;
  run.setHook(
    [&](std::int64_t step, double& loss, torch::Tensor&)
    {
      if (!poisoned && step == 8)
      {
        poisoned = true;
        loss = std::numeric_limits<double>::quiet_NaN();
      }
      else if (poisoned && step < 8)
      {
        EXPECT_GE(step, 6);
      }
    });
  while (!run.finished())
  {
    run.step();
  }
  EXPECT_TRUE(poisoned);
  EXPECT_EQ(run.model().info().architecture.latents, 8);
}

TEST(Growth, SpectraOfAllStagesAreKept)
{
  auto options = growing();
  options.spectraEvery = 1;
  TrainingRun run(smallData(5), options);
  while (!run.finished())
  {
    run.step();
  }
  const auto first = trainingSpectra(run.model(), 0), last = trainingSpectra(run.model(), 4);
  ASSERT_EQ(first.front().eigenvalues.size(), 8u);
  EXPECT_EQ(first.front().eigenvalues[2], 0.0) << "there were two latents";
  EXPECT_GT(first.front().eigenvalues[1], 0.0);
  EXPECT_GT(last.front().eigenvalues[3], 0.0);
}

TEST(Growth, ABudgetOfTimeCountsWhatLatentsCost)
{
  // Stages of 1, 2 and 4 of 4 parts, each a third of the steps.
  EXPECT_DOUBLE_EQ(meanCost(1.0, 4.0, 2), 7.0 / 3.0);
  EXPECT_DOUBLE_EQ(meanCost(3.0, 3.0, 1), 3.0);
  auto options = growing();
  options.recipe.timeBudget = 0.5;
  options.spectraEvery = 1000000; // the first and the last
  TrainingRun run(smallData(5), options);
  while (!run.finished())
  {
    run.step();
    if (run.stepsDone() == 1 && run.stepsPlanned() > 3)
    {
      EXPECT_EQ(run.model().info().architecture.latents, 2) << "what was measured is undone";
    }
  }
  EXPECT_EQ(run.model().info().architecture.latents, 8);
  ASSERT_EQ(run.record().spectraEpochs.size(), 2u);
  EXPECT_EQ(trainingSpectra(run.model(), 0).front().eigenvalues[2], 0.0) << "what was measured is not stored";
}

TEST(Growth, AVeryShortRunEndsWithAllLatents)
{
  auto options = growing();
  options.recipe.epochs = 1;
  options.recipe.batchSize = 4;
  TrainingRun run(smallData(5), options);
  run.step();
  EXPECT_TRUE(run.finished());
  EXPECT_EQ(run.model().info().architecture.latents, 8);
}

TEST(Growth, OfRanksIsThatOfOne)
{
  const auto whole = smallData(5);
  TrainingRun alone(whole, growing());
  std::vector<double> expected;
  while (!alone.finished())
  {
    expected.push_back(alone.step());
  }
  test::ThreadedRanks::run(2,
    [&](std::shared_ptr<Communicator> communicator)
    {
      DataSet data(whole.signature());
      data.setCommunicator(communicator);
      for (std::size_t i = 0; i < whole.size(); ++i)
      {
        const auto count = whole[i].count();
        data.add(communicator->rank() == 0 ? test::partOf(whole[i], 0, count / 3)
                                           : test::partOf(whole[i], count / 3, count));
      }
      TrainingRun run(data, growing());
      for (const double loss : expected)
      {
        // Other orders of sums, about 1e-16 each, grow over the steps, as in ranks_test.cpp.
        EXPECT_TRUE(std::abs(run.step() - loss) <= 1e-10 * loss);
      }
    });
}

TEST(Growth, SaysWhatCannotBe)
{
  auto options = growing();
  options.recipe.latentDoublings = 4;
  EXPECT_ERROR(TrainingRun(smallData(5), options), "choose a multiple of 16");
  options.recipe.latentDoublings = -1;
  EXPECT_ERROR(TrainingRun(smallData(5), options), "doublings of the latents");
  auto plain = growing();
  plain.recipe.latentDoublings = 0;
  TrainingRun run(smallData(5), plain);
  options = growing();
  options.startFrom(run.model());
  EXPECT_ERROR(TrainingRun(smallData(5), options), "Grow the model first");
}
}
}
