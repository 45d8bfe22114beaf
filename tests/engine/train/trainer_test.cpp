#include "flare/trainer.h"

#include "flare/error.h"
#include "flare/interruption.h"
#include "training_data.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <numeric>
#include <thread>

namespace flare
{
namespace
{
using test::sameBits;
using test::smallData;
using test::smallOptions;
using test::TemporaryFolder;

TrainingOptions longOptions()
{
  auto options = smallOptions();
  options.recipe.epochs = 1000000;
  options.validationFraction = 0.0;
  return options;
}

// Waits for something that another thread brings about; the limit only ends a test that has failed.
template<typename Condition>
bool eventually(const Condition& holds)
{
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!holds())
  {
    if (std::chrono::steady_clock::now() > limit)
    {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

TEST(Trainer, RunReportsEveryEpochAndStep)
{
  auto options = smallOptions();
  options.recipe.epochs = 3;
  Trainer trainer(smallData(5), options); // 4 steps an epoch
  EXPECT_EQ(trainer.state(), RunState::Ready);
  std::vector<std::int64_t> epochs, steps;
  const auto end = trainer.run(
    [&](const Progress& p)
    {
      epochs.push_back(p.epoch.epoch);
      EXPECT_EQ(p.stepsPlanned, 12);
      EXPECT_TRUE(p.secondsLeft >= 0.0);
    },
    [&](std::int64_t done, std::int64_t planned)
    {
      steps.push_back(done);
      EXPECT_EQ(planned, 12);
      return true;
    });
  EXPECT_EQ(end, RunState::Completed);
  EXPECT_EQ(trainer.state(), RunState::Completed);
  EXPECT_TRUE(trainer.finished());
  EXPECT_EQ(epochs, (std::vector<std::int64_t>{ 1, 2, 3 }));
  EXPECT_EQ(steps.size(), 12u);
  EXPECT_TRUE(trainer.record().completed);
  EXPECT_TRUE(trainer.record().stopReason.empty());
  EXPECT_EQ(trainer.record().device, "CPU");
  EXPECT_EQ(trainer.run(), RunState::Completed); // nothing left
}

TEST(Trainer, StoppedRunGoesOnFromItsCheckpointBitForBit)
{
  const TemporaryFolder folder;
  const auto path = folder.file("run.checkpoint");
  auto options = smallOptions();
  options.recipe.epochs = 5;
  Trainer unbroken(smallData(5), options);
  unbroken.run();

  options.checkpointPath = path;
  options.checkpointSeconds = 1e9;
  {
    Trainer stopped(smallData(5), options);
    const auto end = stopped.run({}, [](std::int64_t done, std::int64_t) { return done < 7; });
    EXPECT_EQ(end, RunState::Stopped);
    EXPECT_EQ(stopped.state(), RunState::Stopped);
    EXPECT_FALSE(stopped.record().completed);
    EXPECT_EQ(stopped.record().stopReason, "stopped by request");
  }
  ASSERT_TRUE(std::filesystem::exists(path));
  auto resumed = Trainer::resume(path, smallData(5), options);
  EXPECT_EQ(resumed.stepsDone(), 7);
  EXPECT_EQ(resumed.run(), RunState::Completed);
  EXPECT_TRUE(sameBits(resumed.weights(), unbroken.weights()));
  EXPECT_TRUE(sameBits(resumed.model().weights(), unbroken.model().weights()));
  EXPECT_FALSE(std::filesystem::exists(path)) << "a completed run needs no checkpoint";
}

TEST(Trainer, ARunInPartsIsTheSameRun)
{
  auto options = smallOptions();
  options.recipe.epochs = 3;
  Trainer unbroken(smallData(5), options); // 4 steps an epoch
  unbroken.run();
  Trainer inParts(smallData(5), options);
  std::vector<std::int64_t> epochs;
  int parts = 1;
  while (
    inParts.runFor(0.0, [&](const Progress& p) { epochs.push_back(p.epoch.epoch); }) == RunState::Running)
  {
    EXPECT_EQ(inParts.stepsDone(), parts) << "no time is time for one step";
    EXPECT_EQ(inParts.state(), RunState::Running);
    ++parts;
  }
  EXPECT_EQ(parts, 12);
  EXPECT_EQ(epochs, (std::vector<std::int64_t>{ 1, 2, 3 }));
  EXPECT_EQ(inParts.state(), RunState::Completed);
  EXPECT_TRUE(sameBits(inParts.weights(), unbroken.weights()));
}

TEST(Trainer, StartsFromAModel)
{
  auto options = smallOptions();
  options.recipe.epochs = 2;
  Trainer first(smallData(5), options);
  first.run();
  auto further = options;
  further.startFrom(first.model());
  Trainer second(smallData(5), further);
  // Model files and trainers hold float32 or float64 weights: nothing is lost.
  EXPECT_EQ(second.weights(), first.model().weights());
  EXPECT_EQ(second.record().startFingerprint, first.model().fingerprint());
  const auto differing = differences(first.model().info(), smallData(5), further);
  ASSERT_EQ(differing.size(), 1u);
  EXPECT_EQ(differing[0].rfind("start: the file has drawn weights", 0), 0u) << differing[0];
  EXPECT_TRUE(differences(second.model().info(), smallData(5), further).empty());
  second.run();

  // Data whose channels mean something else.
  auto other = smallData(5).signature();
  other.targets[0].name = "another";
  DataSet renamed(other);
  for (std::size_t i = 0; i < 5; ++i)
  {
    renamed.add(smallData(5)[i]);
  }
  EXPECT_THROW(Trainer(renamed, further), Error);
}

TEST(Trainer, IsBrokenOffWithoutWriting)
{
  const TemporaryFolder folder;
  auto options = longOptions();
  options.checkpointPath = folder.file("run.checkpoint");
  options.checkpointSeconds = 1e9;
  std::atomic<bool> unwanted{ false };
  const InterruptionScope scope(&unwanted);
  Trainer trainer(smallData(3), options);
  const auto run = [&]
  {
    trainer.run({},
      [&](std::int64_t done, std::int64_t)
      {
        unwanted = done == 3;
        return true;
      });
  };
  EXPECT_THROW(run(), Interrupted);
  EXPECT_EQ(trainer.state(), RunState::Stopped);
  EXPECT_EQ(trainer.stepsDone(), 3);
  EXPECT_FALSE(std::filesystem::exists(options.checkpointPath));
}

TEST(Trainer, IsBrokenOffWhileItPrepares)
{
  std::atomic<bool> unwanted{ true };
  const InterruptionScope scope(&unwanted);
  EXPECT_THROW(Trainer(smallData(3), longOptions()), Interrupted);
}

TEST(Trainer, ReportsTheErrorOfEveryValidationCase)
{
  auto options = smallOptions();
  options.recipe.epochs = 2;
  options.validationCases = { 1, 4 };
  Trainer trainer(smallData(6), options);
  std::vector<Progress> reports;
  trainer.run([&](const Progress& p) { reports.push_back(p); });
  ASSERT_EQ(reports.size(), 2u);
  for (const auto& report : reports)
  {
    ASSERT_EQ(report.caseErrors.size(), 2u);
    // Means of the same numbers in another order.
    EXPECT_NEAR(0.5 * (report.caseErrors[0] + report.caseErrors[1]), report.epoch.validationError, 1e-12);
  }
  const auto first = trainer.errors({ 1 });
  EXPECT_NEAR(reports.back().caseErrors[0],
    std::accumulate(first.begin(), first.end(), 0.0) / static_cast<double>(first.size()), 1e-12);
}

TEST(Trainer, ObeysOtherThreads)
{
  const TemporaryFolder folder;
  const auto path = folder.file("run.checkpoint");
  auto options = longOptions();
  options.checkpointPath = path;
  options.checkpointSeconds = 1e9;
  Trainer trainer(smallData(3), options);
  RunState end = RunState::Ready;
  std::thread worker([&] { end = trainer.run(); });
  EXPECT_TRUE(eventually([&] { return trainer.stepsDone() > 3; }));
  EXPECT_EQ(trainer.state(), RunState::Running);

  trainer.requestCheckpoint();
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(path); }));

  trainer.pause();
  EXPECT_TRUE(eventually([&] { return trainer.state() == RunState::Paused; }));
  const auto paused = trainer.stepsDone();
  std::filesystem::remove(path);
  trainer.requestCheckpoint(); // also while it is paused
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(path); }));
  EXPECT_EQ(trainer.stepsDone(), paused);
  trainer.resume();
  EXPECT_TRUE(eventually([&] { return trainer.stepsDone() > paused; }));

  trainer.pause();
  EXPECT_TRUE(eventually([&] { return trainer.state() == RunState::Paused; }));
  trainer.requestStop(); // wakes it
  worker.join();
  EXPECT_EQ(end, RunState::Stopped);
  EXPECT_EQ(trainer.state(), RunState::Stopped);
}

TEST(Trainer, WritesCheckpointsByItself)
{
  const TemporaryFolder folder;
  const auto path = folder.file("run.checkpoint");
  auto options = longOptions();
  options.checkpointPath = path;
  options.checkpointSeconds = 0.0; // after each step
  Trainer trainer(smallData(3), options);
  trainer.step();
  trainer.step();
  EXPECT_EQ(Model::load(path).info().training.stepsDone, 2);
  EXPECT_TRUE(sameBits(Model::load(path).weights(), trainer.model().weights()));
}

TEST(Trainer, RefusesACheckpointPathThatCannotBeWritten)
{
  const TemporaryFolder folder;
  auto options = smallOptions();
  options.checkpointPath = folder.file("missing/run.checkpoint");
  EXPECT_THROW(Trainer(smallData(3), options), Error);
}

TEST(Trainer, GoesOnWhenACheckpointCannotBeWrittenAndSaysSo)
{
  auto folder = std::make_unique<TemporaryFolder>();
  auto options = smallOptions();
  options.recipe.epochs = 1;
  options.checkpointPath = folder->file("run.checkpoint");
  options.checkpointSeconds = 0.0;
  Trainer trainer(smallData(4), options);
  folder.reset(); // the folder disappears
  EXPECT_EQ(trainer.run(), RunState::Completed);
  int said = 0;
  for (const auto& note : trainer.record().notes)
  {
    said += note.find("no checkpoint could be written") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(said, 1);
}

TEST(Trainer, FailureIsAnErrorAndAState)
{
  auto options = smallOptions(Optimizer::AdamW);
  options.recipe.learningRate = 1e6;
  Trainer trainer(smallData(4), options);
  EXPECT_THROW(trainer.run(), Error);
  EXPECT_EQ(trainer.state(), RunState::Failed);
  EXPECT_FALSE(trainer.record().stopReason.empty());
}

TEST(Trainer, ErrorsOfACallbackLeaveItStopped)
{
  Trainer trainer(smallData(4), smallOptions());
  EXPECT_THROW(trainer.run({}, [](std::int64_t, std::int64_t) -> bool { throw Error("no"); }), Error);
  EXPECT_EQ(trainer.state(), RunState::Stopped);
  EXPECT_EQ(trainer.run(), RunState::Completed);
}

TEST(Trainer, MovesAndKeepsItsRun)
{
  Trainer first(smallData(4), smallOptions());
  first.step();
  Trainer second(std::move(first));
  EXPECT_EQ(second.stepsDone(), 1);
  EXPECT_EQ(second.run(), RunState::Completed);
}
}
}
