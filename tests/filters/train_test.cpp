#include "vtkFLARETrain.h"

#include "support.h"

#include "flare/model.h"

#include <gtest/gtest.h>

#include <vtkCallbackCommand.h>
#include <vtkCellData.h>
#include <vtkDataArraySelection.h>
#include <vtkDoubleArray.h>
#include <vtkErrorCode.h>
#include <vtkFieldData.h>
#include <vtkInformation.h>
#include <vtkMultiBlockDataSet.h>
#include <vtkPointData.h>
#include <vtkStreamingDemandDrivenPipeline.h>
#include <vtkStringArray.h>

#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace flare::test
{
namespace
{
// A filter on a series, its folder, and what it said.
struct Training
{
  explicit Training(const std::string& name = "model.safetensors")
    : file(folder / name)
  {
    train->SetInputConnection(series->GetOutputPort());
    train->GetPointTargetArraySelection()->EnableArray("p");
    train->GetParameterArraySelection()->EnableArray("Load");
    makeTiny(train, file);
    said->observe(train);
  }

  // Runs, and asserts that it went well.
  void update()
  {
    said->errors.clear();
    train->Update();
    EXPECT_EQ(said->errors, "");
    EXPECT_EQ(train->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));
  }

  // Runs, and gives the error.
  std::string problem()
  {
    said->errors.clear();
    train->Update();
    EXPECT_EQ(tableOf(train, 0)->GetNumberOfRows(), 0);
    EXPECT_EQ(train->GetOutputDataObject(1)->GetNumberOfElements(vtkDataObject::POINT), 0);
    EXPECT_NE(train->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));
    return said->errors;
  }

  // The model file as bytes of its record.
  std::int64_t steps() const { return Model::inspect(file).training.stepsDone; }
  vtkUnstructuredGrid* validation()
  {
    return vtkUnstructuredGrid::SafeDownCast(train->GetOutputDataObject(1));
  }

  Folder folder;
  std::string file;
  vtkNew<Series> series;
  vtkNew<vtkFLARETrain> train;
  vtkNew<Messages> said;
};

bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

bool startsWith(const char* text, const std::string& part)
{
  return std::string(text).rfind(part, 0) == 0;
}
}

TEST(Train, LearnsATimeSeriesReadingEachCaseOnce)
{
  Training t;
  t.update();
  EXPECT_EQ(t.series->executions, 6);
  EXPECT_STREQ(t.train->GetCasesFound(), "6 cases from time steps");
  EXPECT_TRUE(startsWith(t.train->GetOutcome(), "trained: 3 epochs")) << t.train->GetOutcome();

  auto* history = tableOf(t.train, 0);
  ASSERT_EQ(history->GetNumberOfRows(), 3);
  for (const char* name : { "Epoch", "Step", "Loss", "ValidationError", "LearningRate", "Seconds" })
  {
    EXPECT_NE(history->GetColumnByName(name), nullptr) << name;
  }
  EXPECT_EQ(history->GetValueByName(2, "Epoch").ToInt(), 3);

  // The other port comes from the same execution.
  t.train->Update(1);
  EXPECT_EQ(t.series->executions, 6);
}

TEST(Train, ExportsItsCases)
{
  Training t;
  const auto path = t.folder / "cases.safetensors";
  t.train->SetDataSetFile(path.c_str());
  t.update();
  EXPECT_TRUE(startsWith(t.train->GetOutcome(), "exported: 6 cases")) << t.train->GetOutcome();
  const auto data = DataSet::load(path);
  EXPECT_EQ(data.size(), 6u);
  EXPECT_FALSE(data[0].targets.empty());
  EXPECT_FALSE(std::filesystem::exists(t.file)) << "nothing is trained";
  EXPECT_EQ(tableOf(t.train, 0)->GetNumberOfRows(), 0);

  t.train->SetDataSetFile(nullptr);
  t.update();
  EXPECT_TRUE(std::filesystem::exists(t.file));
  t.train->SetDataSetFile(t.file.c_str());
  EXPECT_TRUE(has(t.problem(), "is no data set"));
  EXPECT_EQ(t.steps() > 0, true) << "the model is still there";
}

// Overwriting is done once: a file that was put in the model's place afterwards is somebody's.
TEST(Train, OverwritesNoFileThatCameAfterwards)
{
  Training t;
  t.train->SetIfModelExists(vtkFLARETrain::OVERWRITE);
  t.update();
  Training other;
  other.train->SetSeed(77);
  other.update();
  std::filesystem::copy_file(other.file, t.file, std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(has(t.problem(), "overwritten it once already"));
  EXPECT_EQ(Model::inspect(t.file).training.seed, 77u);
}

TEST(Train, SaysWhichPropertyHasNoSuchValue)
{
  Training t;
  t.train->SetEpochs(-1);
  EXPECT_TRUE(has(t.problem(), "Epochs is -1"));
  t.train->SetEpochs(3);
  t.train->SetSeed(-1);
  EXPECT_TRUE(has(t.problem(), "Seed is -1"));
  t.train->SetSeed(1);
  t.train->SetRecipe(7);
  EXPECT_TRUE(has(t.problem(), "Recipe is 7"));
}

TEST(Train, ShowsTruthPredictionAndError)
{
  Training t;
  t.train->AddValidationCase(2);
  t.update();
  auto* mesh = t.validation();
  ASSERT_EQ(mesh->GetNumberOfPoints(), 49); // step 2: 7 x 7
  auto* truth = mesh->GetPointData()->GetArray("p");
  auto* predicted = mesh->GetPointData()->GetArray("p_predicted");
  auto* error = mesh->GetPointData()->GetArray("p_error");
  ASSERT_TRUE(truth && predicted && error);
  EXPECT_EQ(predicted->GetDataType(), VTK_DOUBLE); // as the truth
  EXPECT_EQ(truth->GetComponent(10, 0), pressure(3.0 / 6.0, 1.0 / 6.0, 3.0));
  for (vtkIdType i = 0; i < 49; ++i)
  {
    // Two roundings of numbers of size 4.
    EXPECT_NEAR(error->GetComponent(i, 0), predicted->GetComponent(i, 0) - truth->GetComponent(i, 0), 4e-15);
  }
  EXPECT_EQ(Model::inspect(t.file).training.validationCases, std::vector<std::string>{ "time step 2" });

  t.train->SetShownCase(1);
  t.update();
  EXPECT_EQ(t.validation()->GetNumberOfPoints(), 64);
  EXPECT_TRUE(startsWith(t.train->GetOutcome(), "read")); // another view is no reason to train
}

TEST(Train, RemovesTimeFromItsOutputs)
{
  Training t;
  t.update();
  for (int port = 0; port < 2; ++port)
  {
    auto* information = t.train->GetOutputInformation(port);
    EXPECT_FALSE(information->Has(vtkStreamingDemandDrivenPipeline::TIME_STEPS()));
    EXPECT_FALSE(information->Has(vtkStreamingDemandDrivenPipeline::TIME_RANGE()));
  }
}

TEST(Train, ReadsAFileOfTheSameDataAndSettings)
{
  Training t;
  t.update();
  const auto written = std::filesystem::last_write_time(t.file);
  vtkNew<Series> again;
  vtkNew<vtkFLARETrain> other;
  other->SetInputConnection(again->GetOutputPort());
  other->GetPointTargetArraySelection()->EnableArray("p");
  other->GetParameterArraySelection()->EnableArray("Load");
  makeTiny(other, t.file);
  other->Update();
  EXPECT_TRUE(startsWith(other->GetOutcome(), "read from '" + t.file + "'")) << other->GetOutcome();
  EXPECT_EQ(tableOf(other, 0)->GetNumberOfRows(), 3);
  EXPECT_EQ(std::filesystem::last_write_time(t.file), written);
}

TEST(Train, SaysWhatDiffersInsteadOfTraining)
{
  Training t;
  t.update();
  t.train->SetSeed(2);
  t.train->SetLatents(4);
  auto text = t.problem();
  EXPECT_TRUE(has(text, "seed: the file has 1, this run has 2")) << text;
  EXPECT_TRUE(has(text, "latents: the file has 8, this run has 4")) << text;
  EXPECT_TRUE(has(text, "Overwrite")) << text;
  EXPECT_EQ(Model::inspect(t.file).training.seed, 1u);

  t.train->SetSeed(1);
  t.train->SetLatents(8);
  t.series->change = [](vtkUnstructuredGrid* grid, int step)
  {
    if (step == 3)
    {
      grid->GetPointData()->GetArray("p")->SetComponent(0, 0, 0.125);
    }
  };
  t.series->Modified();
  text = t.problem();
  EXPECT_TRUE(has(text, "data (points, inputs or targets of the cases)")) << text;
}

TEST(Train, OverwritesOnceAndWhenToldTo)
{
  Training t;
  t.update();
  t.train->SetIfModelExists(vtkFLARETrain::OVERWRITE);
  t.train->SetSeed(5);
  t.update();
  EXPECT_EQ(Model::inspect(t.file).training.seed, 5u);
  EXPECT_TRUE(startsWith(t.train->GetOutcome(), "trained"));
  t.train->Modified();
  t.update();
  EXPECT_TRUE(startsWith(t.train->GetOutcome(), "read")) << "an execution without news does not train";
  t.train->SetSeed(6);
  t.update();
  EXPECT_TRUE(startsWith(t.train->GetOutcome(), "trained"));
}

TEST(Train, OverwriteReplacesModelsOnly)
{
  Training t;
  std::ofstream(t.file) << "hours of work";
  t.train->SetIfModelExists(vtkFLARETrain::OVERWRITE);
  const auto text = t.problem();
  EXPECT_TRUE(has(text, t.file) && has(text, "left as it is")) << text;
  EXPECT_EQ(std::filesystem::file_size(t.file), 13u);

  std::ofstream(t.file, std::ios::trunc); // an empty file holds nothing to lose
  t.update();
  EXPECT_TRUE(startsWith(t.train->GetOutcome(), "trained"));
}

TEST(Train, NeverTrains)
{
  Training t;
  t.train->NeverTrainOn();
  t.train->SetIfModelExists(vtkFLARETrain::OVERWRITE);
  auto text = t.problem();
  EXPECT_TRUE(has(text, "NeverTrain")) << text;
  EXPECT_FALSE(std::filesystem::exists(t.file));

  t.train->NeverTrainOff();
  t.update();
  t.train->NeverTrainOn();
  t.train->SetSeed(9);
  EXPECT_TRUE(has(t.problem(), "seed"));
  EXPECT_EQ(Model::inspect(t.file).training.seed, 1u);
}

TEST(Train, NoticesThatItsFileIsGone)
{
  Training t;
  t.update();
  std::filesystem::remove(t.file);
  t.update();
  EXPECT_TRUE(std::filesystem::exists(t.file));
  EXPECT_TRUE(startsWith(t.train->GetOutcome(), "trained"));
}

TEST(Train, AbortLeavesACheckpointThatResumes)
{
  Training whole;
  whole.update();

  Training t;
  bool stop = true;
  vtkNew<vtkCallbackCommand> abort;
  abort->SetClientData(&stop);
  abort->SetCallback(
    [](vtkObject* caller, unsigned long, void* stop, void*)
    {
      auto* train = vtkFLARETrain::SafeDownCast(caller);
      if (*static_cast<bool*>(stop) && train->GetProgress() > 0.06) // reading takes the first 0.05
      {
        train->SetAbortExecuteAndUpdateTime();
      }
    });
  t.train->AddObserver(vtkCommand::ProgressEvent, abort);
  t.train->Update();
  EXPECT_EQ(t.said->errors, "");
  EXPECT_TRUE(has(t.said->warnings, "IfModelExists to Resume")) << t.said->warnings;
  EXPECT_EQ(tableOf(t.train, 0)->GetNumberOfRows(), 0);
  EXPECT_TRUE(std::filesystem::exists(t.file + ".checkpoint"));
  EXPECT_LT(t.steps(), whole.steps());

  stop = false;
  t.train->SetAbortExecute(0);
  t.update();
  EXPECT_TRUE(startsWith(t.train->GetOutcome(), "read"))
    << "Reuse never continues: " << t.train->GetOutcome();
  EXPECT_TRUE(has(t.said->warnings, "did not complete"));

  t.train->SetIfModelExists(vtkFLARETrain::RESUME);
  t.update();
  EXPECT_TRUE(startsWith(t.train->GetOutcome(), "trained")) << t.train->GetOutcome();
  EXPECT_FALSE(std::filesystem::exists(t.file + ".checkpoint"));
  EXPECT_EQ(t.steps(), whole.steps());
  // Stopped and resumed is bit for bit the same as in one go.
  EXPECT_EQ(Model::load(t.file).weights(), Model::load(whole.file).weights());
}

TEST(Train, StartsFromAModel)
{
  Training first;
  first.update();
  Training second;
  second.train->SetStartFrom((first.folder / "model.safetensors").c_str());
  second.train->SetChannels(32); // of which nothing comes
  second.train->SetEpochs(1);
  second.update();
  const auto before = Model::load(first.folder / "model.safetensors");
  const auto after = Model::load(second.folder / "model.safetensors");
  EXPECT_EQ(after.info().training.startFingerprint, before.fingerprint());
  EXPECT_EQ(after.info().architecture, before.info().architecture);
  EXPECT_EQ(after.info().normalisation.targets.mean, before.info().normalisation.targets.mean);
  EXPECT_NE(after.fingerprint(), before.fingerprint());
  // And so it is the same result when it is asked for again.
  second.train->Modified();
  second.update();
  EXPECT_EQ(std::string(second.train->GetOutcome()).rfind("read from", 0), 0u) << second.train->GetOutcome();

  Training third;
  third.train->SetStartFrom("/nowhere/model.safetensors");
  third.train->Update();
  ASSERT_EQ(third.train->GetProblem()->GetNumberOfValues(), 2);
  EXPECT_EQ(third.train->GetProblem()->GetValue(0), "StartFrom");
}

TEST(Train, AnInterruptedRunKeepsTheOlderModel)
{
  Training t;
  t.update();
  t.train->SetIfModelExists(vtkFLARETrain::OVERWRITE);
  t.train->SetSeed(3);
  vtkNew<vtkCallbackCommand> abort;
  abort->SetCallback(
    [](vtkObject* caller, unsigned long, void*, void*)
    {
      auto* train = vtkFLARETrain::SafeDownCast(caller);
      if (train->GetProgress() > 0.06)
      {
        train->SetAbortExecuteAndUpdateTime();
      }
    });
  t.train->AddObserver(vtkCommand::ProgressEvent, abort);
  t.train->Update();
  EXPECT_EQ(t.said->errors, "");
  EXPECT_TRUE(std::filesystem::exists(t.file + ".checkpoint"));
  EXPECT_TRUE(has(t.said->warnings, "still holds the older model")) << t.said->warnings;
  t.train->RemoveObserver(abort);
  EXPECT_EQ(tableOf(t.train, 0)->GetNumberOfRows(), 0);
  EXPECT_EQ(Model::inspect(t.file).training.seed, 1u);
}

TEST(Train, AbortWhileReadingStopsReading)
{
  Training t;
  vtkNew<vtkCallbackCommand> abort;
  abort->SetCallback([](vtkObject* caller, unsigned long, void*, void*)
    { vtkFLARETrain::SafeDownCast(caller)->SetAbortExecuteAndUpdateTime(); });
  t.train->AddObserver(vtkCommand::ProgressEvent, abort);
  t.train->Update();
  EXPECT_EQ(t.said->errors, "");
  EXPECT_EQ(t.series->executions, 1);
  EXPECT_EQ(tableOf(t.train, 0)->GetNumberOfRows(), 0);
  EXPECT_FALSE(std::filesystem::exists(t.file));

  t.train->RemoveObserver(abort);
  t.train->SetAbortExecute(0);
  t.train->Modified();
  t.update();
  EXPECT_EQ(t.series->executions, 6) << "the first step is still there";
  EXPECT_EQ(tableOf(t.train, 0)->GetNumberOfRows(), 3);
}

namespace
{
volatile std::sig_atomic_t interrupts = 0;
}

TEST(Train, CtrlCStopsTheRunAndReachesTheProgramAfterwards)
{
  Training t;
  t.train->SetEpochs(100000);
  interrupts = 0;
  const auto before = std::signal(SIGINT, [](int) { interrupts = interrupts + 1; });
  vtkNew<vtkCallbackCommand> press;
  int pressed = 0;
  press->SetClientData(&pressed);
  press->SetCallback(
    [](vtkObject* caller, unsigned long, void* pressed, void*)
    {
      auto* count = static_cast<int*>(pressed);
      const char* text = vtkAlgorithm::SafeDownCast(caller)->GetProgressText();
      if (text && startsWith(text, "epoch") && ++*count == 3)
      {
        std::raise(SIGINT);
        EXPECT_EQ(interrupts, 0) << "the program's handler waits for the run's end";
      }
    });
  t.train->AddObserver(vtkCommand::ProgressEvent, press);
  t.train->Update();
  EXPECT_EQ(interrupts, 1);
  std::raise(SIGINT);
  EXPECT_EQ(interrupts, 2) << "the program's handler is back";
  std::signal(SIGINT, before);
  EXPECT_TRUE(std::filesystem::exists(t.file + ".checkpoint"));
  EXPECT_FALSE(Model::inspect(t.file).training.completed);
}

TEST(Train, ReportsProgress)
{
  Training t;
  std::string texts;
  vtkNew<vtkCallbackCommand> listen;
  listen->SetClientData(&texts);
  listen->SetCallback(
    [](vtkObject* caller, unsigned long, void* texts, void*)
    {
      const char* text = vtkAlgorithm::SafeDownCast(caller)->GetProgressText();
      *static_cast<std::string*>(texts) += text ? std::string(text) + "\n" : "";
    });
  t.train->AddObserver(vtkCommand::ProgressEvent, listen);
  t.update();
  for (const char* part : { "reading the cases", "epoch 1", "loss", "validation error", "left" })
  {
    EXPECT_TRUE(has(texts, part)) << part << " in:\n" << texts;
  }
}

TEST(Train, CasesAreTheInputsWhenThereAreSeveral)
{
  Training t;
  t.train->RemoveAllInputs();
  vtkSmartPointer<vtkUnstructuredGrid> grids[4];
  for (int i = 0; i < 4; ++i)
  {
    grids[i] = square(5 + i, 1.0 + i);
    t.train->AddInputDataObject(grids[i]);
  }
  t.update();
  EXPECT_STREQ(t.train->GetCasesFound(), "4 cases from inputs");
}

TEST(Train, CasesAreTheBlocksOfAComposite)
{
  Training t;
  vtkNew<vtkMultiBlockDataSet> tree;
  for (unsigned int i = 0; i < 3; ++i)
  {
    tree->SetBlock(i, square(5, 1.0 + i));
  }
  t.train->SetInputDataObject(tree);
  t.train->SetShownCase(1);
  t.update();
  EXPECT_STREQ(t.train->GetCasesFound(), "3 cases from blocks");
  auto* shown = vtkMultiBlockDataSet::SafeDownCast(t.train->GetOutputDataObject(1));
  ASSERT_NE(shown, nullptr);
  EXPECT_EQ(shown->GetBlock(0), nullptr);
  auto* block = vtkUnstructuredGrid::SafeDownCast(shown->GetBlock(1));
  ASSERT_NE(block, nullptr);
  EXPECT_TRUE(block->GetPointData()->HasArray("p_predicted"));
  EXPECT_FALSE(vtkUnstructuredGrid::SafeDownCast(tree->GetBlock(1))->GetPointData()->HasArray("p_predicted"));

  t.train->SetCasesFrom(vtkFLARETrain::INPUTS);
  t.train->SetIfModelExists(vtkFLARETrain::OVERWRITE);
  t.train->SetShownCase(-1);
  t.train->SetValidationFraction(0.0);
  for (unsigned int i = 0; i < 3; ++i)
  {
    vtkNew<vtkDoubleArray> load;
    load->SetName("Load");
    load->InsertNextValue(1.0);
    auto* grid = vtkUnstructuredGrid::SafeDownCast(tree->GetBlock(i));
    grid->GetFieldData()->RemoveArray("Load");
    grid->GetFieldData()->AddArray(load);
  }
  tree->Modified();
  t.update();
  EXPECT_STREQ(t.train->GetCasesFound(), "1 case from inputs");
  auto* all = vtkMultiBlockDataSet::SafeDownCast(t.train->GetOutputDataObject(1));
  for (unsigned int i = 0; i < 3; ++i)
  {
    EXPECT_TRUE(vtkUnstructuredGrid::SafeDownCast(all->GetBlock(i))->GetPointData()->HasArray("p_error"))
      << i;
  }
}

TEST(Train, LearnsCellsVectorsAndIntegers)
{
  Training t;
  t.train->GetPointTargetArraySelection()->DisableArray("p");
  t.train->GetCellTargetArraySelection()->EnableArray("q");
  t.train->GetPointInputArraySelection()->EnableArray("kind");
  t.train->GetPointInputArraySelection()->EnableArray("U");
  t.update();
  const auto info = Model::inspect(t.file);
  EXPECT_EQ(info.signature.association, Association::Cells);
  ASSERT_EQ(info.signature.inputs.size(), 2u);
  EXPECT_TRUE(info.signature.inputs[0].averaged);
  EXPECT_EQ(info.signature.inputChannels(), 3 + 1 + 3 + 1);
  EXPECT_TRUE(t.validation()->GetCellData()->HasArray("q_predicted"));
}

TEST(Train, TakesTheTimeAsAnInput)
{
  Training t;
  t.train->UseTimeOn();
  t.update();
  EXPECT_TRUE(Model::inspect(t.file).signature.useTime);
  EXPECT_EQ(Model::inspect(t.file).envelope.maximum.back(), 5.0);
}

TEST(Train, PreselectsTheOnlyTarget)
{
  Training t;
  t.train->GetPointTargetArraySelection()->DisableArray("p");
  EXPECT_TRUE(has(t.problem(), "no target is chosen"));
  t.series->change = [](vtkUnstructuredGrid* grid, int)
  {
    grid->GetPointData()->RemoveArray("U");
    grid->GetPointData()->RemoveArray("kind");
    grid->GetCellData()->RemoveArray("q");
  };
  t.series->Modified();
  t.update();
  EXPECT_EQ(Model::inspect(t.file).signature.targets.at(0).name, "p");
}

TEST(Train, NamesItsFileAfterTheInput)
{
  Training t;
  t.train->SetModelFile(nullptr);
  t.train->AddInputFile("0", (t.folder / "cases_000.vtu").c_str());
  EXPECT_EQ(t.train->GetModelFileInUse(), t.folder / "cases_000.vtu.flare.safetensors");
  t.update();
  EXPECT_TRUE(std::filesystem::exists(t.folder / "cases_000.vtu.flare.safetensors"));
}

TEST(Train, StopsAtBadCasesAndStartsAnewAfterwards)
{
  Training t;
  t.series->change = [](vtkUnstructuredGrid* grid, int step)
  {
    if (step == 4)
    {
      grid->GetPointData()->GetArray("p")->SetComponent(11, 0, std::nan(""));
    }
  };
  auto text = t.problem();
  EXPECT_TRUE(has(text, "time step 4") && has(text, "'p'") && has(text, "NaN") && has(text, "index 11"))
    << text;
  EXPECT_FALSE(std::filesystem::exists(t.file));

  t.series->change = nullptr;
  t.series->Modified();
  t.series->executions = 0;
  t.update();
  EXPECT_EQ(t.series->executions, 6);
}

TEST(Train, NamesComponentCountsThatDiffer)
{
  Training t;
  t.series->change = [](vtkUnstructuredGrid* grid, int step)
  {
    if (step == 2)
    {
      grid->GetPointData()->RemoveArray("p");
      grid->GetPointData()->GetArray("U")->SetName("p");
    }
  };
  const auto text = t.problem();
  EXPECT_TRUE(
    has(text, "time step 2") && has(text, "'p' has 3 components where the first case or the model has 1"))
    << text;
}

TEST(Train, RefusesWhatCannotBeTrained)
{
  Training t;
  t.train->SetHeads(3);
  EXPECT_TRUE(has(t.problem(), "heads"));
  t.train->SetHeads(2);

  t.train->SetModelFile((t.folder / "nowhere/model.safetensors").c_str());
  auto text = t.problem();
  EXPECT_TRUE(has(text, "does not exist") && has(text, "nowhere")) << text;
  t.train->SetModelFile(t.folder.path().c_str());
  t.problem();
  t.train->SetModelFile(t.file.c_str());

  t.train->AddValidationCase(17);
  text = t.problem();
  EXPECT_TRUE(has(text, "ValidationCases names case 17") && has(text, "6 cases")) << text;
  t.train->ClearValidationCases();

  t.train->SetShownCase(17);
  EXPECT_TRUE(has(t.problem(), "ShownCase"));
  t.train->SetShownCase(-1);

  t.series->change = [](vtkUnstructuredGrid* grid, int)
  { grid->GetPointData()->GetArray("p")->Fill(101325.0); };
  t.series->Modified();
  text = t.problem();
  EXPECT_TRUE(has(text, "'p' is constant")) << text;

  t.series->change = [](vtkUnstructuredGrid* grid, int step)
  {
    if (step == 1)
    {
      grid->Initialize();
    }
  };
  t.series->Modified();
  text = t.problem();
  EXPECT_TRUE(has(text, "time step 1") && has(text, "no points")) << text;

  t.series->change = [](vtkUnstructuredGrid* grid, int step)
  {
    for (vtkIdType i = 0; step == 1 && i < grid->GetNumberOfPoints(); ++i)
    {
      grid->GetPoints()->SetPoint(i, 1.0, 2.0, 3.0);
    }
  };
  t.series->Modified();
  EXPECT_TRUE(has(t.problem(), "all its points in one place"));
}

TEST(Train, AFullDiskKeepsTheOldModelAndTheResult)
{
  Training t;
  t.update();
  t.train->SetIfModelExists(vtkFLARETrain::OVERWRITE);
  t.train->SetSeed(2);
  // A bound on the size of files, as a full disk would set it.
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit = {};
  getrlimit(RLIMIT_FSIZE, &limit);
  auto small = limit;
  small.rlim_cur = 1000;
  setrlimit(RLIMIT_FSIZE, &small);
  const auto text = t.problem();
  setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, before);
  EXPECT_TRUE(has(text, t.file) && has(text, "kept in memory")) << text;
  EXPECT_EQ(Model::load(t.file).info().training.seed, 1u);

  t.train->Modified();
  t.update();
  EXPECT_TRUE(startsWith(t.train->GetOutcome(), "kept")) << t.train->GetOutcome();
  EXPECT_EQ(Model::load(t.file).info().training.seed, 2u);
}

TEST(Train, FoldersThatCannotBeWrittenAreNamedBeforeTraining)
{
  Training t;
  t.train->SetModelFile("/proc/model.safetensors");
  const auto text = t.problem();
  EXPECT_TRUE(has(text, "/proc/model.safetensors") && has(text, "nothing can be written to '/proc'")) << text;
}

TEST(Train, LearnsTensors)
{
  Training t;
  t.series->change = [](vtkUnstructuredGrid* grid, int)
  {
    vtkNew<vtkDoubleArray> stress;
    stress->SetName("stress");
    stress->SetNumberOfComponents(9);
    stress->SetNumberOfTuples(grid->GetNumberOfPoints());
    for (vtkIdType i = 0; i < grid->GetNumberOfPoints(); ++i)
    {
      for (int c = 0; c < 9; ++c)
      {
        stress->SetComponent(i, c, (c + 1) * grid->GetPoint(i)[0]);
      }
    }
    grid->GetPointData()->AddArray(stress);
  };
  t.train->GetPointTargetArraySelection()->EnableArray("stress");
  t.update();
  EXPECT_EQ(Model::inspect(t.file).signature.targetChannels(), 1 + 9);
  EXPECT_EQ(t.validation()->GetPointData()->GetArray("stress_predicted")->GetNumberOfComponents(), 9);
  EXPECT_NE(tableOf(t.train, 0)->GetColumnByName("ValidationError_stress"), nullptr);
}

TEST(Train, LargeOffsetsKeepTheirDetail)
{
  // The same plates, a millimetre wide and a thousand kilometres from the origin.
  const auto far = [](vtkUnstructuredGrid* grid, int)
  {
    for (vtkIdType i = 0; i < grid->GetNumberOfPoints(); ++i)
    {
      double x[3];
      grid->GetPoint(i, x);
      grid->GetPoints()->SetPoint(i, 1e6 + 1e-3 * x[0], 1e6 + 1e-3 * x[1], 1e6);
    }
  };
  Training near, away("far.safetensors");
  away.series->change = far;
  for (auto* t : { &near, &away })
  {
    t->train->SetPrecision(1);
    t->train->SetShownCase(0);
    t->update();
  }
  auto* expected = near.validation()->GetPointData()->GetArray("p_predicted");
  auto* found = away.validation()->GetPointData()->GetArray("p_predicted");
  for (vtkIdType i = 0; i < expected->GetNumberOfTuples(); ++i)
  {
    // A double at 1e6 resolves 1e-10, a ten-millionth of the width; 15 steps of training amplify that by far
    // less than 1e3. Coordinates that were narrowed to float before being centred would be off by 100.
    EXPECT_TRUE(std::abs(found->GetComponent(i, 0) - expected->GetComponent(i, 0)) <= 1e-4) << i;
  }
}

TEST(Train, OneCaseTrainsWithANote)
{
  Training t;
  t.series->steps = 1;
  t.update();
  EXPECT_TRUE(has(t.said->warnings, "only one case")) << t.said->warnings;
  EXPECT_TRUE(t.validation()->GetPointData()->HasArray("p_error"));
}

TEST(Train, DamagedFilesAreNamedAndKept)
{
  Training t;
  std::ofstream(t.file) << "this is no model";
  const auto text = t.problem();
  EXPECT_TRUE(has(text, t.file)) << text;
  EXPECT_EQ(std::filesystem::file_size(t.file), 16u);
}
}
