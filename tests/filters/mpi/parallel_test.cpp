#include "case_reader.h"
#include "parallel.h"
#include "published.h"
#include "support.h"
#include "vtkFLAREEnsembleSpectrum.h"
#include "vtkFLAREEvaluate.h"
#include "vtkFLARELatents.h"
#include "vtkFLAREPredict.h"
#include "vtkFLARERoutes.h"
#include "vtkFLARESpectrum.h"
#include "vtkFLARETrain.h"

#include "flare/error.h"
#include "flare/model.h"

#include <gtest/gtest.h>

#include <vtkDataArraySelection.h>
#include <vtkDoubleArray.h>
#include <vtkErrorCode.h>
#include <vtkFieldData.h>
#include <vtkIdTypeArray.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMPIController.h>
#include <vtkMultiBlockDataSet.h>
#include <vtkObjectFactory.h>
#include <vtkPointData.h>
#include <vtkSelection.h>
#include <vtkSelectionNode.h>
#include <vtkStreamingDemandDrivenPipeline.h>
#include <vtkTrivialProducer.h>
#include <vtkUnstructuredGridAlgorithm.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>

// Every test runs on all ranks at once. A rank that waits for another that has left shows as a time-out.
namespace flare::test
{
namespace
{
vtkMultiProcessController* world()
{
  return vtkMultiProcessController::GetGlobalController();
}

int rank()
{
  return world()->GetLocalProcessId();
}

bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

// One folder for all ranks.
std::string sharedFolder(const Folder& mine)
{
  return filters::communicatorOf(world())->broadcast(mine.path(), 0);
}

// Rank 0's cells lie left of the middle, rank 1's right of it; both have the points on the middle line. More
// ranks get nothing.
vtkSmartPointer<vtkUnstructuredGrid> half(vtkUnstructuredGrid* whole, int part)
{
  auto result = vtkSmartPointer<vtkUnstructuredGrid>::New();
  vtkNew<vtkPoints> points;
  points->SetDataTypeToDouble();
  result->SetPoints(points);
  if (part > 1)
  {
    return result;
  }
  result->GetPointData()->CopyAllocate(whole->GetPointData());
  std::map<vtkIdType, vtkIdType> numbers;
  for (vtkIdType c = 0; c < whole->GetNumberOfCells(); ++c)
  {
    double bounds[6];
    whole->GetCellBounds(c, bounds);
    if ((0.5 * (bounds[0] + bounds[1]) > 0.5) != (part == 1))
    {
      continue;
    }
    vtkNew<vtkIdList> corners;
    whole->GetCellPoints(c, corners);
    for (vtkIdType i = 0; i < corners->GetNumberOfIds(); ++i)
    {
      const auto old = corners->GetId(i);
      if (!numbers.count(old))
      {
        numbers[old] = points->InsertNextPoint(whole->GetPoint(old));
        result->GetPointData()->CopyData(whole->GetPointData(), old, numbers[old]);
      }
      corners->SetId(i, numbers[old]);
    }
    result->InsertNextCell(VTK_TRIANGLE, corners);
  }
  result->GetFieldData()->ShallowCopy(whole->GetFieldData());
  return result;
}

// A reader of square(7, 2) that has a piece for each rank, like half().
class Pieces : public vtkUnstructuredGridAlgorithm
{
public:
  static Pieces* New();
  vtkTypeMacro(Pieces, vtkUnstructuredGridAlgorithm);

protected:
  Pieces() { this->SetNumberOfInputPorts(0); }
  int RequestInformation(vtkInformation*, vtkInformationVector**, vtkInformationVector* outputs) override
  {
    outputs->GetInformationObject(0)->Set(vtkAlgorithm::CAN_HANDLE_PIECE_REQUEST(), 1);
    return 1;
  }
  int RequestData(vtkInformation*, vtkInformationVector**, vtkInformationVector* outputs) override
  {
    using Pipeline = vtkStreamingDemandDrivenPipeline;
    auto* information = outputs->GetInformationObject(0);
    const bool all = information->Get(Pipeline::UPDATE_NUMBER_OF_PIECES()) < 2;
    const auto whole = square(7, 2.0);
    vtkUnstructuredGrid::GetData(information)
      ->ShallowCopy(all ? whole : half(whole, information->Get(Pipeline::UPDATE_PIECE_NUMBER())));
    return 1;
  }
};
vtkStandardNewMacro(Pieces);

// A serial reader's view: the first rank has everything, the others nothing at all.
vtkSmartPointer<vtkUnstructuredGrid> onFirstRank(vtkUnstructuredGrid* whole)
{
  auto result = vtkSmartPointer<vtkUnstructuredGrid>::New();
  if (rank() == 0)
  {
    result->ShallowCopy(whole);
  }
  return result;
}

struct Filters
{
  explicit Filters(const std::string& file)
  {
    said->observe(train);
    makeTiny(train, file);
    train->GetPointTargetArraySelection()->EnableArray("p");
    train->GetParameterArraySelection()->EnableArray("Load");
  }
  vtkNew<vtkFLARETrain> train;
  vtkNew<Messages> said;
};
}

TEST(Parallel, ReducesInRankOrder)
{
  auto communicator = filters::communicatorOf(world());
  const int size = communicator->size();
  ASSERT_GE(size, 2);
  std::vector<double> values(3000000, 0.1 * (rank() + 1));
  communicator->sum(values.data(), static_cast<std::int64_t>(values.size()));
  double expected = 0.1;
  for (int r = 1; r < size; ++r)
  {
    expected += 0.1 * (r + 1);
  }
  EXPECT_EQ(values.front(), expected);
  EXPECT_EQ(values.back(), expected);
  std::int64_t count = rank();
  communicator->sum(&count, 1);
  EXPECT_EQ(count, size * (size - 1) / 2);
  float largest = static_cast<float>(rank());
  communicator->max(&largest, 1);
  EXPECT_EQ(largest, static_cast<float>(size - 1));
  const std::string text(5000000, static_cast<char>('a' + rank()));
  EXPECT_EQ(communicator->broadcast(text, 1), std::string(5000000, 'b'));
  EXPECT_EQ(communicator->broadcast(rank() == 0 ? "" : "x", 0), "");
}

TEST(Parallel, AFailureOnOneRankIsEveryones)
{
  auto communicator = filters::communicatorOf(world());
  try
  {
    onEveryRank(*communicator,
      []
      {
        if (rank() == 1)
        {
          throw Error("the disk is on fire");
        }
      });
    FAIL();
  }
  catch (const Error& e)
  {
    EXPECT_TRUE(has(e.what(), "rank 1") && has(e.what(), "the disk is on fire")) << e.what();
  }
}

TEST(Parallel, SharedPointsCountOnce)
{
  const auto whole = square(7, 2.0); // 7 points on the middle line
  auto communicator = filters::communicatorOf(world());
  for (const bool byIds : { false, true })
  {
    if (byIds)
    {
      vtkNew<vtkIdTypeArray> ids;
      ids->SetName("ids");
      for (vtkIdType i = 0; i < whole->GetNumberOfPoints(); ++i)
      {
        ids->InsertNextValue(1000 + i);
      }
      whole->GetPointData()->SetGlobalIds(ids);
    }
    const auto mine = half(whole, rank());
    filters::CaseMesh mesh;
    mesh.name = "input";
    mesh.pieces.emplace_back(mine);
    mesh.fieldData.emplace_back(mine->GetFieldData());
    Signature signature;
    signature.targets.resize(1);
    signature.targets[0].name = "p";
    filters::ReadingNotes notes;
    const auto c =
      filters::readCase(mesh, signature, filters::Targets::Required, nullptr, *communicator, &notes);
    EXPECT_EQ(notes.sharedPoints, 7);
    std::int64_t owned = 0;
    for (std::int64_t i = 0; i < c.count(); ++i)
    {
      owned += c.owned.data && c.owned.at(i, 0) == 0.0 ? 0 : 1;
    }
    communicator->sum(&owned, 1);
    EXPECT_EQ(owned, 49);
  }
}

// After another time step a serial reader leaves that step's field data on ranks without points.
TEST(Parallel, ParametersComeFromWhereThePointsAre)
{
  auto communicator = filters::communicatorOf(world());
  const auto whole = square(5, 2.0);
  const auto other = square(5, 7.0);
  filters::CaseMesh mesh;
  mesh.name = "input";
  mesh.pieces.emplace_back(onFirstRank(whole));
  mesh.fieldData.emplace_back(rank() == 0 ? whole->GetFieldData() : other->GetFieldData());
  Signature signature;
  signature.parameters.resize(1);
  signature.parameters[0].name = "Load";
  const auto c = filters::readCase(mesh, signature, filters::Targets::Ignored, nullptr, *communicator);
  EXPECT_EQ(c.parameters.front(), 2.0);
}

TEST(Parallel, ASerialReadersDataTrainsPredictsAndScores)
{
  Folder mine;
  const auto folder = sharedFolder(mine);
  Filters f(folder + "/model.safetensors");
  for (int i = 0; i < 4; ++i)
  {
    f.train->AddInputDataObject(onFirstRank(square(5 + i, 1.0 + i)));
  }
  f.train->Update();
  ASSERT_EQ(f.said->errors, "");
  ASSERT_EQ(f.train->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));
  EXPECT_EQ(tableOf(f.train, 0)->GetNumberOfRows(), rank() == 0 ? 3 : 0);
  EXPECT_EQ(tableOf(f.train, 0)->GetNumberOfColumns(), 6);

  vtkNew<vtkFLAREPredict> predict;
  predict->SetModelConnection(f.train->GetOutputPort(0));
  predict->SetInputData(onFirstRank(square(6, 2.0)));
  predict->Update();
  EXPECT_EQ(predict->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));

  vtkNew<vtkFLAREEvaluate> evaluate;
  evaluate->SetModelFile(f.train->GetModelFile());
  evaluate->AddInputDataObject(onFirstRank(square(6, 2.0)));
  evaluate->AddInputDataObject(onFirstRank(square(7, 3.0)));
  evaluate->Update();
  EXPECT_EQ(tableOf(evaluate, 0)->GetNumberOfRows(), rank() == 0 ? 2 : 0);
  world()->Barrier();
}

namespace
{
// Rank 0 has the points left of the middle line and on it, rank 1 the others; no point twice, and no cells.
vtkSmartPointer<vtkUnstructuredGrid> disjoint(vtkUnstructuredGrid* whole, int part)
{
  auto result = vtkSmartPointer<vtkUnstructuredGrid>::New();
  vtkNew<vtkPoints> points;
  points->SetDataTypeToDouble();
  result->SetPoints(points);
  result->GetPointData()->CopyAllocate(whole->GetPointData());
  for (vtkIdType i = 0; i < whole->GetNumberOfPoints(); ++i)
  {
    if ((whole->GetPoint(i)[0] > 0.5 ? 1 : 0) == part)
    {
      result->GetPointData()->CopyData(whole->GetPointData(), i, points->InsertNextPoint(whole->GetPoint(i)));
    }
  }
  if (part < 2)
  {
    result->GetFieldData()->ShallowCopy(whole->GetFieldData());
  }
  return result;
}

using Split = vtkSmartPointer<vtkUnstructuredGrid> (*)(vtkUnstructuredGrid*, int);

// Trains on split meshes and on whole ones, and compares the predictions of both models on a split mesh with
// each other. The warnings of the first training come back.
std::string expectTheSerialResult(Split cut)
{
  Folder mine;
  const auto folder = sharedFolder(mine);
  const auto whole = square(7, 2.0);

  // Trained on the split mesh and, by the first rank's part of the same steps, on the whole.
  Filters split(folder + "/split.safetensors"), serial(folder + "/serial.safetensors");
  for (auto* f : { &split, &serial })
  {
    for (int i = 0; i < 3; ++i)
    {
      const auto mesh = square(7, 1.0 + i);
      f->train->AddInputDataObject(f == &split ? cut(mesh, rank()) : onFirstRank(mesh));
    }
    f->train->SetPrecision(1);
    f->train->SetSeed(4);
    f->train->Update();
    EXPECT_EQ(f->said->errors, "");
  }

  vtkNew<vtkFLAREPredict> predict;
  predict->SetPrecision(1);
  predict->SetInputData(cut(whole, rank()));
  std::map<std::string, std::map<std::pair<double, double>, double>> found;
  for (const std::string name : { "split", "serial" })
  {
    predict->SetModelFile((folder + "/" + name + ".safetensors").c_str());
    predict->Update();
    EXPECT_EQ(predict->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));
    auto* mesh = vtkUnstructuredGrid::SafeDownCast(predict->GetOutputDataObject(0));
    for (vtkIdType i = 0; i < mesh->GetNumberOfPoints(); ++i)
    {
      const double* x = mesh->GetPoint(i);
      found[name][{ x[0], x[1] }] = mesh->GetPointData()->GetArray("p_predicted")->GetComponent(i, 0);
    }
  }
  for (const auto& [place, value] : found["serial"])
  {
    // Double arithmetic; 6 training steps amplify the order of sums by far less than 1e6.
    EXPECT_TRUE(std::abs(found["split"][place] - value) <= 1e-9) << place.first << " " << place.second;
  }
  world()->Barrier();
  return split.said->warnings;
}
}

TEST(Parallel, SplitMeshesGiveTheSerialResult)
{
  EXPECT_EQ(expectTheSerialResult(&disjoint), "");
}

TEST(Parallel, PointsOfSeveralRanksCountOnce)
{
  EXPECT_EQ(has(expectTheSerialResult(&half), "points are held by several ranks"), rank() == 0);
}

// As ParaView's window does it where a server has several processes.
TEST(Parallel, TrainsInSlicesBehindTheWindow)
{
  Folder mine;
  const auto folder = sharedFolder(mine);
  Filters behind(folder + "/behind.safetensors"), before(folder + "/before.safetensors");
  for (auto* f : { &behind, &before })
  {
    for (int i = 0; i < 3; ++i)
    {
      f->train->AddInputDataObject(disjoint(square(50, 1.0 + i), rank()));
    }
    f->train->SetEpochs(30); // of 3 steps of some ms each: many slices of 80 ms
  }
  before.train->Update();

  const auto state = [&] { return std::string(behind.train->GetTrainingState()); };
  const auto step = [&] { return behind.train->GetTrainingProgress()->GetValue(1); };
  const auto read = [&]
  {
    do
    {
      behind.train->Update();
    } while (state() == "reading" || state() == "checking");
  };
  behind.train->SetBackground(true);
  read();
  behind.train->StartTraining(); // in spite of the report's warnings
  behind.train->StartTraining(); // no harm
  behind.train->Update();
  EXPECT_EQ(behind.train->GetInSlices(), world()->GetNumberOfProcesses() > 1);
  if (behind.train->GetInSlices())
  {
    EXPECT_EQ(state(), "preparing");
    behind.train->AdvanceTraining();
    EXPECT_EQ(state(), "training");
    behind.train->PauseTraining();
    const double paused = step();
    EXPECT_GT(paused, 0.0);
    behind.train->AdvanceTraining();
    EXPECT_EQ(step(), paused);
    behind.train->ContinueTraining();
    behind.train->Update();
    EXPECT_TRUE(rank() > 1 || vtkDataSet::SafeDownCast(behind.train->GetOutputDataObject(1))
                                ->GetPointData()
                                ->HasArray("p_predicted"));
    while (state() == "training")
    {
      behind.train->AdvanceTraining();
    }
    EXPECT_EQ(state(), "completed");
    behind.train->Update();
    EXPECT_EQ(behind.said->errors, "");
    const auto ours = Model::load(folder + "/behind.safetensors").weights();
    EXPECT_EQ(ours, Model::load(folder + "/before.safetensors").weights());

    // A run that is stopped while it is paused.
    behind.train->SetSeed(9);
    behind.train->SetModelFile((folder + "/stopped.safetensors").c_str());
    behind.train->SetEpochs(1000000);
    read();
    behind.train->AdvanceTraining();
    behind.train->PauseTraining();
    behind.train->StopTraining();
    EXPECT_EQ(state(), "stopped");
    EXPECT_TRUE(std::filesystem::exists(folder + "/stopped.safetensors.checkpoint"));
    EXPECT_TRUE(std::filesystem::exists(folder + "/stopped.safetensors"));
    behind.train->Update();
    EXPECT_EQ(behind.said->errors, "");
  }
  world()->Barrier();
}

TEST(Parallel, NaNOnOneRankStopsAll)
{
  Folder mine;
  const auto folder = sharedFolder(mine);
  Filters f(folder + "/model.safetensors");
  for (int i = 0; i < 3; ++i)
  {
    const auto part = half(square(7, 1.0 + i), rank());
    if (i == 1 && rank() == 1)
    {
      part->GetPointData()->GetArray("p")->SetComponent(4, 0, std::nan(""));
    }
    f.train->AddInputDataObject(part);
  }
  f.train->Update();
  EXPECT_NE(f.train->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError)) << "on every rank";
  if (rank() == 0)
  {
    EXPECT_TRUE(has(f.said->errors, "rank 1") && has(f.said->errors, "input 2") && has(f.said->errors, "NaN"))
      << f.said->errors;
  }
  EXPECT_FALSE(std::filesystem::exists(folder + "/model.safetensors"));
  world()->Barrier();
}

TEST(Parallel, AMissingArrayOnOneRankStopsAll)
{
  Folder mine;
  const auto folder = sharedFolder(mine);
  Filters f(folder + "/model.safetensors");
  const auto part = half(square(7, 1.0), rank());
  if (rank() == 1)
  {
    part->GetPointData()->RemoveArray("p");
  }
  f.train->AddInputDataObject(part);
  f.train->Update();
  EXPECT_NE(f.train->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));
  if (rank() == 0)
  {
    EXPECT_TRUE(has(f.said->errors, "rank 1") && has(f.said->errors, "'p'")) << f.said->errors;
  }
  world()->Barrier();
}

TEST(Parallel, AModelFileThatOneRankCannotReadStopsAll)
{
  Folder mine;
  const auto folder = sharedFolder(mine);
  Filters f(folder + "/model.safetensors");
  f.train->AddInputDataObject(half(square(7, 1.0), rank()));
  f.train->Update();
  ASSERT_EQ(f.said->errors, "");
  vtkNew<vtkFLAREPredict> predict;
  vtkNew<Messages> said;
  said->observe(predict);
  predict->SetModelFile(rank() == 1 ? (folder + "/gone.safetensors").c_str() : f.train->GetModelFile());
  predict->SetInputData(half(square(7, 1.0), rank()));
  predict->Update();
  EXPECT_NE(predict->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));
  if (rank() == 0)
  {
    EXPECT_TRUE(has(said->errors, "rank 1") && has(said->errors, "gone.safetensors")) << said->errors;
  }
  world()->Barrier();
}

TEST(Parallel, SpectraOfSplitMeshesAreTheSerialOnes)
{
  Folder mine;
  const auto folder = sharedFolder(mine);
  Filters f(folder + "/model.safetensors");
  f.train->AddInputDataObject(onFirstRank(square(7, 2.0)));
  f.train->Update();
  ASSERT_EQ(f.said->errors, "");
  std::vector<std::vector<double>> eigenvalues;
  for (const bool split : { false, true })
  {
    vtkNew<vtkFLARESpectrum> spectrum;
    spectrum->SetModelFile(f.train->GetModelFile());
    spectrum->SetPrecision(1);
    spectrum->SetInputData(split ? half(square(7, 2.0), rank()) : onFirstRank(square(7, 2.0)));
    spectrum->Update();
    ASSERT_EQ(spectrum->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));
    eigenvalues.emplace_back();
    for (vtkIdType i = 0; i < tableOf(spectrum, 0)->GetNumberOfRows(); ++i)
    {
      eigenvalues.back().push_back(tableOf(spectrum, 0)->GetValueByName(i, "Eigenvalue").ToDouble());
    }
  }
  ASSERT_EQ(eigenvalues[0].size(), rank() == 0 ? 16u : 0u);
  for (std::size_t i = 0; i < eigenvalues[0].size(); ++i)
  {
    EXPECT_TRUE(std::abs(eigenvalues[0][i] - eigenvalues[1][i]) <= 1e-11) << i;
  }
  world()->Barrier();
}

// The values of an array on the whole mesh's points, which rank 0 alone has, for all ranks.
std::vector<double> fromFirstRank(vtkDataSet* mesh, const std::string& name)
{
  auto* array = mesh->GetPointData()->GetArray(name.c_str());
  std::string bytes;
  for (vtkIdType i = 0; array && rank() == 0 && i < array->GetNumberOfTuples(); ++i)
  {
    const double value = array->GetComponent(i, 0);
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  bytes = filters::communicatorOf(world())->broadcast(bytes, 0);
  std::vector<double> values(bytes.size() / sizeof(double));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

// A model that was imported, on a mesh whose middle line two ranks hold.
TEST(Parallel, ModesOfAPublishedCheckpointOnSplitMeshesAreTheSerialOnes)
{
  Folder mine;
  const auto file =
    filters::communicatorOf(world())->broadcast(Published().importTo(mine), 0); // the first rank's
  constexpr int n = 7, modes = 3;
  const auto whole = square(n, 1.0);
  std::vector<std::string> names;
  for (const char* side : { "mode", "left" })
  {
    for (int mode = 0; mode < modes; ++mode)
    {
      names.push_back(std::string(side) + "_b1_h2_" + std::to_string(mode));
    }
  }
  vtkNew<vtkFLARESpectrum> alone, split;
  for (auto* spectrum : { alone.Get(), split.Get() })
  {
    spectrum->SetModelFile(file.c_str());
    spectrum->SetPrecision(1);
    spectrum->SetBlock(1);
    spectrum->SetHead(2);
    spectrum->SetNumberOfModes(modes);
    spectrum->SetInputData(spectrum == alone ? onFirstRank(whole) : half(whole, rank()));
    spectrum->Update();
    ASSERT_EQ(spectrum->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));
  }
  ASSERT_EQ(tableOf(split, 0)->GetNumberOfRows(), rank() == 0 ? 4 * 16 : 0);
  for (vtkIdType i = 0; i < tableOf(split, 0)->GetNumberOfRows(); ++i)
  {
    EXPECT_TRUE(std::abs(tableOf(split, 0)->GetValueByName(i, "Eigenvalue").ToDouble() -
                         tableOf(alone, 0)->GetValueByName(i, "Eigenvalue").ToDouble()) <= 1e-11)
      << i;
  }
  auto* parts = vtkDataSet::SafeDownCast(split->GetOutputDataObject(1));
  for (const auto& name : names)
  {
    const auto expected = fromFirstRank(vtkDataSet::SafeDownCast(alone->GetOutputDataObject(1)), name);
    ASSERT_EQ(expected.size(), static_cast<std::size_t>(n * n)) << name;
    auto* array = parts->GetPointData()->GetArray(name.c_str());
    ASSERT_TRUE(array || parts->GetNumberOfPoints() == 0) << name;
    for (vtkIdType i = 0; i < parts->GetNumberOfPoints(); ++i)
    {
      const double* x = parts->GetPoint(i);
      const auto place =
        static_cast<std::size_t>(std::lround(x[1] * (n - 1)) * n + std::lround(x[0] * (n - 1)));
      // Sums to 1e-14 of each other, over gaps between eigenvalues of at least 1e-4.
      EXPECT_TRUE(std::abs(array->GetComponent(i, 0) - expected[place]) <= 1e-9) << name << " " << place;
    }
  }
  world()->Barrier();
}

TEST(Parallel, EnsemblesOfSplitMeshesHaveTheSerialDistribution)
{
  Folder mine;
  const auto folder = sharedFolder(mine);
  Filters f(folder + "/model.safetensors");
  f.train->AddInputDataObject(onFirstRank(square(7, 2.0)));
  f.train->Update();
  ASSERT_EQ(f.said->errors, "");
  std::vector<std::vector<double>> values;
  std::vector<std::string> first;
  for (const bool split : { false, true })
  {
    vtkNew<vtkFLAREEnsembleSpectrum> ensemble;
    vtkNew<Messages> said;
    said->observe(ensemble);
    ensemble->SetModelFile(f.train->GetModelFile());
    ensemble->SetPrecision(1);
    for (int i = 0; i < 3; ++i)
    {
      const auto mesh = square(6 + i, 1.0 + 3.0 * i * i);
      ensemble->AddInputDataObject(split ? half(mesh, rank()) : onFirstRank(mesh));
    }
    ensemble->Update();
    EXPECT_EQ(said->errors, "");
    EXPECT_EQ(has(said->warnings, "points are held by several ranks"), split && rank() == 0)
      << said->warnings;
    ASSERT_EQ(ensemble->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));
    EXPECT_EQ(tableOf(ensemble, 1)->GetNumberOfRows(), rank() == 0 ? 3 : 0);
    EXPECT_EQ(tableOf(ensemble, 2)->GetNumberOfRows(), rank() == 0 ? 8 : 0);
    EXPECT_EQ(tableOf(ensemble, 2)->GetNumberOfColumns(), 7) << "for ParaView, which joins them";
    auto& found = values.emplace_back();
    auto* table = tableOf(ensemble, 0);
    for (vtkIdType row = 0; row < table->GetNumberOfRows(); ++row)
    {
      for (const char* column : { "Median", "Lower", "Upper", "Smallest", "Largest" })
      {
        found.push_back(table->GetValueByName(row, column).ToDouble());
      }
    }
    for (vtkIdType row = 0; row < tableOf(ensemble, 1)->GetNumberOfRows(); ++row)
    {
      found.push_back(tableOf(ensemble, 1)->GetValueByName(row, "Departure").ToDouble());
      first.push_back(tableOf(ensemble, 1)->GetValueByName(0, "Case").ToString());
    }
  }
  EXPECT_EQ(values[0].size(), rank() == 0 ? 16u * 5 + 3 : 0u);
  EXPECT_EQ(values[1].size(), values[0].size());
  for (std::size_t i = 0; i < std::min(values[0].size(), values[1].size()); ++i)
  {
    // In double; quantiles and departures are no more sensitive than the eigenvalues (whose sum is above 1).
    EXPECT_TRUE(std::abs(values[0][i] - values[1][i]) <= 1e-10) << i;
  }
  EXPECT_TRUE(first.empty() || first.front() == first.back());
  world()->Barrier();
}

TEST(Parallel, LatentsOfSplitMeshesAreTheSerialOnes)
{
  Folder mine;
  const auto folder = sharedFolder(mine);
  Filters f(folder + "/model.safetensors");
  f.train->AddInputDataObject(onFirstRank(square(7, 2.0)));
  f.train->Update();
  ASSERT_EQ(f.said->errors, "");
  std::vector<std::string> reasons, fingerprints;
  for (const bool split : { false, true })
  {
    vtkNew<vtkFLARELatents> latents;
    vtkNew<Messages> said;
    said->observe(latents);
    latents->SetModelConnection(f.train->GetOutputPort());
    latents->SetPrecision(1);
    latents->SetEnergy(0.9);
    latents->SetChange(vtkFLARELatents::PRUNE);
    const auto file = folder + (split ? "/split.safetensors" : "/whole.safetensors");
    latents->SetChangedModelFile(file.c_str());
    for (int i = 0; i < 3; ++i)
    {
      const auto mesh = square(6 + i, 1.0 + 3.0 * i * i);
      latents->AddInputDataObject(split ? half(mesh, rank()) : onFirstRank(mesh));
    }
    latents->Update();
    EXPECT_EQ(said->errors, "");
    auto* table = tableOf(latents, 0);
    EXPECT_EQ(table->GetNumberOfRows(), rank() == 0 ? 1 : 0);
    EXPECT_EQ(table->GetNumberOfColumns(), 5) << "for ParaView, which joins them";
    if (rank() == 0)
    {
      reasons.push_back(table->GetValueByName(0, "Reason").ToString());
    }
    EXPECT_TRUE(has(latents->GetOutcome(), "written to '" + file)) << latents->GetOutcome();
    fingerprints.push_back(Model::load(file).fingerprint());

    // All ranks find it there; another one is an error of all; one that is gone is made again.
    latents->Modified();
    latents->Update();
    EXPECT_TRUE(has(latents->GetOutcome(), "were there already")) << latents->GetOutcome();
    latents->AddLatents(1);
    latents->Update();
    EXPECT_NE(latents->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));
    EXPECT_EQ(has(said->errors, "switch Overwrite on"), rank() == 0) << said->errors;
    EXPECT_EQ(Model::load(file).fingerprint(), fingerprints.back());
    world()->Barrier();
    if (rank() == 0)
    {
      std::filesystem::remove(file);
    }
    world()->Barrier();
    latents->Update();
    EXPECT_EQ(Model::load(file).info().architecture.latents, 1);
    world()->Barrier();
  }
  EXPECT_TRUE(reasons.empty() || reasons.front() == reasons.back());
  EXPECT_EQ(fingerprints.front(), fingerprints.back());
  world()->Barrier();
}

TEST(Parallel, RoutesOnSplitMeshesAreTheSerialOnes)
{
  Folder mine;
  const auto folder = sharedFolder(mine);
  Filters f(folder + "/model.safetensors");
  for (int i = 0; i < 3; ++i)
  {
    f.train->AddInputDataObject(disjoint(square(7, 1.0 + i), rank()));
  }
  f.train->Update();
  const auto whole = square(7, 2.5);
  std::vector<std::map<std::pair<double, double>, double>> found;
  std::vector<std::vector<double>> latents;
  // A rank's part of the mesh, then all of it on the first rank.
  for (const auto& part : { disjoint(whole, rank()), onFirstRank(whole) })
  {
    vtkNew<vtkFLARERoutes> routes;
    vtkNew<Messages> said;
    said->observe(routes);
    routes->SetModelFile((folder + "/model.safetensors").c_str());
    routes->SetPrecision(1);
    routes->SetInputData(part);
    routes->SetPosition(0.9, 0.4, 0.0); // of the second rank in the one, of the first in the other
    routes->Update();
    EXPECT_EQ(said->errors, "");
    auto* mesh = vtkUnstructuredGrid::SafeDownCast(routes->GetOutputDataObject(0));
    auto* route = mesh->GetPointData()->GetArray("route_b0");
    auto& values = found.emplace_back();
    for (vtkIdType i = 0; i < mesh->GetNumberOfPoints(); ++i)
    {
      const double* x = mesh->GetPoint(i);
      values[{ x[0], x[1] }] = route->GetComponent(i, 0);
    }
    auto* table = tableOf(routes, 1);
    EXPECT_EQ(table->GetNumberOfRows() > 0, rank() == 0) << "one rank has the table";
    auto& shares = latents.emplace_back();
    for (vtkIdType i = 0; i < table->GetNumberOfRows(); ++i)
    {
      shares.push_back(table->GetValueByName(i, "Head_1").ToDouble());
    }
  }
  if (rank() == 0)
  {
    for (const auto& [place, value] : found[0])
    {
      EXPECT_NEAR(value, found[1][place], 1e-12); // in double, sums in another order
    }
    for (std::size_t i = 0; i < latents[0].size(); ++i)
    {
      EXPECT_NEAR(latents[0][i], latents[1][i], 1e-12);
    }
  }
  world()->Barrier();
}

// Points of the middle line, which two ranks hold and have selected, and of the right end.
TEST(Parallel, RoutesOfASelectionCountPointsOfSeveralRanksOnce)
{
  Folder mine;
  const auto folder = sharedFolder(mine);
  Filters f(folder + "/model.safetensors");
  f.train->AddInputDataObject(onFirstRank(square(7, 2.0)));
  f.train->Update();
  ASSERT_EQ(f.said->errors, "");
  std::vector<std::vector<double>> latents;
  const auto whole = square(7, 2.5);
  for (const auto& part : { half(whole, rank()), onFirstRank(whole) })
  {
    vtkNew<vtkIdTypeArray> list;
    for (vtkIdType i = 0; i < part->GetNumberOfPoints(); ++i)
    {
      if (part->GetPoint(i)[0] == 0.5 || part->GetPoint(i)[0] == 1.0)
      {
        list->InsertNextValue(i);
      }
    }
    vtkNew<vtkSelectionNode> node;
    node->SetFieldType(vtkSelectionNode::POINT);
    node->SetContentType(vtkSelectionNode::INDICES);
    node->SetSelectionList(list);
    vtkNew<vtkSelection> selection;
    selection->AddNode(node);
    vtkNew<vtkTrivialProducer> producer;
    producer->SetOutput(selection);
    vtkNew<vtkFLARERoutes> routes;
    vtkNew<Messages> said;
    said->observe(routes);
    routes->SetModelFile(f.train->GetModelFile());
    routes->SetPrecision(1);
    routes->SetInputData(part);
    routes->SetSelectionConnection(producer->GetOutputPort());
    routes->Update();
    EXPECT_EQ(said->errors, "");
    auto& shares = latents.emplace_back();
    for (vtkIdType i = 0; i < tableOf(routes, 1)->GetNumberOfRows(); ++i)
    {
      shares.push_back(tableOf(routes, 1)->GetValueByName(i, "Head_1").ToDouble());
    }
  }
  ASSERT_EQ(latents[0].size(), rank() == 0 ? 8u : 0u);
  for (std::size_t i = 0; i < latents[0].size(); ++i)
  {
    EXPECT_NEAR(latents[0][i], latents[1][i], 1e-12);
  }
  world()->Barrier();
}

// However a filter is executed: here every rank asks it for everything.
TEST(Parallel, EveryRankReadsItsOwnPiece)
{
  Folder mine;
  const auto folder = sharedFolder(mine);
  Filters f(folder + "/model.safetensors");
  vtkNew<Pieces> reader;
  f.train->AddInputConnection(reader->GetOutputPort());
  f.train->Update(1);
  ASSERT_EQ(f.said->errors, "");
  const auto expected = half(square(7, 2.0), rank())->GetNumberOfPoints();
  EXPECT_EQ(reader->GetOutput()->GetNumberOfPoints(), expected);
  const auto readBy = [&](auto* filter)
  {
    reader->Modified();
    filter->SetModelFile(f.train->GetModelFile());
    filter->SetInputConnection(reader->GetOutputPort());
    filter->UpdatePiece(0, 1, 0);
    return reader->GetOutput()->GetNumberOfPoints();
  };
  EXPECT_EQ(readBy(vtkNew<vtkFLAREPredict>().Get()), expected);
  EXPECT_EQ(readBy(vtkNew<vtkFLAREEvaluate>().Get()), expected);
  EXPECT_EQ(readBy(vtkNew<vtkFLARESpectrum>().Get()), expected);
  EXPECT_EQ(readBy(vtkNew<vtkFLARERoutes>().Get()), expected);
  world()->Barrier();
}

TEST(Parallel, BlocksMayLieOnOneRankOnly)
{
  Folder mine;
  const auto folder = sharedFolder(mine);
  Filters f(folder + "/model.safetensors");
  vtkNew<vtkMultiBlockDataSet> tree;
  tree->SetNumberOfBlocks(2);
  if (rank() < 2)
  {
    tree->SetBlock(static_cast<unsigned int>(rank()), square(6, 1.0 + rank()));
  }
  f.train->SetInputDataObject(tree);
  f.train->Update();
  EXPECT_EQ(f.said->errors, "");
  EXPECT_STREQ(f.train->GetCasesFound(), "2 cases from blocks");
  world()->Barrier();
}
}

int main(int argc, char** argv)
{
  vtkNew<vtkMPIController> controller;
  controller->Initialize(&argc, &argv);
  vtkMultiProcessController::SetGlobalController(controller);
  ::testing::InitGoogleTest(&argc, argv);
  int failed = RUN_ALL_TESTS();
  int worst = failed;
  controller->AllReduce(&failed, &worst, 1, vtkCommunicator::MAX_OP);
  vtkMultiProcessController::SetGlobalController(nullptr);
  controller->Finalize();
  return worst;
}
