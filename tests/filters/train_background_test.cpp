#include "vtkFLARETrain.h"

#include "support.h"

#include "flare/model.h"

#include <gtest/gtest.h>

#include <vtkDataArraySelection.h>
#include <vtkDoubleArray.h>
#include <vtkErrorCode.h>
#include <vtkInformation.h>
#include <vtkIntArray.h>
#include <vtkPointData.h>
#include <vtkStreamingDemandDrivenPipeline.h>
#include <vtkStringArray.h>
#include <vtkTable.h>
#include <vtkUnstructuredGrid.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <thread>
#include <vector>

namespace flare::test
{
namespace
{
// A filter that trains behind a window, and the window: it updates whenever there is news.
struct Live
{
  explicit Live(int epochs)
    : file(folder / "model.safetensors")
  {
    train = vtkSmartPointer<vtkFLARETrain>::New();
    train->SetInputConnection(series->GetOutputPort());
    train->GetPointTargetArraySelection()->EnableArray("p");
    train->GetParameterArraySelection()->EnableArray("Load");
    makeTiny(train, file);
    train->SetEpochs(epochs);
    train->SetBackground(true);
    said->observe(train);
  }

  void update()
  {
    train->Update();
    EXPECT_EQ(said->errors, "");
  }

  std::string state() { return train->GetTrainingState(); }
  std::string problem()
  {
    auto* problem = train->GetProblem();
    return problem->GetNumberOfValues() == 2 ? std::string(problem->GetValue(0)) : "none";
  }
  // A case takes longer than an execution should.
  void slowly()
  {
    series->change = [](vtkUnstructuredGrid*, int)
    { std::this_thread::sleep_for(std::chrono::milliseconds(100)); };
  }
  int rows() { return static_cast<int>(tableOf(train, 0)->GetNumberOfRows()); }
  vtkUnstructuredGrid* validation()
  {
    return vtkUnstructuredGrid::SafeDownCast(train->GetOutputDataObject(1));
  }

  // Looks on until something holds; the limit only ends a test that has failed.
  template<typename Condition>
  bool until(const Condition& holds)
  {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!holds())
    {
      if (std::chrono::steady_clock::now() > limit)
      {
        return false;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (train->GetNeedsUpdate())
      {
        train->Update();
      }
    }
    return true;
  }
  bool untilStateIs(const std::string& wanted)
  {
    return until([&] { return state() == wanted; });
  }

  Folder folder;
  std::string file;
  vtkNew<Series> series;
  vtkNew<Messages> said;
  vtkSmartPointer<vtkFLARETrain> train;
};

constexpr int forever = 1000000;
}

TEST(TrainBackground, ReturnsAndEndsWithTheModelOfABlockingRun)
{
  Live live(20);
  live.update();
  EXPECT_EQ(live.series->executions, 6) << "the cases are read before the first return";
  EXPECT_GT(live.validation()->GetNumberOfPoints(), 0);
  ASSERT_TRUE(live.untilStateIs("completed"));
  live.update();
  EXPECT_EQ(live.rows(), 20);
  EXPECT_EQ(live.series->executions, 6) << "no refresh reads the cases again";
  EXPECT_EQ(std::string(live.train->GetOutcome()).rfind("trained: 20 epochs", 0), 0u)
    << live.train->GetOutcome();

  Live blocking(20);
  blocking.train->SetBackground(false);
  blocking.update();
  EXPECT_EQ(Model::load(live.file).weights(), Model::load(blocking.file).weights());
  auto* ours = live.validation()->GetPointData()->GetArray("p_predicted");
  auto* theirs = blocking.validation()->GetPointData()->GetArray("p_predicted");
  ASSERT_TRUE(ours && theirs && ours->GetNumberOfTuples() == theirs->GetNumberOfTuples());
  for (vtkIdType i = 0; i < ours->GetNumberOfTuples(); ++i)
  {
    EXPECT_EQ(ours->GetTuple1(i), theirs->GetTuple1(i));
  }

  // And another filter finds it done.
  Live again(20);
  again.train->SetModelFile(live.file.c_str());
  again.update();
  EXPECT_EQ(again.state(), "idle");
  EXPECT_EQ(std::string(again.train->GetOutcome()).rfind("read from", 0), 0u);
}

TEST(TrainBackground, AsksWhenTheCheckOfTheDataHasWarnings)
{
  Live live(forever);
  // Two cases with the same numbers.
  live.series->change = [](vtkUnstructuredGrid* grid, int step)
  {
    if (step == 4)
    {
      grid->ShallowCopy(square(7, 3.0)); // as step 2
    }
  };
  live.update();
  ASSERT_TRUE(live.untilStateIs("waiting"));
  auto* report = live.train->GetDataReport();
  ASSERT_GT(report->GetNumberOfValues(), 4);
  EXPECT_EQ(report->GetNumberOfValues() % 4, 0);
  EXPECT_EQ(report->GetValue(0), "warning");
  EXPECT_NE(report->GetValue(2).find("time step"), std::string::npos) << report->GetValue(2);
  EXPECT_NE(report->GetValue(3), "");
  live.train->PauseTraining();
  live.update();
  EXPECT_EQ(live.state(), "waiting");
  EXPECT_EQ(live.series->executions, 6);

  live.train->StartTraining();
  ASSERT_TRUE(live.until([&] { return live.rows() > 0; }));
  EXPECT_EQ(live.series->executions, 6) << "the cases are those of the check";

  live.train->SetSeed(3);
  live.train->SetIfModelExists(vtkFLARETrain::OVERWRITE);
  live.update();
  EXPECT_NE(live.state(), "waiting") << "nobody is asked the same twice";
}

TEST(TrainBackground, WhatTheCheckHasSaidIsNotSaidAgain)
{
  Live live(2);
  live.train->GetPointTargetArraySelection()->EnableArray("U");
  live.series->change = [](vtkUnstructuredGrid* grid, int)
  { grid->GetPointData()->GetArray("U")->FillComponent(2, 4.0); };
  live.update();
  ASSERT_TRUE(live.untilStateIs("waiting"));
  EXPECT_NE(live.train->GetDataReport()->GetValue(2).find("'U:Z' is constant"), std::string::npos);
  live.train->StartTraining();
  ASSERT_TRUE(live.untilStateIs("completed"));
  live.update();
  EXPECT_EQ(live.said->warnings, "");
}

TEST(TrainBackground, AnErrorOfTheCheckIsAnErrorOfTheFilter)
{
  Live live(forever);
  live.train->SetLearningRate(1e38);
  live.train->Update();
  ASSERT_TRUE(live.untilStateIs("failed"));
  const auto executions = live.series->executions;
  EXPECT_NE(live.said->errors.find("the learning rate is 1e+38"), std::string::npos) << live.said->errors;
  EXPECT_EQ(live.train->GetDataReport()->GetValue(0), "error");
  EXPECT_EQ(live.problem(), "DataReport");
  live.train->SetLearningRate(-1.0);
  live.said->errors.clear();
  live.update();
  EXPECT_EQ(live.train->GetProblem()->GetNumberOfValues(), 0);
  EXPECT_TRUE(live.untilStateIs("training"));
  EXPECT_EQ(live.series->executions, executions + 6) << "an error before is no reason to read twice";
}

TEST(TrainBackground, ReadsInSlicesAndEachCaseOnce)
{
  Live live(forever);
  live.slowly();
  live.update();
  EXPECT_EQ(live.state(), "reading");
  EXPECT_LT(live.series->executions, 6);
  EXPECT_EQ(live.train->GetReadingProgress()->GetValue(0), live.series->executions);
  EXPECT_EQ(live.train->GetReadingProgress()->GetValue(1), 6);
  ASSERT_TRUE(live.untilStateIs("training"));
  EXPECT_EQ(live.series->executions, 6);
  EXPECT_EQ(live.train->GetReadingProgress()->GetValue(1), 0);
  ASSERT_TRUE(live.until([&] { return live.validation()->GetPointData()->HasArray("p_predicted"); }));
}

TEST(TrainBackground, NewSettingsWhileItReadsBeginAnew)
{
  Live live(forever);
  live.slowly();
  live.update();
  ASSERT_EQ(live.state(), "reading");
  const auto before = live.series->executions;
  live.train->SetSeed(4);
  ASSERT_TRUE(live.untilStateIs("training"));
  EXPECT_EQ(live.series->executions, before + 5) << "the first case has just been read";
}

TEST(TrainBackground, AnotherCaseCanBeChosenWhileItReads)
{
  Live live(forever);
  live.slowly();
  live.train->SetShownCase(5);
  live.update();
  ASSERT_EQ(live.state(), "reading");
  live.train->SetShownCase(0); // which has been read already
  ASSERT_TRUE(live.untilStateIs("training"));
  ASSERT_TRUE(live.until([&] { return live.validation()->GetPointData()->HasArray("p_predicted"); }));
  EXPECT_EQ(live.series->executions, 7) << "each case once, and that one again";
  EXPECT_EQ(live.said->warnings, "") << "no case is predicted that has not been read";
}

TEST(TrainBackground, CanBeCancelledBeforeItTrains)
{
  Live live(forever);
  live.slowly();
  live.update();
  live.train->StopTraining();
  EXPECT_EQ(live.state(), "idle");
  EXPECT_EQ(std::string(live.train->GetOutcome()), "cancelled before the training began");
  const auto before = live.series->executions;
  EXPECT_FALSE(live.train->GetNeedsUpdate());
  live.update();
  EXPECT_EQ(live.series->executions, before) << "a refresh is no Apply";
  live.train->StartTraining();
  live.update();
  ASSERT_TRUE(live.untilStateIs("training"));
  EXPECT_EQ(live.series->executions, before + 5) << "the first case has just been read";
}

TEST(TrainBackground, ChecksWithoutTraining)
{
  Live live(forever);
  live.train->CheckCases();
  live.update();
  ASSERT_TRUE(live.untilStateIs("waiting"));
  EXPECT_GT(live.train->GetDataReport()->GetNumberOfValues(), 8);
  EXPECT_FALSE(std::filesystem::exists(live.file + ".checkpoint"));
  live.train->SetShownCase(3); // odd steps have another mesh
  live.update();
  EXPECT_EQ(live.validation()->GetNumberOfPoints(), 64);
  EXPECT_EQ(live.state(), "waiting");

  const auto executions = live.series->executions;
  live.train->StartTraining();
  ASSERT_TRUE(live.untilStateIs("training"));
  EXPECT_EQ(live.series->executions, executions) << "the cases are those of the check";

  // Not during a training, and anew after one.
  live.train->CheckCases();
  live.update();
  EXPECT_EQ(live.state(), "training");
  live.train->StopTraining();
  ASSERT_TRUE(live.untilStateIs("stopped"));
  live.train->CheckCases();
  live.update();
  ASSERT_TRUE(live.untilStateIs("waiting"));
  EXPECT_EQ(live.series->executions, executions + 6);
}

TEST(TrainBackground, SaysWhichPropertyPutsItRight)
{
  Live live(3);
  live.update();
  ASSERT_TRUE(live.untilStateIs("completed"));
  live.train->SetSeed(5); // the file is another run's
  live.train->Update();
  live.until([&] { return live.state() == "failed"; });
  EXPECT_EQ(live.problem(), "ModelFile");
  live.train->SetShownCase(17);
  live.train->Update();
  live.until([&] { return live.state() == "failed"; });
  EXPECT_EQ(live.problem(), "ShownCase");
  live.train->GetPointTargetArraySelection()->EnableArray("nowhere");
  live.train->Update();
  EXPECT_EQ(live.problem(), "PointTargetArrays");
}

TEST(TrainBackground, ShowsTheRunWhileItLasts)
{
  Live live(forever);
  live.update();
  ASSERT_TRUE(live.until(
    [&] { return live.rows() > 2 && live.validation()->GetPointData()->HasArray("p_predicted"); }));
  EXPECT_EQ(live.state(), "training");
  auto* progress = live.train->GetTrainingProgress();
  ASSERT_EQ(progress->GetNumberOfValues(), 6);
  EXPECT_GT(progress->GetValue(0), 2.0);
  EXPECT_GT(progress->GetValue(1), progress->GetValue(0));
  EXPECT_GE(progress->GetValue(2), forever);
  EXPECT_TRUE(progress->GetValue(3) > 0.0);
  EXPECT_TRUE(progress->GetValue(5) > 0.0);
  EXPECT_EQ(live.train->GetValidationCaseIndices()->GetNumberOfValues(), 1);
  EXPECT_EQ(live.train->GetValidationCaseNames()->GetNumberOfValues(), 1);
  ASSERT_EQ(live.train->GetValidationCaseErrors()->GetNumberOfValues(), 1);
  EXPECT_TRUE(live.train->GetValidationCaseErrors()->GetValue(0) > 0.0);
  EXPECT_NE(std::string(live.train->GetDeviceInUse()), "");
  // Nothing new has to be shown twice a second and more.
  live.train->Update();
  EXPECT_FALSE(live.train->GetNeedsUpdate());
}

TEST(TrainBackground, ObeysItsCommands)
{
  Live live(forever);
  // Without a run they do nothing.
  live.train->PauseTraining();
  live.train->ContinueTraining();
  live.train->StopTraining();
  live.train->SaveCheckpoint();
  EXPECT_EQ(live.state(), "idle");
  live.update();
  ASSERT_TRUE(live.untilStateIs("training"));

  live.train->PauseTraining();
  EXPECT_EQ(live.state(), "paused");
  // The first checkpoint may be that of a step that was still going on, the second one is not.
  const auto checkpoint = live.file + ".checkpoint";
  for (int i = 0; i < 2; ++i)
  {
    std::filesystem::remove(checkpoint);
    live.train->SaveCheckpoint();
    ASSERT_TRUE(live.until([&] { return std::filesystem::exists(checkpoint); }));
  }
  const double before = live.train->GetTrainingProgress()->GetValue(1);
  live.train->SaveCheckpoint();
  EXPECT_EQ(live.train->GetTrainingProgress()->GetValue(1), before);
  EXPECT_EQ(live.state(), "paused");

  live.train->ContinueTraining();
  ASSERT_TRUE(live.until([&] { return live.train->GetTrainingProgress()->GetValue(1) > before; }));
  EXPECT_EQ(live.state(), "training");

  live.train->StopTraining();
  ASSERT_TRUE(live.untilStateIs("stopped"));
  live.update();
  EXPECT_EQ(std::string(live.train->GetOutcome()).rfind("stopped:", 0), 0u) << live.train->GetOutcome();
  EXPECT_TRUE(std::filesystem::exists(checkpoint));
  EXPECT_FALSE(Model::inspect(live.file).training.completed);
}

TEST(TrainBackground, AResumedRunGoesOn)
{
  Live live(forever);
  live.update();
  ASSERT_TRUE(live.until([&] { return live.rows() > 1; }));
  live.train->StopTraining();
  ASSERT_TRUE(live.untilStateIs("stopped"));
  live.update();
  const int rows = live.rows();
  live.train->SetIfModelExists(vtkFLARETrain::RESUME);
  live.update();
  EXPECT_EQ(live.series->executions, 12) << "a new run reads the cases";
  ASSERT_TRUE(live.until([&] { return live.rows() > rows; }));
}

TEST(TrainBackground, AnotherCaseCanBeLookedAtWhileItTrains)
{
  Live live(forever);
  live.train->AddValidationCase(0);
  live.update();
  ASSERT_TRUE(live.until([&] { return live.rows() > 0; }));
  const auto executions = live.series->executions;
  live.train->SetShownCase(3); // odd steps have another mesh
  live.update();
  EXPECT_EQ(live.validation()->GetNumberOfPoints(), 64);
  EXPECT_EQ(live.series->executions, executions + 1) << "that case, and nothing else";
  ASSERT_TRUE(live.until([&] { return live.validation()->GetPointData()->HasArray("p_predicted"); }));
  EXPECT_EQ(live.validation()->GetNumberOfPoints(), 64);
  ASSERT_TRUE(live.until([&] { return live.rows() > 20; }));
  EXPECT_EQ(live.series->executions, executions + 1);
  EXPECT_EQ(live.validation()->GetNumberOfPoints(), 64);
  EXPECT_EQ(live.state(), "training");

  live.train->SetShownCase(17);
  live.train->Update();
  EXPECT_NE(live.said->errors.find("there are 6 cases"), std::string::npos) << live.said->errors;
  EXPECT_EQ(live.state(), "training") << "a slip does not cost the run";
  live.said->errors.clear();
  live.train->SetShownCase(3);
  const auto rows = live.rows();
  ASSERT_TRUE(live.until([&] { return live.rows() > rows; }));
  EXPECT_EQ(live.series->executions, executions + 1);

  // In a pause the case comes with its prediction, too.
  live.train->PauseTraining();
  live.train->SetShownCase(5);
  live.update();
  ASSERT_TRUE(live.until([&] { return live.validation()->GetPointData()->HasArray("p_predicted"); }));
}

TEST(TrainBackground, AStoppedRunGoesOnWithTheNextApply)
{
  Live live(forever);
  live.train->SetIfModelExists(vtkFLARETrain::RESUME);
  int rows = 0;
  for (int i = 0; i < 3; ++i)
  {
    live.update();
    ASSERT_TRUE(live.until([&] { return live.rows() > rows && live.state() == "training"; }));
    live.train->StopTraining();
    ASSERT_TRUE(live.untilStateIs("stopped"));
    live.update();
    rows = live.rows();
    live.train->StartTraining();
  }
}

TEST(TrainBackground, AStopBeforeTheFirstStepKeepsWhatIsThere)
{
  Live live(forever);
  live.update();
  ASSERT_TRUE(live.until([&] { return live.rows() > 3; }));
  live.train->StopTraining();
  ASSERT_TRUE(live.untilStateIs("stopped"));
  live.update();
  const auto steps = Model::inspect(live.file).training.stepsDone;
  ASSERT_GT(steps, 0);
  live.train->SetIfModelExists(vtkFLARETrain::OVERWRITE);
  live.train->CheckCases();
  live.update();
  ASSERT_TRUE(live.untilStateIs("waiting"));
  live.train->StartTraining();
  live.update();
  live.train->StopTraining(); // as it prepares
  ASSERT_TRUE(live.untilStateIs("stopped"));
  live.update();
  const auto kept = Model::inspect(live.file).training.stepsDone;
  EXPECT_TRUE(kept == steps || live.train->GetTrainingProgress()->GetValue(1) > 0.0);
}

TEST(TrainBackground, NewsUpstreamAndNewSettingsEndTheRun)
{
  for (const bool upstream : { true, false })
  {
    Live live(forever);
    live.update();
    ASSERT_TRUE(live.until([&] { return live.rows() > 0; }));
    upstream ? live.series->Modified() : live.train->SetSeed(7);
    live.train->SetModelFile((live.folder / "other.safetensors").c_str());
    live.update();
    ASSERT_TRUE(live.until([&] { return live.rows() > 0; }));
    EXPECT_EQ(live.series->executions, 12);
    EXPECT_TRUE(std::filesystem::exists(live.file + ".checkpoint")) << "of the run that was ended";
  }
}

// As the reader of EnSight files does, when it is asked for another time step.
TEST(TrainBackground, WhatAReaderChangesByBeingExecutedIsNoNews)
{
  Live live(forever);
  live.series->change = [&](vtkUnstructuredGrid*, int) { live.series->Modified(); };
  live.update();
  ASSERT_TRUE(live.until([&] { return live.rows() > 0; }));
  ASSERT_EQ(live.series->executions, 6);
  live.series->UpdateTimeStep(live.series->GetOutputInformation(0)->Get(
    vtkStreamingDemandDrivenPipeline::TIME_STEPS(), 2)); // for a view that shows it
  ASSERT_EQ(live.series->executions, 7);
  const auto rows = live.rows();
  ASSERT_TRUE(live.until([&] { return live.rows() > rows; })) << "the run goes on";
  EXPECT_EQ(live.series->executions, 7) << "a refresh takes what is there";
  live.train->SetShownCase(5);
  live.update();
  EXPECT_EQ(live.series->executions, 8);
  EXPECT_GT(live.rows(), rows);
}

TEST(TrainBackground, InputsThatAreCasesAreReadInSlicesToo)
{
  Live live(forever);
  live.train->RemoveAllInputConnections(0);
  std::vector<vtkSmartPointer<Series>> inputs;
  for (int i = 0; i < 6; ++i)
  {
    inputs.push_back(vtkSmartPointer<Series>::New());
    inputs.back()->points = 7 + i;
    live.train->AddInputConnection(inputs.back()->GetOutputPort());
  }
  inputs.front()->change = [](vtkUnstructuredGrid*, int)
  { std::this_thread::sleep_for(std::chrono::milliseconds(100)); };
  live.train->SetCasesFrom(vtkFLARETrain::INPUTS);
  live.train->GetParameterArraySelection()->RemoveAllArrays();
  live.update();
  EXPECT_EQ(live.state(), "reading");
  EXPECT_EQ(live.train->GetReadingProgress()->GetValue(0), 1);
  EXPECT_EQ(live.train->GetReadingProgress()->GetValue(1), 6);
  ASSERT_TRUE(live.until([&] { return live.state() != "reading" && live.state() != "checking"; }));
  live.train->StartTraining();
  ASSERT_TRUE(live.until([&] { return live.rows() > 0; }));
  for (const auto& input : inputs)
  {
    EXPECT_EQ(input->executions, 1);
  }
}

TEST(TrainBackground, DeletingTheFilterKeepsTheCheckpoint)
{
  Live live(forever);
  live.update();
  ASSERT_TRUE(live.until([&] { return live.rows() > 0; }));
  live.train = nullptr;
  EXPECT_TRUE(std::filesystem::exists(live.file + ".checkpoint"));
}

TEST(TrainBackground, DeletingTheFilterWhilePausedOrAtOnceDoesNotHang)
{
  Live paused(forever);
  paused.update();
  paused.train->PauseTraining();
  paused.train = nullptr;

  Live early(forever);
  early.update();
  early.train = nullptr;
}

TEST(TrainBackground, AFailureIsAnErrorOfTheFilter)
{
  Live live(3);
  live.train->SetOptimizer(vtkFLARETrain::ADAMW);
  live.train->SetLearningRate(1e6); // the largest allowed
  live.train->Update();
  live.until([&] { return live.state() == "failed"; });
  EXPECT_EQ(live.state(), "failed");
  live.train->Update();
  EXPECT_NE(live.said->errors.find("training diverged"), std::string::npos) << live.said->errors;
  EXPECT_EQ(live.train->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::UserError));
  EXPECT_EQ(live.rows(), 0);
  EXPECT_FALSE(std::filesystem::exists(live.file));
}
}
