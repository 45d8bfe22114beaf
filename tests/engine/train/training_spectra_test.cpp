#include "flare/spectrum.h"

#include "io/expect_error.h"
#include "threaded_communicator.h"
#include "train/training_run.h"
#include "training_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

// Spectra that are stored while a model is trained.
namespace flare::train
{
namespace
{
using test::smallData;
using test::smallOptions;
using Epochs = std::vector<std::int64_t>;

TrainingOptions storing(std::int64_t every)
{
  auto options = smallOptions();
  options.architecture.blocks = 2;
  options.recipe.epochs = 5;
  options.spectraEvery = every;
  return options;
}

void expectEqual(const std::vector<HeadSpectrum>& a, const std::vector<HeadSpectrum>& b)
{
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
  {
    EXPECT_EQ(a[i].block, b[i].block);
    EXPECT_EQ(a[i].head, b[i].head);
    EXPECT_EQ(a[i].eigenvalues, b[i].eigenvalues);
  }
}

TEST(TrainingSpectra, AreThoseOfTheModelAsItWas)
{
  const auto data = smallData(5);
  TrainingRun run(data, storing(2));
  const auto heldOut = run.record().validationIndices.front();
  const auto now = [&] { return spectra(run.model(), data[heldOut], Device::Cpu); };
  const auto first = now();
  std::vector<HeadSpectrum> second;
  while (!run.finished())
  {
    run.step();
    if (run.epochEnded() && run.record().history.back().epoch == 2)
    {
      second = now();
    }
  }
  const auto& record = run.record();
  EXPECT_EQ(record.spectraEpochs, (Epochs{ 0, 2, 4, 5 })) << "the last epoch always";
  EXPECT_EQ(record.spectraCase, data[heldOut].name);
  const test::TemporaryFolder folder;
  run.model().save(folder.file("model"));
  const auto model = Model::load(folder.file("model"));
  expectEqual(trainingSpectra(model, 0), first);
  expectEqual(trainingSpectra(model, 2), second);
  expectEqual(trainingSpectra(model, 3), second); // the last before
  expectEqual(trainingSpectra(model, 99), now());
  expectEqual(trainingSpectra(model, 2, 1), { second[2], second[3] });
  EXPECT_ERROR(trainingSpectra(model, 2, 2), "blocks 0 to 1");
  EXPECT_ERROR(trainingSpectra(model, -1), "begin with epoch 0");
}

TEST(TrainingSpectra, ChangeNothingElse)
{
  const auto data = smallData(5);
  TrainingRun with(data, storing(1)), without(data, storing(0));
  while (!with.finished())
  {
    EXPECT_EQ(with.step(), without.step());
  }
  EXPECT_TRUE(test::sameBits(with.weights(), without.weights()));
  EXPECT_ERROR(trainingSpectra(without.model(), 0), "SpectraEvery");
  // A file without them is not what a run with them would give.
  const auto differing = differences(without.model().info(), data, storing(1));
  ASSERT_EQ(differing.size(), 1u);
  EXPECT_THAT(differing.front(), testing::HasSubstr("stored spectra: the file has none"));
  EXPECT_ERROR(TrainingRun(data, storing(-1)), "not every -1");
}

TEST(TrainingSpectra, GoOnWhereARunIsResumed)
{
  const auto data = smallData(5);
  const test::TemporaryFolder folder;
  TrainingRun whole(data, storing(1)), begun(data, storing(1)), resumed(data, storing(1));
  while (!whole.finished())
  {
    whole.step();
    if (whole.record().history.size() < 2)
    {
      begun.step();
    }
  }
  begun.save(folder.file("checkpoint"));
  resumed.restore(folder.file("checkpoint"));
  while (!resumed.finished())
  {
    resumed.step();
  }
  ASSERT_EQ(resumed.record().spectraEpochs, (Epochs{ 0, 1, 2, 3, 4, 5 }));
  for (const auto epoch : resumed.record().spectraEpochs)
  {
    expectEqual(trainingSpectra(resumed.model(), epoch), trainingSpectra(whole.model(), epoch));
  }
}

TEST(TrainingSpectra, OfEpochsThatWereUndoneAreForgotten)
{
  TrainingRun run(smallData(5), storing(1));
  bool poisoned = false;
  const auto perEpoch = static_cast<std::int64_t>(run.record().trainingCases.size());
  run.setHook(
    [&](std::int64_t step, double& loss, torch::Tensor&)
    {
      if (!poisoned && step == 2 * perEpoch + 1)
      {
        poisoned = true;
        EXPECT_EQ(run.record().spectraEpochs, (Epochs{ 0, 1, 2 }));
        loss = std::numeric_limits<double>::quiet_NaN();
      }
      else if (poisoned && step == 0)
      {
        EXPECT_EQ(run.record().spectraEpochs, (Epochs{ 0 }));
      }
    });
  while (!run.finished())
  {
    run.step();
  }
  EXPECT_TRUE(poisoned);
  EXPECT_EQ(run.record().spectraEpochs, (Epochs{ 0, 1, 2, 3, 4, 5 }));
  EXPECT_EQ(run.model().impl().spectra.size(0), 6);
}

// Spectra run in float32, where scores of 1e40 are infinite; the training runs in double.
TEST(TrainingSpectra, ThatCannotBeAreNotedOnce)
{
  auto options = storing(1);
  options.precision = Precision::Float64;
  TrainingRun run(smallData(5), options);
  auto weights = run.weights();
  for (auto& [name, values] : weights)
  {
    for (auto& value : values)
    {
      value *= name.find("latent_q") == std::string::npos ? 1.0 : 1e40;
    }
  }
  run.setWeights(weights);
  while (!run.finished())
  {
    run.step();
  }
  const auto& record = run.record();
  EXPECT_TRUE(record.spectraEpochs.empty());
  const auto told = std::count_if(record.notes.begin(), record.notes.end(),
    [](const std::string& note) { return note.find("after epoch 0 no spectra could be stored: ") == 0; });
  EXPECT_EQ(told, 1);
  EXPECT_EQ(std::count_if(record.notes.begin(), record.notes.end(),
              [](const std::string& note) { return note.find("no spectra") != std::string::npos; }),
    1);
}

// Of a mesh whose points are divided among ranks they are those of the whole mesh.
TEST(TrainingSpectra, OfRanksAreThoseOfOne)
{
  auto options = storing(2);
  options.precision = Precision::Float64;
  const auto whole = smallData(5);
  TrainingRun alone(whole, options);
  alone.step();
  test::ThreadedRanks::run(2,
    [&](std::shared_ptr<Communicator> communicator)
    {
      DataSet data(whole.signature());
      data.setCommunicator(communicator);
      for (std::size_t i = 0; i < whole.size(); ++i)
      {
        data.add(test::partOf(whole[i], communicator->rank() == 0 ? 0 : whole[i].count() / 3,
          communicator->rank() == 0 ? whole[i].count() / 3 : whole[i].count()));
      }
      TrainingRun run(data, options);
      run.step();
      const auto a = trainingSpectra(run.model(), 0), b = trainingSpectra(alone.model(), 0);
      ASSERT_EQ(a.size(), b.size());
      for (std::size_t i = 0; i < a.size(); ++i)
      {
        for (std::size_t m = 0; m < a[i].eigenvalues.size(); ++m)
        {
          // The network runs in float32 here, whose sums over points (6e-8 each, 40 to 54 points) come in
          // another order.
          EXPECT_NEAR(a[i].eigenvalues[m], b[i].eigenvalues[m], 1e-5);
        }
      }
    });
}
}
}
