#include "flare/trainer.h"

#include "flare/error.h"
#include "threaded_communicator.h"
#include "training_data.h"

#include <gtest/gtest.h>

#include <cmath>

// Ranks that hold parts of every case must make the run of one process that holds all of it.
namespace flare
{
namespace
{
using test::smallData;
using test::smallOptions;
using test::TemporaryFolder;
using Weights = std::map<std::string, std::vector<double>>;

// Rank 0 has the first points of each case, rank 1 the others; of the first case rank 1 has none.
DataSet part(const DataSet& whole, const std::shared_ptr<Communicator>& communicator)
{
  DataSet data(whole.signature());
  data.setCommunicator(communicator);
  for (std::size_t i = 0; i < whole.size(); ++i)
  {
    const auto count = whole[i].count();
    const auto cut = i == 0 ? count : count / 3;
    data.add(communicator->rank() == 0 ? test::partOf(whole[i], 0, cut) : test::partOf(whole[i], cut, count));
  }
  return data;
}

TrainingOptions options(Optimizer optimizer)
{
  auto o = smallOptions(optimizer);
  o.precision = Precision::Float64;
  o.recipe.batchSize = 2;
  o.recipe.epochs = 4;
  return o;
}

double distance(const Weights& a, const Weights& b)
{
  double difference = 0.0, norm = 0.0;
  for (const auto& [name, values] : b)
  {
    for (std::size_t i = 0; i < values.size(); ++i)
    {
      difference += std::pow(a.at(name)[i] - values[i], 2);
      norm += values[i] * values[i];
    }
  }
  return std::sqrt(difference / norm);
}

TEST(Ranks, TrainTogetherAsOneDoesAlone)
{
  for (const auto optimizer : { Optimizer::Muon, Optimizer::AdamW })
  {
    const auto whole = smallData(6);
    Trainer alone(whole, options(optimizer));
    std::vector<double> expected;
    while (!alone.finished())
    {
      expected.push_back(alone.step());
    }
    std::vector<std::vector<double>> losses(2);
    std::vector<Weights> weights(2), models(2);
    std::vector<TrainingRecord> records(2);
    test::ThreadedRanks::run(2,
      [&](std::shared_ptr<Communicator> communicator)
      {
        const auto rank = communicator->rank();
        Trainer trainer(part(whole, communicator), options(optimizer));
        while (!trainer.finished())
        {
          losses[rank].push_back(trainer.step());
        }
        weights[rank] = trainer.weights();
        models[rank] = trainer.model().weights();
        records[rank] = trainer.record();
      });
    EXPECT_TRUE(test::sameBits(weights[0], weights[1]));
    EXPECT_EQ(losses[0], losses[1]);
    // Other orders of sums, about 1e-16 each, grow over the steps; 1e-10 leaves them a factor of 1e5.
    ASSERT_EQ(losses[0].size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
    {
      EXPECT_TRUE(std::abs(losses[0][i] - expected[i]) <= 1e-10 * expected[i]) << "step " << i;
    }
    EXPECT_TRUE(distance(weights[0], alone.weights()) <= 1e-10);
    EXPECT_TRUE(distance(models[0], alone.model().weights()) <= 1e-10);
    const auto& ours = records[1].history.back();
    const auto& theirs = alone.record().history.back();
    EXPECT_TRUE(std::abs(ours.validationError - theirs.validationError) <= 1e-10 * theirs.validationError);
  }
}

TEST(Ranks, StopPlanAndResumeTogether)
{
  const TemporaryFolder folder;
  const auto path = folder.file("run.checkpoint");
  const auto whole = smallData(5);
  auto o = options(Optimizer::Muon);
  o.recipe.timeBudget = 0.4;
  o.checkpointPath = path;
  o.checkpointSeconds = 1e9;
  std::vector<std::int64_t> planned(2), done(2), finished(2);
  test::ThreadedRanks::run(2,
    [&](std::shared_ptr<Communicator> communicator)
    {
      const auto rank = communicator->rank();
      {
        Trainer trainer(part(whole, communicator), o);
        trainer.step();
        planned[rank] = trainer.stepsPlanned();
        // One of them asks for the end.
        trainer.run({}, [&](std::int64_t steps, std::int64_t) { return rank == 0 || steps < 2; });
        done[rank] = trainer.stepsDone();
      }
      if (done[rank] < planned[rank])
      {
        auto trainer = Trainer::resume(path, part(whole, communicator), o);
        EXPECT_EQ(trainer.stepsDone(), done[rank]);
        EXPECT_EQ(trainer.run(), RunState::Completed);
        finished[rank] = trainer.stepsDone();
      }
    });
  EXPECT_EQ(planned[0], planned[1]);
  EXPECT_EQ(done[0], done[1]);
  EXPECT_EQ(finished[0], finished[1]);
  EXPECT_GE(planned[0], 1);
}

TEST(Ranks, FailTogether)
{
  const auto whole = smallData(4);
  auto o = options(Optimizer::AdamW);
  o.recipe.learningRate = o.recipe.weightDecay = 1e6; // each step multiplies the weights by 1e12
  std::vector<int> failures(2);
  test::ThreadedRanks::run(2,
    [&](std::shared_ptr<Communicator> communicator)
    {
      Trainer trainer(part(whole, communicator), o);
      try
      {
        trainer.run();
      }
      catch (const Error&)
      {
        failures[communicator->rank()] = trainer.state() == RunState::Failed ? 1 : 0;
      }
    });
  EXPECT_EQ(failures, (std::vector<int>{ 1, 1 }));
}
}
}
