#include "vtkFLAREPredict.h"

#include "model_cache.h"
#include "support.h"
#include "vtkFLARETrain.h"

#include "flare/predictor.h"

#include <gtest/gtest.h>

#include <vtkCellData.h>
#include <vtkDataArraySelection.h>
#include <vtkDoubleArray.h>
#include <vtkErrorCode.h>
#include <vtkFieldData.h>
#include <vtkFloatArray.h>
#include <vtkInformation.h>
#include <vtkInformationStringKey.h>
#include <vtkMultiBlockDataSet.h>
#include <vtkPartitionedDataSet.h>
#include <vtkPartitionedDataSetCollection.h>
#include <vtkPointData.h>
#include <vtkStreamingDemandDrivenPipeline.h>
#include <vtkStringArray.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace flare::test
{
namespace
{
bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

// One model for all tests of this suite: training is the slow part.
class Predict : public ModelTest
{
protected:
  static void SetUpTestSuite()
  {
    ModelTest::SetUpTestSuite();
    vectorModel = trainedModel(*folder, true);
  }

  void SetUp() override
  {
    said->observe(predict);
    predict->SetModelFile(model.c_str());
    predict->SetDevice(vtkFLAREPredict::CPU);
  }

  vtkUnstructuredGrid* run(vtkUnstructuredGrid* input)
  {
    said->errors.clear();
    said->warnings.clear();
    predict->SetInputData(input);
    predict->Update();
    return vtkUnstructuredGrid::SafeDownCast(predict->GetOutputDataObject(0));
  }

  std::string problem(vtkUnstructuredGrid* input)
  {
    auto* output = run(input);
    EXPECT_EQ(output->GetNumberOfPoints(), 0);
    EXPECT_EQ(output->GetPointData()->GetNumberOfArrays(), 0);
    EXPECT_NE(predict->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));
    return said->errors;
  }

  static std::string vectorModel;
  vtkNew<vtkFLAREPredict> predict;
};

std::string Predict::vectorModel;
}

TEST_F(Predict, AddsPredictionsAndErrorsToASharedMesh)
{
  predict->SetModelFile(vectorModel.c_str());
  const auto input = square(6, 2.5);
  auto* output = run(input);
  EXPECT_EQ(said->errors, "");
  EXPECT_EQ(output->GetPoints(), input->GetPoints());
  EXPECT_EQ(output->GetCells(), input->GetCells());
  auto* points = output->GetPointData();
  EXPECT_EQ(points->GetArray("p"), input->GetPointData()->GetArray("p"));
  EXPECT_TRUE(points->HasArray("kind") && output->GetCellData()->HasArray("q"));
  EXPECT_TRUE(output->GetFieldData()->HasArray("Load"));
  EXPECT_FALSE(input->GetPointData()->HasArray("p_predicted"));

  EXPECT_EQ(points->GetArray("p_predicted")->GetDataType(), VTK_DOUBLE);
  auto* u = points->GetArray("U_predicted");
  EXPECT_EQ(u->GetDataType(), VTK_FLOAT);
  EXPECT_EQ(u->GetNumberOfComponents(), 3);
  EXPECT_STREQ(u->GetComponentName(1), "Y");
  EXPECT_STREQ(u->GetInformation()->Get(vtkDataArray::UNITS_LABEL()), "m/s");
  auto* truth = points->GetArray("U");
  auto* error = points->GetArray("U_error");
  for (vtkIdType i = 0; i < u->GetNumberOfTuples(); ++i)
  {
    for (int c = 0; c < 3; ++c)
    {
      // u' and u' - u are rounded to float each; values are below 4.
      EXPECT_NEAR(error->GetComponent(i, c), u->GetComponent(i, c) - truth->GetComponent(i, c), 5e-7);
    }
  }
}

TEST_F(Predict, GivesWhatTheEngineGives)
{
  const auto input = square(6, 2.5);
  auto* output = run(input);
  Case c;
  std::vector<double> coordinates;
  for (vtkIdType i = 0; i < 36; ++i)
  {
    coordinates.insert(coordinates.end(), input->GetPoint(i), input->GetPoint(i) + 3);
  }
  c.points = { coordinates.data(), ScalarType::Float64, 36, 3, nullptr };
  c.parameters = { 2.5 };
  std::vector<double> expected(36);
  Predictor(Model::load(model), Device::Cpu).predict(c, { { expected.data(), ScalarType::Float64, 36, 1 } });
  for (vtkIdType i = 0; i < 36; ++i)
  {
    EXPECT_EQ(output->GetPointData()->GetArray("p_predicted")->GetComponent(i, 0), expected[i]) << i;
  }
}

TEST_F(Predict, NeedsNoTruth)
{
  const auto input = square(6, 2.5);
  input->GetPointData()->RemoveArray("p");
  auto* output = run(input);
  EXPECT_EQ(said->errors, "");
  EXPECT_EQ(output->GetPointData()->GetArray("p_predicted")->GetDataType(), VTK_FLOAT);
  EXPECT_FALSE(output->GetPointData()->HasArray("p_error"));
}

TEST_F(Predict, ParametersComeFromPropertiesOrFieldData)
{
  const auto input = square(6, 2.5);
  const double fromField = run(input)->GetPointData()->GetArray("p_predicted")->GetComponent(7, 0);
  predict->SetParameterValue("Load", 2.5);
  EXPECT_EQ(run(input)->GetPointData()->GetArray("p_predicted")->GetComponent(7, 0), fromField);
  predict->SetParameterText("Load", "5");
  EXPECT_NE(run(input)->GetPointData()->GetArray("p_predicted")->GetComponent(7, 0), fromField);
  EXPECT_EQ(said->errors, "");

  ASSERT_EQ(predict->GetParameterNames()->GetNumberOfValues(), 1);
  EXPECT_EQ(predict->GetParameterNames()->GetValue(0), "Load");
  EXPECT_EQ(predict->GetParameterUnits()->GetValue(0), "N");
  ASSERT_EQ(predict->GetParameterRanges()->GetNumberOfValues(), 2);
  EXPECT_GE(predict->GetParameterRanges()->GetValue(0), 1.0);
  EXPECT_LE(predict->GetParameterRanges()->GetValue(1), 6.0);

  predict->SetParameterText("Load", "2,5 N");
  EXPECT_TRUE(has(problem(input), "'Load' to '2,5 N', which is not a finite number")) << said->errors;
  predict->ClearParameterValues();
  predict->SetParameterValue("Lod", 2.0);
  EXPECT_TRUE(has(problem(input), "'Lod', which is no parameter") && has(said->errors, "Load"))
    << said->errors;
  predict->ClearParameterValues();
  input->GetFieldData()->RemoveArray("Load");
  input->Modified();
  EXPECT_TRUE(has(problem(input), "parameter 'Load' is missing")) << said->errors;
}

TEST_F(Predict, WarnsAboutExtrapolation)
{
  auto* inside = run(square(6, 2.5));
  auto* marks = inside->GetPointData()->GetArray("inside_envelope");
  ASSERT_NE(marks, nullptr);
  EXPECT_EQ(marks->GetDataType(), VTK_UNSIGNED_CHAR);
  EXPECT_EQ(marks->GetRange()[0], 1.0);
  EXPECT_EQ(said->warnings, "");

  const auto shifted = square(6, 2.5);
  for (vtkIdType i = 0; i < 36; ++i)
  {
    double x[3];
    shifted->GetPoint(i, x);
    shifted->GetPoints()->SetPoint(i, x[0] + 0.5, x[1], x[2]);
  }
  auto* outside = run(shifted);
  EXPECT_TRUE(has(said->warnings, "x (trained on 0 to 1)")) << said->warnings;
  EXPECT_FALSE(has(said->warnings, "Load (")) << said->warnings;
  marks = outside->GetPointData()->GetArray("inside_envelope");
  EXPECT_EQ(marks->GetComponent(0, 0), 1.0);
  EXPECT_EQ(marks->GetComponent(5, 0), 0.0);
}

TEST_F(Predict, WarnsOfParametersUnlessToldNotTo)
{
  predict->SetParameterValue("Load", 1000.0);
  run(square(6, 2.5));
  EXPECT_TRUE(has(said->warnings, "Load (trained on")) << said->warnings;
  predict->SetWarnOfParameters(false);
  auto* output = run(square(6, 2.5));
  EXPECT_EQ(said->warnings, "");
  EXPECT_EQ(output->GetPointData()->GetArray("inside_envelope")->GetRange()[1], 0.0);
}

// What the network sees of the mesh is made once while only parameters change.
TEST_F(Predict, PreparesAMeshOnceWhileItStaysTheSame)
{
  const auto shared =
    filters::ModelCache::instance().predictor(model, Device::Cpu, Precision::Float32, nullptr);
  const auto mesh = square(6, 2.5);
  const auto values = [&](double load)
  {
    predict->SetParameterValue("Load", load);
    auto* array = run(mesh)->GetPointData()->GetArray("p_predicted");
    std::vector<double> result;
    for (vtkIdType i = 0; i < array->GetNumberOfTuples(); ++i)
    {
      result.push_back(array->GetComponent(i, 0));
    }
    return result;
  };
  const auto before = shared->predictor.preparations();
  const auto first = values(2.0);
  EXPECT_NE(values(3.0), first);
  EXPECT_EQ(values(2.0), first);
  EXPECT_EQ(shared->predictor.preparations(), before + 1);

  double x[3];
  mesh->GetPoint(7, x);
  mesh->GetPoints()->SetPoint(7, x[0] + 0.01, x[1], x[2]);
  mesh->GetPoints()->Modified();
  EXPECT_NE(values(2.0), first);
  EXPECT_EQ(shared->predictor.preparations(), before + 2);
}

TEST_F(Predict, ReplacesArraysOfItsOutputsWithAWarning)
{
  const auto input = square(6, 2.5);
  vtkNew<vtkFloatArray> old;
  old->SetName("p_predicted");
  old->SetNumberOfTuples(36);
  input->GetPointData()->AddArray(old);
  auto* output = run(input);
  EXPECT_TRUE(has(said->warnings, "'p_predicted'")) << said->warnings;
  EXPECT_EQ(output->GetPointData()->GetArray("p_predicted")->GetDataType(), VTK_DOUBLE);
}

TEST_F(Predict, WorksBlockByBlock)
{
  vtkNew<vtkMultiBlockDataSet> tree;
  tree->SetBlock(0, square(6, 2.5));
  vtkNew<vtkMultiBlockDataSet> inner;
  inner->SetBlock(1, square(5, 4.0));
  tree->SetBlock(1, inner);
  predict->SetInputData(tree);
  predict->Update();
  EXPECT_EQ(said->errors, "");
  auto* output = vtkMultiBlockDataSet::SafeDownCast(predict->GetOutputDataObject(0));
  ASSERT_NE(output, nullptr);
  auto* first = vtkUnstructuredGrid::SafeDownCast(output->GetBlock(0));
  auto* second =
    vtkUnstructuredGrid::SafeDownCast(vtkMultiBlockDataSet::SafeDownCast(output->GetBlock(1))->GetBlock(1));
  ASSERT_TRUE(
    first->GetPointData()->HasArray("p_predicted") && second->GetPointData()->HasArray("p_predicted"));
  EXPECT_FALSE(vtkUnstructuredGrid::SafeDownCast(tree->GetBlock(0))->GetPointData()->HasArray("p_predicted"));
  const double alone = first->GetPointData()->GetArray("p_predicted")->GetComponent(7, 0);
  EXPECT_EQ(run(square(6, 2.5))->GetPointData()->GetArray("p_predicted")->GetComponent(7, 0), alone);

  vtkNew<vtkPartitionedDataSetCollection> collection;
  collection->SetPartition(0, 0, square(6, 2.5));
  collection->SetPartition(1, 0, square(5, 4.0));
  predict->SetInputData(collection);
  predict->Update();
  auto* parts = vtkPartitionedDataSetCollection::SafeDownCast(predict->GetOutputDataObject(0));
  ASSERT_NE(parts, nullptr);
  EXPECT_TRUE(
    vtkUnstructuredGrid::SafeDownCast(parts->GetPartition(1, 0))->GetPointData()->HasArray("p_error"));
}

TEST_F(Predict, FollowsTheTimeSteps)
{
  vtkNew<Series> series;
  predict->SetInputConnection(series->GetOutputPort());
  predict->UpdateInformation();
  EXPECT_EQ(predict->GetOutputInformation(0)->Length(vtkStreamingDemandDrivenPipeline::TIME_STEPS()), 6);
  predict->UpdateTimeStep(3.0);
  EXPECT_EQ(predict->GetOutputDataObject(0)->GetNumberOfElements(vtkDataObject::POINT), 64);
  predict->UpdateTimeStep(2.0);
  EXPECT_EQ(predict->GetOutputDataObject(0)->GetNumberOfElements(vtkDataObject::POINT), 49);
  EXPECT_EQ(series->executions, 2);
}

TEST_F(Predict, LoadsAModelOncePerVersionAndNoticesANewOne)
{
  const auto copy = *folder / "copy.safetensors";
  std::filesystem::copy_file(model, copy, std::filesystem::copy_options::overwrite_existing);
  predict->SetModelFile(copy.c_str());
  const auto before = filters::ModelCache::instance().loads();
  const auto input = square(6, 2.5);
  const double first = run(input)->GetPointData()->GetArray("p_predicted")->GetComponent(7, 0);
  vtkNew<vtkFLAREPredict> other;
  other->SetModelFile(copy.c_str());
  other->SetInputData(input);
  other->Update();
  EXPECT_EQ(filters::ModelCache::instance().loads(), before + 1);

  // Another training of the same architecture appears under the same name.
  vtkNew<Series> series;
  vtkNew<vtkFLARETrain> train;
  train->SetInputConnection(series->GetOutputPort());
  train->GetPointTargetArraySelection()->EnableArray("p");
  train->GetParameterArraySelection()->EnableArray("Load");
  makeTiny(train, copy);
  train->SetSeed(7);
  train->SetIfModelExists(vtkFLARETrain::OVERWRITE);
  train->Update();
  other->Update(); // nothing but the file has changed
  EXPECT_NE(vtkUnstructuredGrid::SafeDownCast(other->GetOutputDataObject(0))
              ->GetPointData()
              ->GetArray("p_predicted")
              ->GetComponent(7, 0),
    first);

  std::filesystem::remove(copy);
  vtkNew<Messages> heard;
  heard->observe(other);
  other->Update();
  EXPECT_TRUE(has(heard->errors, copy)) << heard->errors;
  EXPECT_EQ(other->GetOutputDataObject(0)->GetNumberOfElements(vtkDataObject::POINT), 0) << "nothing stale";
}

TEST_F(Predict, TakesTheModelOfTheTrainingThatIsConnected)
{
  const auto file = *folder / "connected.safetensors";
  vtkNew<Series> series;
  vtkNew<vtkFLARETrain> train;
  train->SetInputConnection(series->GetOutputPort());
  train->GetPointTargetArraySelection()->EnableArray("p");
  train->GetParameterArraySelection()->EnableArray("Load");
  makeTiny(train, file);
  predict->SetModelFile(nullptr);
  predict->SetModelConnection(train->GetOutputPort(0));
  auto* output = run(square(6, 2.5));
  EXPECT_EQ(said->errors, "");
  EXPECT_TRUE(output->GetPointData()->HasArray("p_predicted"));
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(Predict, RefusesBadData)
{
  auto broken = square(6, 2.5);
  broken->GetPoints()->SetPoint(3, std::nan(""), 0.0, 0.0);
  EXPECT_TRUE(has(problem(broken), "the coordinates") && has(said->errors, "index 3")) << said->errors;

  vtkNew<vtkUnstructuredGrid> empty;
  EXPECT_TRUE(has(problem(empty), "no points"));

  EXPECT_EQ(run(square(6, 2.5))->GetNumberOfPoints(), 36) << "after an error all is well again";
}

TEST_F(Predict, RefusesBadModelFiles)
{
  const auto input = square(6, 2.5);
  predict->SetModelFile(nullptr);
  EXPECT_TRUE(has(problem(input), "ModelFile is empty"));
  const auto missing = *folder / "missing.safetensors";
  predict->SetModelFile(missing.c_str());
  EXPECT_TRUE(has(problem(input), missing)) << said->errors;

  const auto cut = *folder / "cut.safetensors";
  std::filesystem::copy_file(model, cut);
  std::filesystem::resize_file(cut, std::filesystem::file_size(cut) - 100);
  predict->SetModelFile(cut.c_str());
  EXPECT_TRUE(has(problem(input), cut)) << said->errors;

  const auto foreign = *folder / "foreign.safetensors";
  std::ofstream(foreign) << "solid cube";
  predict->SetModelFile(foreign.c_str());
  EXPECT_TRUE(has(problem(input), foreign)) << said->errors;
  predict->SetModelFile(folder->path().c_str());
  problem(input);
}

TEST_F(Predict, CudaWithoutAGpuSaysWhy)
{
  if (cudaAvailable())
  {
    GTEST_SKIP() << "there is a GPU";
  }
  predict->SetDevice(vtkFLAREPredict::CUDA);
  EXPECT_TRUE(has(problem(square(6, 2.5)), "CUDA")) << said->errors;
  predict->SetDevice(vtkFLAREPredict::AUTO);
  predict->SetPrecision(2);
  EXPECT_TRUE(has(problem(square(6, 2.5)), "BFloat16")) << said->errors;
}

TEST_F(Predict, OnePointIsPredicted)
{
  vtkNew<vtkUnstructuredGrid> grid;
  vtkNew<vtkPoints> points;
  points->InsertNextPoint(0.5, 0.5, 0.0);
  grid->SetPoints(points);
  predict->SetParameterValue("Load", 2.0);
  auto* output = run(grid);
  EXPECT_EQ(said->errors, "");
  EXPECT_TRUE(std::isfinite(output->GetPointData()->GetArray("p_predicted")->GetComponent(0, 0)));
}
}
