#include "vtkFLARETrain.h"

#include "support.h"

#include "flare/model.h"
#include "flare/spectrum.h"

#include <gtest/gtest.h>

#include <vtkCallbackCommand.h>
#include <vtkDataArraySelection.h>
#include <vtkStringArray.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>
#include <vector>

// Latents that double while FLARETrain trains, and the spectra that it stores.
namespace flare::test
{
namespace
{
// 4 latents, then 8.
struct Growing
{
  Growing()
    : file(folder / "model.safetensors")
  {
    train->SetInputConnection(series->GetOutputPort());
    train->GetPointTargetArraySelection()->EnableArray("p");
    train->GetParameterArraySelection()->EnableArray("Load");
    makeTiny(train, file);
    train->SetLatentDoublings(1);
    train->SetSpectraEvery(1);
    said->observe(train);
  }

  void update()
  {
    said->errors.clear();
    train->Update();
    EXPECT_EQ(said->errors, "");
  }

  // Runs, and gives the error and the property that it is about.
  std::pair<std::string, std::string> problem()
  {
    said->errors.clear();
    train->Update();
    auto* found = train->GetProblem();
    return { said->errors, found->GetNumberOfValues() > 0 ? std::string(found->GetValue(0)) : "none" };
  }

  Folder folder;
  std::string file;
  vtkNew<Series> series;
  vtkNew<vtkFLARETrain> train;
  vtkNew<Messages> said;
};
}

TEST(TrainGrowth, IsStoppedAndResumedOnEitherSideOfADoubling)
{
  Growing whole;
  whole.update();
  const auto expected = Model::load(whole.file);
  EXPECT_EQ(expected.info().architecture.latents, 8);
  for (const double part : { 0.06, 0.6 }) // in the first step, and after the second epoch at the latest
  {
    Growing run;
    double until = part; // of the progress, of which reading is the first 0.05
    vtkNew<vtkCallbackCommand> abort;
    abort->SetClientData(&until);
    abort->SetCallback(
      [](vtkObject* caller, unsigned long, void* until, void*)
      {
        auto* train = vtkFLARETrain::SafeDownCast(caller);
        if (train->GetProgress() > *static_cast<double*>(until))
        {
          train->SetAbortExecuteAndUpdateTime();
        }
      });
    run.train->AddObserver(vtkCommand::ProgressEvent, abort);
    run.update();
    ASSERT_TRUE(std::filesystem::exists(run.file + ".checkpoint"));
    EXPECT_EQ(Model::inspect(run.file + ".checkpoint").architecture.latents, part < 0.5 ? 4 : 8);
    until = 2.0;
    run.train->SetAbortExecute(0);
    run.train->SetIfModelExists(vtkFLARETrain::RESUME);
    run.update();
    const auto model = Model::load(run.file);
    EXPECT_EQ(model.weights(), expected.weights());
    ASSERT_EQ(model.info().training.spectraEpochs, (std::vector<std::int64_t>{ 0, 1, 2, 3 }));
    for (const auto epoch : model.info().training.spectraEpochs)
    {
      EXPECT_EQ(trainingSpectra(model, epoch).back().eigenvalues,
        trainingSpectra(expected, epoch).back().eigenvalues);
    }
  }
}

TEST(TrainGrowth, InTheBackgroundIsThatOfABlockingRun)
{
  Growing blocking, live;
  blocking.update();
  live.train->SetBackground(true);
  live.update();
  const auto completed = [&] { return std::string(live.train->GetTrainingState()) == "completed"; };
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!completed() && std::chrono::steady_clock::now() < limit)
  {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (live.train->GetNeedsUpdate())
    {
      live.update();
    }
  }
  ASSERT_TRUE(completed());
  EXPECT_EQ(Model::load(live.file).weights(), Model::load(blocking.file).weights());
}

TEST(TrainGrowth, OtherDoublingsOrSpectraAreAnotherRun)
{
  Growing run;
  run.update();
  run.train->SetSpectraEvery(2);
  EXPECT_NE(run.problem().first.find("stored spectra: the file has every 1 epochs"), std::string::npos)
    << run.said->errors;
  run.train->SetSpectraEvery(1);
  run.train->SetLatentDoublings(0);
  EXPECT_NE(
    run.problem().first.find("doublings of the latents: the file has 1, this run has 0"), std::string::npos)
    << run.said->errors;
  run.train->SetLatentDoublings(1);
  run.update();
  EXPECT_EQ(std::string(run.train->GetOutcome()).rfind("read from", 0), 0u) << run.train->GetOutcome();
}

TEST(TrainGrowth, SaysThatLatentsCannotDoubleSoOften)
{
  Growing run;
  run.train->SetLatentDoublings(4);
  const auto [error, property] = run.problem();
  EXPECT_NE(error.find("choose a multiple of 16 latents"), std::string::npos) << error;
  EXPECT_EQ(property, "LatentDoublings");
}
}
