#include "vtkFLARELatents.h"

#include "case_reader.h"
#include "model_cache.h"
#include "support.h"
#include "vtkFLAREModelInfo.h"
#include "vtkFLAREPredict.h"
#include "vtkFLARESpectrum.h"
#include "vtkFLARETrain.h"

#include "flare/latents.h"

#include <gtest/gtest.h>

#include <vtkCallbackCommand.h>
#include <vtkDataArraySelection.h>
#include <vtkErrorCode.h>
#include <vtkFieldData.h>
#include <vtkMultiBlockDataSet.h>
#include <vtkPointData.h>
#include <vtkStringArray.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace flare::test
{
namespace
{
namespace fs = std::filesystem;

Case caseOf(const Model& model, vtkUnstructuredGrid* mesh)
{
  const auto alone = serialCommunicator();
  const auto meshes = filters::meshesOf(mesh, std::nan(""), false, *alone);
  return filters::readCase(
    meshes.front(), model.info().signature, filters::Targets::Ignored, nullptr, *alone);
}

// What the engine finds on the cases of a series.
LatentUse useOf(const Model& model, const Series& series, const std::vector<int>& steps)
{
  LatentUse use(model, Device::Cpu);
  for (const int step : steps)
  {
    use.add(caseOf(model, square(series.points + step % 2, step + 1.0)));
  }
  return use;
}

std::vector<double> prediction(const std::string& file, vtkAlgorithm* source = nullptr)
{
  vtkNew<vtkFLAREPredict> predict;
  predict->SetInputData(square(9, 2.5));
  predict->SetDevice(vtkFLAREPredict::CPU);
  predict->SetPrecision(1);
  predict->SetModelFile(source ? nullptr : file.c_str());
  predict->SetModelConnection(source ? source->GetOutputPort() : nullptr);
  predict->Update();
  auto* mesh = vtkDataSet::SafeDownCast(predict->GetOutputDataObject(0));
  auto* values = mesh->GetPointData()->GetArray("p_predicted");
  std::vector<double> result;
  for (vtkIdType i = 0; values && i < values->GetNumberOfTuples(); ++i)
  {
    result.push_back(values->GetComponent(i, 0));
  }
  return result;
}

class Latents : public ModelTest
{
protected:
  void SetUp() override
  {
    said->observe(latents);
    source = own / "model.safetensors";
    fs::copy_file(model, source);
    latents->SetModelFile(source.c_str());
    latents->SetDevice(vtkFLARELatents::CPU);
    latents->SetInputConnection(series->GetOutputPort());
  }

  void update()
  {
    latents->Update();
    EXPECT_EQ(said->errors, "");
  }

  void makeChange(int change, double energy = 0.9)
  {
    latents->SetChange(change);
    latents->SetEnergy(energy);
    update();
  }

  std::string text(vtkIdType row, const char* column)
  {
    return tableOf(latents, 0)->GetValueByName(row, column).ToString();
  }

  // The table is empty, and the property is the one that can put it right.
  void expectNothingBut(const std::string& property, const std::string& text)
  {
    said->errors.clear();
    latents->Modified();
    latents->Update();
    EXPECT_NE(said->errors.find(text), std::string::npos) << said->errors;
    EXPECT_NE(latents->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));
    ASSERT_EQ(latents->GetProblem()->GetNumberOfValues(), 2);
    EXPECT_EQ(latents->GetProblem()->GetValue(0), property);
    EXPECT_EQ(tableOf(latents, 0)->GetNumberOfRows(), 0);
    EXPECT_EQ(tableOf(latents, 0)->GetFieldData()->GetNumberOfArrays(), 0) << "a model for others";
    EXPECT_STREQ(latents->GetOutcome(), "");
    said->errors.clear();
  }

  bool outcomeHas(const std::string& part)
  {
    return std::string(latents->GetOutcome()).find(part) != std::string::npos;
  }

  // Which file it is: another one after it has been written.
  static std::string version(const std::string& file) { return filters::identify(file).text(); }

  Folder own; // of this test
  std::string source;
  vtkNew<Series> series;
  vtkNew<vtkFLARELatents> latents;
};
}

TEST_F(Latents, SuggestsWhatTheSpectraOfTheCasesSay)
{
  latents->SetNumberOfCases(0);
  latents->SetEnergy(0.9);
  update();
  EXPECT_EQ(series->executions, 6);
  EXPECT_STREQ(latents->GetOutcome(), "6 of 6 cases from time steps looked at");
  EXPECT_STREQ(latents->GetChangedModelFileInUse(), "");
  const auto expected = useOf(Model::load(source), *series, { 0, 1, 2, 3, 4, 5 }).suggestions(0.9).front();
  auto* table = tableOf(latents, 0);
  ASSERT_EQ(table->GetNumberOfRows(), 1);
  ASSERT_EQ(table->GetNumberOfColumns(), 4);
  EXPECT_EQ(text(0, "Block"), "0");
  EXPECT_EQ(text(0, "Latents"), "8");
  EXPECT_EQ(text(0, "Suggested"), std::to_string(expected.suggested));
  EXPECT_EQ(text(0, "Reason"), expected.reason);
  EXPECT_EQ(std::distance(fs::directory_iterator(own.path()), fs::directory_iterator()), 1) << "written";
}

TEST_F(Latents, SpreadsWhatItLooksAtAndReadsNothingElse)
{
  series->steps = 20;
  series->change = [](vtkUnstructuredGrid* grid, int step)
  {
    if (step % 5 != 0)
    {
      grid->GetFieldData()->RemoveArray("Load"); // nobody looks
    }
  };
  latents->SetNumberOfCases(4);
  makeChange(vtkFLARELatents::PRUNE);
  EXPECT_EQ(series->executions, 4);
  EXPECT_STREQ(latents->GetCasesFound(), "20 cases from time steps");
  EXPECT_TRUE(outcomeHas("4 of 20 cases from time steps looked at; pruned to ")) << latents->GetOutcome();
  const auto expected = useOf(Model::load(source), *series, { 0, 5, 10, 15 }).prune(0.9);
  EXPECT_TRUE(Model::load(latents->GetChangedModelFileInUse()) == expected);
}

TEST_F(Latents, SpreadsOverTheTimeStepsOfSeveralInputs)
{
  vtkNew<Series> shorter;
  series->steps = 4;
  shorter->steps = 2;
  latents->AddInputConnection(shorter->GetOutputPort());
  latents->SetCasesFrom(1);
  latents->SetNumberOfCases(2); // the first of the longer one and the second of the shorter one
  latents->SetEnergy(0.9);
  update();
  EXPECT_STREQ(latents->GetOutcome(), "2 of 6 cases from time steps looked at");
  EXPECT_EQ(series->executions, 2);
  EXPECT_EQ(shorter->executions, 2);
  EXPECT_EQ(text(0, "Reason"), useOf(Model::load(source), *series, { 0, 1 }).suggestions(0.9).front().reason);
}

TEST_F(Latents, TakesInputsAndBlocksForCases)
{
  vtkNew<vtkMultiBlockDataSet> tree;
  for (unsigned int i = 0; i < 3; ++i)
  {
    tree->SetBlock(i, square(6 + static_cast<int>(i), 1.0 + i));
  }
  latents->SetNumberOfCases(2);
  latents->SetEnergy(0.9);
  latents->SetInputDataObject(tree);
  update();
  EXPECT_STREQ(latents->GetOutcome(), "2 of 3 cases from blocks looked at");
  const auto reason = text(0, "Reason");
  latents->RemoveAllInputs();
  latents->AddInputDataObject(square(6, 1.0));
  latents->AddInputDataObject(square(7, 2.0));
  update();
  EXPECT_STREQ(latents->GetOutcome(), "2 of 2 cases from inputs looked at");
  EXPECT_EQ(text(0, "Reason"), reason) << "the third block was not looked at";
}

TEST_F(Latents, PrunesAsTheEngineDoes)
{
  makeChange(vtkFLARELatents::PRUNE);
  const auto file = own / "model.pruned.safetensors";
  EXPECT_EQ(latents->GetChangedModelFileInUse(), file);
  const auto expected = useOf(Model::load(source), *series, { 0, 1, 2, 3, 4, 5 }).prune(0.9);
  const auto left = expected.info().architecture.latents;
  EXPECT_LT(left, 8);
  EXPECT_TRUE(Model::load(file) == expected);
  EXPECT_EQ(text(0, "ChangedTo"), std::to_string(left));
  EXPECT_TRUE(outcomeHas("; pruned to " + std::to_string(left) + " latents, written to '" + file + "'"))
    << latents->GetOutcome();

  // At once of use, by its name and through the port Model.
  const auto whole = prediction(source), pruned = prediction(file);
  EXPECT_EQ(pruned.size(), 81u);
  EXPECT_NE(pruned, whole);
  EXPECT_EQ(prediction("", latents), pruned);
  vtkNew<vtkFLARESpectrum> spectrum;
  spectrum->SetInputData(square(6, 1.0));
  spectrum->SetModelConnection(latents->GetOutputPort());
  spectrum->Update();
  EXPECT_EQ(tableOf(spectrum, 0)->GetNumberOfRows(), 2 * left);
  vtkNew<vtkFLAREModelInfo> info;
  info->SetModelConnection(latents->GetOutputPort());
  info->Update();
  EXPECT_EQ(tableOf(info, 0)->GetValue(0, 2).ToString(), file);

  // Where nothing is changed, the model that was looked at goes through.
  latents->SetChange(vtkFLARELatents::NOTHING);
  EXPECT_EQ(prediction("", latents), whole);
}

TEST_F(Latents, KeepsAsManyAsItIsTold)
{
  latents->AddLatents(3);
  latents->SetChangedModelFile((own / "three.safetensors").c_str());
  makeChange(vtkFLARELatents::PRUNE);
  const auto three = Model::load(own / "three.safetensors");
  EXPECT_TRUE(
    three == useOf(Model::load(source), *series, { 0, 1, 2, 3, 4, 5 }).prune(std::vector<std::int64_t>{ 3 }));
  EXPECT_EQ(text(0, "ChangedTo"), "3");
}

TEST_F(Latents, GrowsAndLeavesTheFunctionAsItWas)
{
  latents->SetSeed(5);
  makeChange(vtkFLARELatents::GROW);
  const auto file = own / "model.grown.safetensors";
  EXPECT_TRUE(Model::load(file) == grow(Model::load(source), {}, 5));
  EXPECT_EQ(text(0, "ChangedTo"), "16");
  const auto before = prediction(source), after = prediction(file);
  ASSERT_EQ(after.size(), before.size());
  double largest = 0.0;
  for (const double value : before)
  {
    largest = std::max(largest, std::abs(value));
  }
  for (std::size_t i = 0; i < before.size(); ++i)
  {
    EXPECT_TRUE(std::abs(after[i] - before[i]) <= 1e-6 * largest) << i;
  }
}

TEST_F(Latents, TrainingGoesOnFromThem)
{
  latents->AddLatents(3);
  makeChange(vtkFLARELatents::PRUNE);
  const auto pruned = own / "model.pruned.safetensors", tuned = own / "tuned.safetensors";
  vtkNew<vtkFLARETrain> train;
  said->observe(train);
  train->SetInputConnection(series->GetOutputPort());
  train->GetPointTargetArraySelection()->EnableArray("p");
  train->GetParameterArraySelection()->EnableArray("Load");
  makeTiny(train, tuned);
  train->SetEpochs(1);
  train->SetStartFrom(pruned.c_str());
  train->Update();
  EXPECT_EQ(said->errors, "");
  const auto after = Model::load(tuned);
  EXPECT_EQ(after.info().training.startFingerprint, Model::load(pruned).fingerprint());
  EXPECT_EQ(after.info().architecture.latents, 3);

  // What training has made is never replaced.
  const auto before = version(tuned);
  latents->SetOverwrite(true);
  latents->SetChangedModelFile(tuned.c_str());
  expectNothingBut("ChangedModelFile", "trained or imported");
  EXPECT_EQ(version(tuned), before);
}

TEST_F(Latents, ExecutingAgainWritesNothing)
{
  makeChange(vtkFLARELatents::PRUNE);
  const auto file = own / "model.pruned.safetensors";
  const auto before = version(file);
  const int executions = series->executions;
  update();
  EXPECT_EQ(series->executions, executions) << "its own file is no news";
  latents->Modified();
  update();
  EXPECT_GT(series->executions, executions);
  EXPECT_EQ(version(file), before);
  EXPECT_TRUE(outcomeHas("which were there already in")) << latents->GetOutcome();
  // Nor does another filter with the same task.
  vtkNew<vtkFLARELatents> other;
  said->observe(other);
  other->SetModelFile(source.c_str());
  other->SetDevice(vtkFLARELatents::CPU);
  other->SetInputConnection(series->GetOutputPort());
  other->SetChange(vtkFLARELatents::PRUNE);
  other->SetEnergy(0.9);
  other->Update();
  EXPECT_EQ(said->errors, "");
  EXPECT_EQ(version(file), before);
}

TEST_F(Latents, AnotherResultIsAnErrorUntilItMayOverwrite)
{
  makeChange(vtkFLARELatents::PRUNE);
  const auto file = own / "model.pruned.safetensors";
  const auto before = version(file);
  latents->AddLatents(4);
  expectNothingBut("ChangedModelFile", "switch Overwrite on");
  EXPECT_EQ(version(file), before);
  latents->SetOverwrite(true);
  update();
  EXPECT_EQ(Model::load(file).info().architecture.latents, 4);
  EXPECT_TRUE(outcomeHas("written to")) << latents->GetOutcome();
  // A file that is changed from outside is noticed, and one that is gone is made again.
  fs::remove(file);
  update();
  EXPECT_EQ(Model::load(file).info().architecture.latents, 4);
}

TEST_F(Latents, ReplacesNothingButWhatItCanMakeAgain)
{
  latents->SetOverwrite(true);
  latents->SetChange(vtkFLARELatents::GROW);
  const auto kept = [&](const std::string& file, const std::string& text)
  {
    const auto before = version(file), ofSource = version(source);
    latents->SetChangedModelFile(file.c_str());
    expectNothingBut("ChangedModelFile", text);
    EXPECT_EQ(version(file), before);
    EXPECT_EQ(version(source), ofSource);
  };
  kept(source, "the model that is changed");
  fs::create_symlink(source, own / "link.safetensors");
  kept(own / "link.safetensors", "the model that is changed");
  std::ofstream(own / "notes.txt") << "three years of notes";
  kept(own / "notes.txt", "something else than a model");
  fs::copy_file(source, own / "copy.safetensors");
  kept(own / "copy.safetensors", "trained or imported");
  kept(own.path(), "a folder");
  kept(own / "none/model.safetensors", "does not exist");
  EXPECT_EQ(series->executions, 1) << "it says so before it looks at the cases";

  std::ofstream(own / "empty.safetensors").close();
  latents->SetChangedModelFile((own / "empty.safetensors").c_str());
  update();
  EXPECT_EQ(Model::load(own / "empty.safetensors").info().architecture.latents, 16);
}

TEST_F(Latents, SaysWhichPropertyPutsItRight)
{
  for (const double bad : { 0.0, -1.0, 1.5, std::nan("") })
  {
    latents->SetEnergy(bad);
    expectNothingBut("Energy", "above 0");
  }
  latents->SetEnergy(0.9);
  latents->SetPrecision(2);
  expectNothingBut("Precision", "BFloat16");
  latents->SetPrecision(0);
  latents->SetChange(vtkFLARELatents::PRUNE);
  latents->AddLatents(9);
  expectNothingBut("Latents", "it can keep 1 to 8, not 9");
  latents->AddLatents(1);
  expectNothingBut("Latents", "the model has 1");
  latents->ClearLatents();
  latents->SetChange(vtkFLARELatents::GROW);
  latents->AddBlock(1);
  expectNothingBut("Blocks", "block 1 does not exist");
  latents->ClearBlocks();
  latents->AddBlock(-1);
  expectNothingBut("Blocks", "block -1 does not exist");
  latents->ClearBlocks();
  latents->SetParameterValue("Speed", 1.0);
  expectNothingBut("ParameterValues", "'Speed'");
  latents->ClearParameterValues();
  latents->SetModelFile((own / "none.safetensors").c_str());
  expectNothingBut("ModelFile", "none.safetensors");
  latents->SetModelFile("");
  expectNothingBut("ModelFile", "ModelFile is empty");
  EXPECT_EQ(std::distance(fs::directory_iterator(own.path()), fs::directory_iterator()), 1) << "written";
}

TEST_F(Latents, ACaseThatCannotBeReadLeavesNothing)
{
  series->change = [](vtkUnstructuredGrid* grid, int step)
  {
    if (step == 3)
    {
      grid->GetFieldData()->RemoveArray("Load");
    }
  };
  latents->SetChange(vtkFLARELatents::PRUNE);
  expectNothingBut("ParameterValues", "time step 3");
  EXPECT_FALSE(fs::exists(own / "model.pruned.safetensors"));
  series->change = {};
  series->Modified();
  update();
  EXPECT_TRUE(outcomeHas("6 of 6 cases")) << "the next run begins anew";
}

// Progress goes on within a case and never back, and a stop leaves nothing behind.
TEST_F(Latents, CanBeStopped)
{
  series->steps = 20;
  latents->SetNumberOfCases(2);
  struct Heard
  {
    double before = 0.0;
    bool forward = true;
    bool within = false;
    bool stop = false;
  } heard;
  vtkNew<vtkCallbackCommand> listener;
  listener->SetClientData(&heard);
  listener->SetCallback(
    [](vtkObject* caller, unsigned long, void* data, void*)
    {
      auto* filter = vtkAlgorithm::SafeDownCast(caller);
      auto& heard = *static_cast<Heard*>(data);
      const double now = filter->GetProgress();
      heard.forward = heard.forward && now >= heard.before;
      heard.before = now;
      heard.within = heard.within || (now > 0.4 && now < 0.6);
      if (heard.stop && now > 0.6)
      {
        filter->SetAbortExecuteAndUpdateTime();
      }
    });
  latents->AddObserver(vtkCommand::ProgressEvent, listener);
  makeChange(vtkFLARELatents::PRUNE);
  EXPECT_TRUE(heard.within && heard.forward);
  const auto file = own / "model.pruned.safetensors";
  fs::remove(file);
  heard = {};
  heard.stop = true;
  update();
  EXPECT_FALSE(fs::exists(file));
  EXPECT_EQ(tableOf(latents, 0)->GetNumberOfRows(), 0);
  EXPECT_STREQ(latents->GetOutcome(), "");
  heard = {};
  latents->SetAbortExecute(0);
  latents->Modified();
  update();
  EXPECT_TRUE(fs::exists(file)) << "the next run begins anew";
}
}
