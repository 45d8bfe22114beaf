#include "vtkFLARESpectrum.h"

#include "published.h"
#include "support.h"
#include "vtkFLARERoutes.h"

#include "flare/latents.h"
#include "flare/model.h"
#include "flare/spectrum.h"

#include <gtest/gtest.h>

#include <vtkCallbackCommand.h>
#include <vtkCellData.h>
#include <vtkCompositeDataSet.h>
#include <vtkErrorCode.h>
#include <vtkFieldData.h>
#include <vtkInformation.h>
#include <vtkIntArray.h>
#include <vtkMultiBlockDataSet.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>
#include <vtkStringArray.h>

#include <cmath>
#include <filesystem>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace flare::test
{
namespace
{
class Spectrum : public ModelTest
{
protected:
  void SetUp() override
  {
    said->observe(spectrum);
    spectrum->SetModelFile(model.c_str());
    spectrum->SetDevice(vtkFLARESpectrum::CPU);
    spectrum->SetInputData(square(6, 2.5));
  }

  void update()
  {
    spectrum->Update();
    EXPECT_EQ(said->errors, "");
  }

  std::vector<double> arrayOf(vtkAlgorithm* filter, int port, const std::string& name)
  {
    auto* array =
      vtkDataSet::SafeDownCast(filter->GetOutputDataObject(port))->GetPointData()->GetArray(name.c_str());
    std::vector<double> values;
    for (vtkIdType i = 0; array && i < array->GetNumberOfTuples(); ++i)
    {
      values.push_back(array->GetComponent(i, 0));
    }
    return values;
  }

  // W v = lambda v at some points, and left vectors that belong to them.
  void expectModesOf(
    const std::string& file, vtkUnstructuredGrid* mesh, int block, int head, const double* lambda)
  {
    const auto place = "_b" + std::to_string(block) + "_h" + std::to_string(head);
    vtkNew<vtkFLARERoutes> routes;
    routes->SetModelFile(file.c_str());
    routes->SetDevice(vtkFLARERoutes::CPU);
    routes->SetPrecision(1);
    routes->SetInputData(mesh);
    routes->SetBlock(block);
    routes->SetHead(head);
    for (const vtkIdType point : { vtkIdType{ 0 }, vtkIdType{ 17 }, mesh->GetNumberOfPoints() - 1 })
    {
      routes->SetPosition(mesh->GetPoint(point));
      routes->Update();
      const auto row = arrayOf(routes, 0, "route" + place);
      for (int mode = 0; mode < 3; ++mode)
      {
        const auto right = arrayOf(spectrum, 1, "mode" + place + "_" + std::to_string(mode));
        ASSERT_EQ(right.size(), row.size());
        const double mixed = std::inner_product(row.begin(), row.end(), right.begin(), 0.0);
        // Rows add up to 1, and entries are no larger than a few dozen.
        EXPECT_TRUE(std::abs(mixed - lambda[mode] * right[static_cast<std::size_t>(point)]) <= 1e-10) << mode;
        for (int other = 0; other < 3; ++other)
        {
          const auto left = arrayOf(spectrum, 1, "left" + place + "_" + std::to_string(other));
          EXPECT_NEAR(std::inner_product(left.begin(), left.end(), right.begin(), 0.0), mode == other, 1e-9);
        }
      }
    }
  }

  vtkNew<vtkFLARESpectrum> spectrum;
};

std::size_t eigenvaluesBefore(const Published& published, int block, int head)
{
  const auto shape = published.shape("eigenvalues");
  return static_cast<std::size_t>((block * shape[1] + head) * shape[2]);
}
}

TEST_F(Spectrum, ListsTheEigenvaluesOfAllHeads)
{
  update();
  auto* table = tableOf(spectrum, 0);
  ASSERT_EQ(table->GetNumberOfRows(), 2 * 8); // 1 block, 2 heads, 8 latents
  ASSERT_EQ(table->GetNumberOfColumns(), 5);
  EXPECT_STREQ(table->GetColumnName(0), "Block");
  EXPECT_STREQ(table->GetColumnName(1), "Head");
  EXPECT_STREQ(table->GetColumnName(2), "Mode");
  EXPECT_STREQ(table->GetColumnName(3), "Eigenvalue");
  EXPECT_STREQ(table->GetColumnName(4), "Note");
  EXPECT_EQ(table->GetValueByName(0, "Note").ToString(), "constant");
  for (vtkIdType head = 0; head < 2; ++head)
  {
    double before = 1.0 + 1e-6; // the largest is 1, up to the rounding of float32 scores
    for (vtkIdType mode = 0; mode < 8; ++mode)
    {
      const auto row = head * 8 + mode;
      EXPECT_EQ(table->GetValueByName(row, "Head").ToInt(), head);
      EXPECT_EQ(table->GetValueByName(row, "Mode").ToInt(), mode);
      const double value = table->GetValueByName(row, "Eigenvalue").ToDouble();
      EXPECT_TRUE(value <= before && value >= 0.0) << value;
      before = value;
    }
    EXPECT_NEAR(table->GetValueByName(head * 8, "Eigenvalue").ToDouble(), 1.0, 1e-6);
  }

  auto* summary = tableOf(spectrum, 2);
  ASSERT_EQ(summary->GetNumberOfRows(), 2);
  EXPECT_GE(summary->GetValueByName(0, "EffectiveRank").ToDouble(), 1.0);
  EXPECT_GE(summary->GetValueByName(1, "ModesTo99").ToInt(), 1);
  EXPECT_LE(summary->GetValueByName(1, "ModesTo90").ToInt(), summary->GetValueByName(1, "ModesTo99").ToInt());
  EXPECT_LE(
    summary->GetValueByName(1, "ModesTo99").ToInt(), summary->GetValueByName(1, "ModesTo999").ToInt());
  EXPECT_EQ(summary->GetValueByName(1, "SpectralGap").ToDouble(),
    1.0 - summary->GetValueByName(1, "SecondEigenvalue").ToDouble());

  auto* chart = tableOf(spectrum, 3);
  EXPECT_EQ(chart->GetNumberOfRows(), 8);
  ASSERT_EQ(chart->GetNumberOfColumns(), 3);
  EXPECT_STREQ(chart->GetColumnName(0), "Mode");
  for (vtkIdType row = 0; row < 8; ++row)
  {
    const double value = chart->GetValue(row, 1).ToDouble();
    EXPECT_TRUE(std::isnan(value) || value >= 1e-16);
  }
}

TEST_F(Spectrum, ShowsWhatWasStoredWhileTheModelWasTrained)
{
  EXPECT_EQ(spectrum->GetEpochs()->GetNumberOfValues(), 0);
  const auto stored = trainedModel(*folder, false, true);
  spectrum->SetModelFile(stored.c_str());
  ASSERT_EQ(spectrum->GetEpochs()->GetNumberOfValues(), 4);
  EXPECT_EQ(spectrum->GetEpochs()->GetValue(3), 3);
  update();
  auto* ranks = tableOf(spectrum, 6);
  ASSERT_EQ(ranks->GetNumberOfRows(), 4);
  ASSERT_EQ(ranks->GetNumberOfColumns(), 3);
  EXPECT_STREQ(ranks->GetColumnName(2), "Block 0 Head 1");
  const double ofMesh = tableOf(spectrum, 2)->GetValueByName(0, "EffectiveRank").ToDouble();
  const auto last = flare::trainingSpectra(flare::Model::load(stored), 3);
  const auto hasMode = [&]
  {
    auto* mesh = vtkUnstructuredGrid::SafeDownCast(spectrum->GetOutputDataObject(1));
    EXPECT_EQ(mesh->GetNumberOfPoints(), 36);
    return mesh->GetPointData()->HasArray("mode_b0_h0_1") != 0;
  };
  EXPECT_TRUE(hasMode());
  for (vtkIdType epoch = 0; epoch <= 3; ++epoch)
  {
    spectrum->SetEpoch(static_cast<int>(epoch));
    update();
    EXPECT_EQ(tableOf(spectrum, 0)->GetNumberOfRows(), 2 * 8);
    EXPECT_EQ(tableOf(spectrum, 2)->GetValueByName(1, "EffectiveRank").ToDouble(),
      ranks->GetValue(epoch, 2).ToDouble());
    EXPECT_FALSE(hasMode()) << "modes of weights that are gone";
  }
  EXPECT_EQ(tableOf(spectrum, 0)->GetValueByName(9, "Eigenvalue").ToDouble(), last[1].eigenvalues[1]);
  EXPECT_EQ(tableOf(spectrum, 3)->GetNumberOfRows(), 8);
  spectrum->SetEpoch(-1);
  update();
  EXPECT_TRUE(hasMode());
  EXPECT_EQ(tableOf(spectrum, 2)->GetValueByName(0, "EffectiveRank").ToDouble(), ofMesh);

  spectrum->SetModelFile(model.c_str());
  spectrum->SetEpoch(2);
  spectrum->Update();
  EXPECT_NE(said->errors.find("SpectraEvery"), std::string::npos) << said->errors;
  EXPECT_EQ(spectrum->GetProblem()->GetValue(0), "Epoch");
}

TEST_F(Spectrum, PutsModesOnTheMesh)
{
  spectrum->SetBlock(0);
  spectrum->SetHead(1);
  spectrum->SetNumberOfModes(2);
  update();
  EXPECT_EQ(tableOf(spectrum, 0)->GetNumberOfRows(), 2 * 8) << "the tables are about all heads";
  auto* mesh = vtkUnstructuredGrid::SafeDownCast(spectrum->GetOutputDataObject(1));
  ASSERT_EQ(mesh->GetNumberOfPoints(), 36);
  EXPECT_TRUE(mesh->GetPointData()->HasArray("p"));
  auto* constant = mesh->GetPointData()->GetArray("mode_b0_h1_0");
  auto* second = mesh->GetPointData()->GetArray("mode_b0_h1_1");
  ASSERT_TRUE(constant && second && mesh->GetPointData()->HasArray("left_b0_h1_1"));
  EXPECT_FALSE(mesh->GetPointData()->HasArray("mode_b0_h1_2"));
  EXPECT_FALSE(mesh->GetPointData()->HasArray("mode_b0_h0_0"));
  EXPECT_EQ(constant->GetRange()[0], 1.0);
  EXPECT_EQ(constant->GetRange()[1], 1.0);
  EXPECT_GE(second->GetRange()[1], -second->GetRange()[0]) << "the largest component is positive";

  std::vector<double> values;
  for (vtkIdType i = 0; i < 36; ++i)
  {
    values.push_back(second->GetComponent(i, 0));
  }
  spectrum->Modified();
  update();
  mesh = vtkUnstructuredGrid::SafeDownCast(spectrum->GetOutputDataObject(1));
  for (vtkIdType i = 0; i < 36; ++i)
  {
    EXPECT_EQ(mesh->GetPointData()->GetArray("mode_b0_h1_1")->GetComponent(i, 0), values[i]) << "runs agree";
  }
}

TEST_F(Spectrum, PutsLaterModesOnTheMesh)
{
  const auto arrayOf = [&](const char* name)
  {
    auto* mesh = vtkUnstructuredGrid::SafeDownCast(spectrum->GetOutputDataObject(1));
    vtkSmartPointer<vtkDataArray> array = mesh->GetPointData()->GetArray(name);
    return array;
  };
  spectrum->SetBlock(0);
  spectrum->SetHead(1);
  update();
  const auto before = arrayOf("mode_b0_h1_2");
  ASSERT_TRUE(before);
  spectrum->SetFirstMode(2);
  spectrum->SetNumberOfModes(1);
  update();
  const auto later = arrayOf("mode_b0_h1_2");
  ASSERT_TRUE(later);
  EXPECT_FALSE(arrayOf("mode_b0_h1_1") || arrayOf("mode_b0_h1_3"));
  for (vtkIdType i = 0; i < 36; ++i)
  {
    // Sums over 8 latents, which round in another order where there are fewer modes.
    EXPECT_NEAR(later->GetComponent(i, 0), before->GetComponent(i, 0), 1e-13);
  }
  spectrum->SetFirstMode(8); // of 8, which count from 0
  update();
  EXPECT_FALSE(arrayOf("mode_b0_h1_8"));
}

TEST_F(Spectrum, MarksTheHeadsWhoseModesAreShown)
{
  const auto marks = [&]
  {
    auto* map = vtkPolyData::SafeDownCast(spectrum->GetOutputDataObject(4));
    auto* chosen = map->GetCellData()->GetArray("Chosen");
    return std::pair(chosen->GetComponent(0, 0), chosen->GetComponent(1, 0));
  };
  update();
  EXPECT_EQ(marks(), std::pair(1.0, 1.0));
  spectrum->SetAllBlocks(true);
  spectrum->SetBlock(0);
  spectrum->SetHead(1);
  update();
  EXPECT_EQ(marks(), std::pair(0.0, 1.0));
}

TEST_F(Spectrum, TellsTheMeshesOfACompositeApart)
{
  vtkNew<vtkMultiBlockDataSet> tree;
  tree->SetBlock(0, square(6, 2.5));
  tree->SetBlock(1, square(5, 2.5));
  spectrum->SetInputData(tree);
  spectrum->SetNumberOfModes(0);
  update();
  EXPECT_EQ(tableOf(spectrum, 0)->GetNumberOfRows(), 2 * 16);
  EXPECT_NE(tableOf(spectrum, 0)->GetColumnByName("Mesh"), nullptr);
  EXPECT_EQ(tableOf(spectrum, 3)->GetNumberOfColumns(), 1 + 4);
}

TEST_F(Spectrum, PreciseAgreesWithDefault)
{
  spectrum->SetNumberOfModes(0);
  update();
  std::vector<double> values;
  for (vtkIdType i = 0; i < 16; ++i)
  {
    values.push_back(tableOf(spectrum, 0)->GetValueByName(i, "Eigenvalue").ToDouble());
  }
  spectrum->SetPrecision(1);
  update();
  for (vtkIdType i = 0; i < 16; ++i)
  {
    // Small scores of a barely trained net: well within the 1e-4 that float32 promises.
    EXPECT_NEAR(tableOf(spectrum, 0)->GetValueByName(i, "Eigenvalue").ToDouble(), values[i], 1e-4);
  }
}

TEST_F(Spectrum, RefusesBFloat16)
{
  spectrum->SetPrecision(2);
  spectrum->Update();
  EXPECT_NE(said->errors.find("BFloat16"), std::string::npos) << said->errors;
  EXPECT_EQ(tableOf(spectrum, 0)->GetNumberOfRows(), 0);
}

TEST_F(Spectrum, NamesWhatDoesNotExist)
{
  const auto refused = [&](const char* property, const std::string& text)
  {
    said->errors.clear();
    spectrum->Update();
    EXPECT_NE(said->errors.find(text), std::string::npos) << said->errors;
    ASSERT_EQ(spectrum->GetProblem()->GetNumberOfValues(), 2);
    EXPECT_EQ(spectrum->GetProblem()->GetValue(0), property);
    EXPECT_EQ(tableOf(spectrum, 0)->GetNumberOfRows(), 0);
    EXPECT_EQ(spectrum->GetOutputDataObject(1)->GetNumberOfElements(vtkDataObject::POINT), 0);
  };
  spectrum->SetHead(7);
  refused("Head", "Head is 7");
  spectrum->SetHead(-2);
  refused("Head", "Head is -2");
  spectrum->SetHead(-1);
  spectrum->SetBlock(-2);
  refused("Block", "Block is -2");
  spectrum->SetBlock(-1);
  spectrum->SetNumberOfModes(-1);
  refused("NumberOfModes", "from 0 on");
  spectrum->SetNumberOfModes(3);
  spectrum->SetFirstMode(-1);
  refused("FirstMode", "from 0 on");
  spectrum->SetFirstMode(0);
  spectrum->SetEpoch(-5);
  refused("Epoch", "-1 for the trained model");
}

TEST_F(Spectrum, SaysThatThereAreNoModesSoLate)
{
  for (const int block : { -1, 0 })
  {
    spectrum->SetBlock(block);
    spectrum->SetFirstMode(0);
    update();
    EXPECT_EQ(said->warnings, "");
    spectrum->SetFirstMode(100);
    update();
    EXPECT_NE(said->warnings.find("FirstMode is 100"), std::string::npos) << said->warnings;
    said->warnings.clear();
  }
}

TEST_F(Spectrum, TellsMeshesOfTheSameNameApart)
{
  vtkNew<vtkMultiBlockDataSet> tree;
  for (const unsigned int i : { 0u, 1u, 2u })
  {
    tree->SetBlock(i, square(6 + static_cast<int>(i), 2.5));
    tree->GetMetaData(i)->Set(vtkCompositeDataSet::NAME(), i == 1 ? "part (2)" : "part");
  }
  spectrum->SetInputData(tree);
  spectrum->SetNumberOfModes(0);
  update();
  std::set<std::string> columns;
  for (vtkIdType i = 0; i < tableOf(spectrum, 3)->GetNumberOfColumns(); ++i)
  {
    columns.insert(tableOf(spectrum, 3)->GetColumnName(i));
  }
  EXPECT_EQ(columns.size(), 1u + 3u * 2u);
  EXPECT_EQ(columns.count("block part (2) Block 0 Head 1"), 1u);
  EXPECT_EQ(columns.count("block part (3) Block 0 Head 1"), 1u);
}

TEST_F(Spectrum, DrawsTheHeadsAsSquares)
{
  spectrum->SetNumberOfModes(0);
  spectrum->SetCompareHeads(true);
  update();
  auto* heads = vtkPolyData::SafeDownCast(spectrum->GetOutputDataObject(4));
  ASSERT_EQ(heads->GetNumberOfCells(), 2);
  auto* rank = heads->GetCellData()->GetArray("EffectiveRank");
  auto* summary = tableOf(spectrum, 2);
  for (vtkIdType i = 0; i < 2; ++i)
  {
    EXPECT_EQ(heads->GetCellData()->GetArray("Head")->GetComponent(i, 0), i);
    EXPECT_EQ(rank->GetComponent(i, 0), summary->GetValueByName(i, "EffectiveRank").ToDouble());
    double bounds[6];
    heads->GetCellBounds(i, bounds);
    EXPECT_EQ(bounds[0], i);
    EXPECT_EQ(bounds[3], 0.0) << "the first block is on top";
  }
  auto* alike = vtkPolyData::SafeDownCast(spectrum->GetOutputDataObject(5));
  ASSERT_EQ(alike->GetNumberOfCells(), 4);
  auto* similarity = alike->GetCellData()->GetArray("Similarity");
  EXPECT_EQ(similarity->GetComponent(1, 0), similarity->GetComponent(2, 0));
  spectrum->SetCompareHeads(false);
  update();
  EXPECT_EQ(vtkPolyData::SafeDownCast(spectrum->GetOutputDataObject(5))->GetNumberOfCells(), 0);
}

// Another head needs no other forward pass, and whatever matters makes a new one.
TEST_F(Spectrum, KeepsWhatDoesNotDependOnTheHead)
{
  const auto arrayOf = [&](int head)
  {
    const auto name = "mode_b0_h" + std::to_string(head) + "_1";
    auto* mesh = vtkUnstructuredGrid::SafeDownCast(spectrum->GetOutputDataObject(1));
    auto* array = mesh->GetPointData()->GetArray(name.c_str());
    std::vector<double> values;
    for (vtkIdType i = 0; array && i < array->GetNumberOfTuples(); ++i)
    {
      values.push_back(array->GetComponent(i, 0));
    }
    return values;
  };
  spectrum->SetBlock(0);
  spectrum->SetHead(0);
  update();
  const auto first = arrayOf(0);
  ASSERT_EQ(first.size(), 36u);
  int steps = 0;
  vtkNew<vtkCallbackCommand> counter;
  counter->SetClientData(&steps);
  counter->SetCallback([](vtkObject*, unsigned long, void* data, void*) { ++*static_cast<int*>(data); });
  spectrum->AddObserver(vtkCommand::ProgressEvent, counter);
  spectrum->SetHead(1);
  update();
  const int again = steps;
  EXPECT_TRUE(arrayOf(0).empty());
  EXPECT_EQ(arrayOf(1).size(), 36u);
  spectrum->SetHead(0);
  update();
  EXPECT_EQ(arrayOf(0), first);

  steps = 0;
  spectrum->SetInputData(square(6, 3.5));
  update();
  EXPECT_GT(steps, again) << "the pass reports its progress";
  EXPECT_NE(arrayOf(0), first) << "the parameter of the mesh is another one";
  vtkNew<vtkFLARESpectrum> fresh;
  fresh->SetModelFile(model.c_str());
  fresh->SetDevice(vtkFLARESpectrum::CPU);
  fresh->SetInputData(square(6, 3.5));
  fresh->SetBlock(0);
  fresh->SetHead(0);
  fresh->Update();
  auto* values = vtkUnstructuredGrid::SafeDownCast(fresh->GetOutputDataObject(1))
                   ->GetPointData()
                   ->GetArray("mode_b0_h0_1");
  for (vtkIdType i = 0; i < 36; ++i)
  {
    EXPECT_EQ(values->GetComponent(i, 0), arrayOf(0)[static_cast<std::size_t>(i)]);
  }
}
// A model whose mixing is of the same form, but that was not trained here: the eigenvalues are those of the
// published code, and the modes are eigenvectors of the rows that FLARERoutes gives.
TEST_F(Spectrum, OfPublishedCheckpoints)
{
  for (const std::string variant : { "", "variant_norms", "variant_ratios", "variant_linear" })
  {
    const Published published(variant);
    const auto file = published.importTo(*folder);
    const auto mesh = published.mesh();
    spectrum->SetModelFile(file.c_str());
    spectrum->SetInputData(mesh);
    spectrum->SetPrecision(1);
    spectrum->SetBlock(-1);
    spectrum->SetHead(1);
    update();
    const auto expected = published.tensor("eigenvalues");
    auto* table = tableOf(spectrum, 0);
    ASSERT_EQ(table->GetNumberOfRows(), static_cast<vtkIdType>(expected.size())) << variant;
    for (vtkIdType row = 0; row < table->GetNumberOfRows(); ++row)
    {
      EXPECT_TRUE(std::abs(table->GetValueByName(row, "Eigenvalue").ToDouble() -
                           expected[static_cast<std::size_t>(row)]) <= 1e-11)
        << variant << " " << row;
    }
    expectModesOf(file, mesh, 1, 1, expected.data() + eigenvaluesBefore(published, 1, 1));
  }
}

TEST_F(Spectrum, OfAModelOfCells)
{
  const auto file = trainedModelOfCells(*folder);
  spectrum->SetModelFile(file.c_str());
  spectrum->SetBlock(0);
  spectrum->SetNumberOfModes(1);
  update();
  auto* mesh = vtkUnstructuredGrid::SafeDownCast(spectrum->GetOutputDataObject(1));
  EXPECT_TRUE(mesh->GetCellData()->HasArray("mode_b0_h1_0"));
  EXPECT_FALSE(mesh->GetPointData()->HasArray("mode_b0_h1_0"));
  EXPECT_EQ(tableOf(spectrum, 0)->GetNumberOfRows(), 16);
}

TEST_F(Spectrum, OfFewerPointsThanLatents)
{
  spectrum->SetInputData(square(2, 2.5));
  spectrum->SetBlock(0);
  spectrum->SetHead(0);
  spectrum->SetNumberOfModes(8);
  update();
  auto* table = tableOf(spectrum, 0);
  for (vtkIdType mode = 4; mode < 8; ++mode)
  {
    EXPECT_EQ(table->GetValueByName(mode, "Eigenvalue").ToDouble(), 0.0);
    EXPECT_EQ(table->GetValueByName(mode, "Note").ToString(), "none");
  }
  auto* mesh = vtkUnstructuredGrid::SafeDownCast(spectrum->GetOutputDataObject(1));
  EXPECT_TRUE(mesh->GetPointData()->HasArray("mode_b0_h0_0"));
  EXPECT_FALSE(mesh->GetPointData()->HasArray("mode_b0_h0_4"));
}

// Whatever is wrong with it leaves nothing of the mesh before.
TEST_F(Spectrum, OfAMeshThatCannotBe)
{
  spectrum->SetBlock(0);
  update();
  const auto refused = [&](vtkDataObject* input, const std::string& text)
  {
    said->errors.clear();
    spectrum->SetInputDataObject(input);
    spectrum->Update();
    EXPECT_NE(said->errors.find(text), std::string::npos) << said->errors;
    for (int port = 0; port < 6; ++port)
    {
      auto* output = spectrum->GetOutputDataObject(port);
      EXPECT_EQ(output->GetNumberOfElements(vtkDataObject::POINT), 0) << port;
      EXPECT_EQ(output->GetNumberOfElements(vtkDataObject::ROW), 0) << port;
    }
  };
  const auto placed = square(6, 2.5);
  placed->GetPoints()->SetPoint(7, 0.1, std::nan(""), 0.0);
  refused(placed, "7");
  refused(vtkNew<vtkUnstructuredGrid>(), "no points");
  refused(vtkNew<vtkMultiBlockDataSet>(), "no points");
  refused(square(6, std::nan("")), "'Load'");
  const auto without = square(6, 2.5);
  without->GetFieldData()->RemoveArray("Load");
  refused(without, "'Load'");
  said->errors.clear();
  spectrum->SetInputData(square(6, 2.5));
  update();
  EXPECT_EQ(tableOf(spectrum, 0)->GetNumberOfRows(), 16);
}

TEST_F(Spectrum, FollowsAModelFileThatIsReplaced)
{
  const auto file = *folder / "replaced.safetensors";
  std::filesystem::copy_file(model, file, std::filesystem::copy_options::overwrite_existing);
  spectrum->SetModelFile(file.c_str());
  spectrum->SetBlock(0);
  update();
  EXPECT_EQ(tableOf(spectrum, 0)->GetNumberOfRows(), 16);
  grow(Model::load(model)).save(file);
  update();
  EXPECT_EQ(tableOf(spectrum, 0)->GetNumberOfRows(), 32);
  std::filesystem::remove(file);
  spectrum->Update();
  EXPECT_NE(said->errors, "");
  EXPECT_EQ(tableOf(spectrum, 0)->GetNumberOfRows(), 0);
}

// The steps of a series are meshes of their own.
TEST_F(Spectrum, FollowsTime)
{
  vtkNew<Series> series;
  spectrum->SetInputConnection(series->GetOutputPort());
  spectrum->SetBlock(0);
  for (const int step : { 0, 3, 0 })
  {
    spectrum->UpdateTimeStep(step);
    EXPECT_EQ(said->errors, "");
    vtkNew<vtkFLARESpectrum> alone;
    alone->SetModelFile(model.c_str());
    alone->SetDevice(vtkFLARESpectrum::CPU);
    alone->SetInputData(square(series->points + step % 2, step + 1.0));
    alone->SetBlock(0);
    alone->Update();
    for (vtkIdType row = 0; row < 16; ++row)
    {
      EXPECT_EQ(tableOf(spectrum, 0)->GetValueByName(row, "Eigenvalue").ToDouble(),
        tableOf(alone, 0)->GetValueByName(row, "Eigenvalue").ToDouble());
    }
  }
}
TEST_F(Spectrum, CanBeStopped)
{
  bool stop = true;
  vtkNew<vtkCallbackCommand> listener;
  listener->SetClientData(&stop);
  listener->SetCallback(
    [](vtkObject* caller, unsigned long, void* data, void*)
    {
      auto* filter = vtkAlgorithm::SafeDownCast(caller);
      if (*static_cast<bool*>(data) && filter->GetProgress() > 0.0)
      {
        filter->SetAbortExecuteAndUpdateTime();
      }
    });
  spectrum->AddObserver(vtkCommand::ProgressEvent, listener);
  spectrum->SetBlock(0);
  spectrum->SetHead(0);
  update();
  for (int port = 0; port < 6; ++port)
  {
    auto* output = spectrum->GetOutputDataObject(port);
    EXPECT_EQ(output->GetNumberOfElements(vtkDataObject::POINT), 0) << port;
    EXPECT_EQ(output->GetNumberOfElements(vtkDataObject::ROW), 0) << port;
  }
  stop = false;
  spectrum->SetAbortExecute(0);
  spectrum->SetHead(1);
  update();
  EXPECT_EQ(tableOf(spectrum, 0)->GetNumberOfRows(), 16);
  EXPECT_EQ(arrayOf(spectrum, 1, "mode_b0_h1_1").size(), 36u);
}
}
