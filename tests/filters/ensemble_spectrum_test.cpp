#include "vtkFLAREEnsembleSpectrum.h"

#include "support.h"
#include "vtkFLARESpectrum.h"
#include "vtkFLARETrain.h"

#include <gtest/gtest.h>

#include <vtkCallbackCommand.h>
#include <vtkDataArraySelection.h>
#include <vtkErrorCode.h>
#include <vtkFieldData.h>
#include <vtkMultiBlockDataSet.h>
#include <vtkPointData.h>
#include <vtkStringArray.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace flare::test
{
namespace
{
constexpr int modes = 8; // of the tiny model's one block with two heads

// The eigenvalues of a mesh by FLARESpectrum, head after head.
std::vector<double> eigenvaluesOf(const std::string& model, vtkUnstructuredGrid* mesh)
{
  vtkNew<vtkFLARESpectrum> spectrum;
  spectrum->SetModelFile(model.c_str());
  spectrum->SetDevice(vtkFLARESpectrum::CPU);
  spectrum->SetNumberOfModes(0);
  spectrum->SetInputData(mesh);
  spectrum->Update();
  std::vector<double> values;
  for (vtkIdType row = 0; row < tableOf(spectrum, 0)->GetNumberOfRows(); ++row)
  {
    values.push_back(tableOf(spectrum, 0)->GetValueByName(row, "Eigenvalue").ToDouble());
  }
  return values;
}

// A model with two blocks.
std::string deeperModel(const Folder& folder)
{
  const auto path = folder / "deeper.safetensors";
  vtkNew<Series> series;
  vtkNew<vtkFLARETrain> train;
  train->SetInputConnection(series->GetOutputPort());
  train->GetPointTargetArraySelection()->EnableArray("p");
  makeTiny(train, path);
  train->SetBlocks(2);
  train->Update();
  return path;
}

class EnsembleSpectrum : public ModelTest
{
protected:
  void SetUp() override
  {
    said->observe(ensemble);
    ensemble->SetModelFile(model.c_str());
    ensemble->SetDevice(vtkFLAREEnsembleSpectrum::CPU);
    ensemble->SetInputConnection(series->GetOutputPort());
  }

  void update()
  {
    ensemble->Update();
    EXPECT_EQ(said->errors, "");
  }

  double value(vtkIdType row, const char* column)
  {
    return tableOf(ensemble, 0)->GetValueByName(row, column).ToDouble();
  }

  // Every table is empty, and the property is the one that can put it right.
  void expectNothingBut(const std::string& property, const std::string& text)
  {
    said->errors.clear();
    ensemble->Update();
    EXPECT_NE(said->errors.find(text), std::string::npos) << said->errors;
    EXPECT_NE(ensemble->GetErrorCode(), static_cast<unsigned long>(vtkErrorCode::NoError));
    ASSERT_EQ(ensemble->GetProblem()->GetNumberOfValues(), 2);
    EXPECT_EQ(ensemble->GetProblem()->GetValue(0), property);
    for (int port = 0; port < 3; ++port)
    {
      EXPECT_EQ(tableOf(ensemble, port)->GetNumberOfRows(), 0) << port;
    }
  }

  vtkNew<Series> series;
  vtkNew<vtkFLAREEnsembleSpectrum> ensemble;
};

}

TEST_F(EnsembleSpectrum, IsTheDistributionOfTheCasesSpectra)
{
  series->steps = 5;  // the median is a case's own, and so is the quantile of 1/4
  series->points = 2; // three of the cases have four points, and as many eigenvalues that are not 0
  ensemble->SetQuantile(0.25);
  update();
  EXPECT_EQ(series->executions, 5);
  EXPECT_STREQ(ensemble->GetCasesFound(), "5 cases from time steps");

  std::vector<std::vector<double>> perCase;
  for (int step = 0; step < 5; ++step)
  {
    perCase.push_back(eigenvaluesOf(model, square(series->points + step % 2, step + 1.0)));
    ASSERT_EQ(perCase.back().size(), 2u * modes);
  }
  auto* table = tableOf(ensemble, 0);
  ASSERT_EQ(table->GetNumberOfRows(), 2 * modes);
  for (int row = 0; row < 2 * modes; ++row)
  {
    std::vector<double> values;
    for (const auto& one : perCase)
    {
      values.push_back(one[static_cast<std::size_t>(row)]);
    }
    std::sort(values.begin(), values.end());
    EXPECT_EQ(value(row, "Block"), 0.0);
    EXPECT_EQ(value(row, "Head"), row / modes);
    EXPECT_EQ(value(row, "Mode"), row % modes);
    EXPECT_EQ(value(row, "Smallest"), values[0]);
    EXPECT_EQ(value(row, "Lower"), values[1]);
    EXPECT_EQ(value(row, "Median"), values[2]);
    EXPECT_EQ(value(row, "Upper"), values[3]);
    EXPECT_EQ(value(row, "Largest"), values[4]);
  }

  auto* chart = tableOf(ensemble, 2);
  ASSERT_EQ(chart->GetNumberOfRows(), modes);
  ASSERT_EQ(chart->GetNumberOfColumns(), 1 + 2 * 3);
  EXPECT_STREQ(chart->GetColumnName(0), "Mode");
  EXPECT_STREQ(chart->GetColumnName(4), "Block 0 Head 1");
  EXPECT_STREQ(chart->GetColumnName(5), "Block 0 Head 1 lower");
  EXPECT_STREQ(chart->GetColumnName(6), "Block 0 Head 1 upper");
  EXPECT_TRUE(std::isnan(chart->GetValue(4, 1).ToDouble()));
  for (int row = 0; row < 2 * modes; ++row)
  {
    int column = 1 + 3 * (row / modes);
    for (const char* name : { "Median", "Lower", "Upper" })
    {
      const double shown = chart->GetValue(row % modes, column++).ToDouble();
      EXPECT_TRUE(value(row, name) < 1e-16 ? std::isnan(shown) : shown == value(row, name)) << name;
    }
  }
}

TEST_F(EnsembleSpectrum, PutsTheCaseThatDepartsMostOnTop)
{
  series->steps = 5;
  series->change = [](vtkUnstructuredGrid* grid, int step)
  {
    for (vtkIdType i = 0; step == 3 && i < grid->GetNumberOfPoints(); ++i)
    {
      const double* x = grid->GetPoint(i);
      grid->GetPoints()->SetPoint(i, 40.0 * x[0], 40.0 * x[1], 0.0);
    }
    grid->GetPointData()->RemoveArray("p"); // the truth is not needed
  };
  update();
  auto* cases = tableOf(ensemble, 1);
  ASSERT_EQ(cases->GetNumberOfRows(), 5);
  EXPECT_EQ(cases->GetValueByName(0, "Case").ToString(), "time step 3");
  std::map<std::string, int> seen;
  double before = cases->GetValueByName(0, "Departure").ToDouble();
  EXPECT_TRUE(before > 0.0 && std::isfinite(before));
  for (vtkIdType row = 0; row < 5; ++row)
  {
    ++seen[cases->GetValueByName(row, "Case").ToString()];
    const double departure = cases->GetValueByName(row, "Departure").ToDouble();
    EXPECT_TRUE(departure <= before && departure >= 0.0);
    before = departure;
    EXPECT_EQ(cases->GetValueByName(row, "Block").ToInt(), 0);
    EXPECT_LE(cases->GetValueByName(row, "Head").ToInt(), 1);
  }
  EXPECT_EQ(seen.size(), 5u);
}

TEST_F(EnsembleSpectrum, TakesInputsAndBlocksForCases)
{
  vtkNew<vtkMultiBlockDataSet> tree;
  tree->SetBlock(0, square(6, 1.0));
  tree->SetBlock(1, square(7, 4.0));
  ensemble->SetInputDataObject(tree);
  update();
  EXPECT_STREQ(ensemble->GetCasesFound(), "2 cases from blocks");
  std::vector<double> fromBlocks;
  for (int row = 0; row < 2 * modes; ++row)
  {
    fromBlocks.push_back(value(row, "Median"));
  }

  ensemble->RemoveAllInputs();
  ensemble->AddInputDataObject(square(6, 1.0));
  ensemble->AddInputDataObject(square(7, 4.0));
  ensemble->AddInputFile("0", "/data/left.vtu");
  ensemble->AddInputFile("1", "/data/right.vtu");
  update();
  EXPECT_STREQ(ensemble->GetCasesFound(), "2 cases from inputs");
  for (int row = 0; row < 2 * modes; ++row)
  {
    EXPECT_EQ(value(row, "Median"), fromBlocks[static_cast<std::size_t>(row)]);
  }
  // Which of the two departs more is up to rounding.
  auto* cases = tableOf(ensemble, 1);
  ASSERT_EQ(cases->GetNumberOfRows(), 2);
  const bool leftFirst = cases->GetValueByName(0, "Case").ToString() == "left";
  EXPECT_EQ(cases->GetValueByName(leftFirst ? 0 : 1, "Case").ToString(), "left");
  EXPECT_EQ(cases->GetValueByName(leftFirst ? 1 : 0, "Case").ToString(), "right");
}

TEST_F(EnsembleSpectrum, AnotherQuantileLeavesTheMedian)
{
  ensemble->SetBlock(0);
  ensemble->SetQuantile(0.0);
  update();
  for (int row = 0; row < 2 * modes; ++row)
  {
    EXPECT_EQ(value(row, "Lower"), value(row, "Smallest"));
    EXPECT_EQ(value(row, "Upper"), value(row, "Largest"));
  }
  const double median = value(1, "Median");
  ensemble->SetQuantile(0.5);
  update();
  EXPECT_EQ(tableOf(ensemble, 0)->GetNumberOfRows(), 2 * modes) << "nothing of the run before";
  EXPECT_EQ(value(1, "Median"), median);
  EXPECT_EQ(value(1, "Lower"), median);
  EXPECT_EQ(value(1, "Upper"), median);
}

TEST_F(EnsembleSpectrum, PreciseAgreesWithDefault)
{
  update();
  std::vector<double> values;
  for (int row = 0; row < 2 * modes; ++row)
  {
    values.push_back(value(row, "Median"));
  }
  ensemble->SetPrecision(1);
  update();
  bool another = false;
  for (int row = 0; row < 2 * modes; ++row)
  {
    // Quantiles are no farther apart than the cases' values, for which float32 promises 1e-4.
    EXPECT_TRUE(std::abs(value(row, "Median") - values[static_cast<std::size_t>(row)]) <= 1e-4) << row;
    another = another || value(row, "Median") != values[static_cast<std::size_t>(row)];
  }
  EXPECT_TRUE(another);
}

TEST_F(EnsembleSpectrum, SaysWhichPropertyPutsItRight)
{
  update();
  ensemble->SetBlock(1);
  expectNothingBut("Block", "Block is 1, but the model has 0 to 0");
  ensemble->SetBlock(-1);
  for (const double bad : { -0.25, 0.75, std::nan("") })
  {
    ensemble->SetQuantile(bad);
    expectNothingBut("Quantile", "between 0");
  }
  ensemble->SetQuantile(0.1);
  ensemble->SetPrecision(2);
  expectNothingBut("Precision", "BFloat16");
  ensemble->SetPrecision(0);
  ensemble->SetParameterValue("Speed", 1.0);
  expectNothingBut("ParameterValues", "'Speed'");
  ensemble->ClearParameterValues();
  ensemble->SetModelFile((*folder / "none.safetensors").c_str());
  expectNothingBut("ModelFile", "none.safetensors");
  ensemble->SetModelFile(model.c_str());
  said->errors.clear();
  update();
  EXPECT_EQ(tableOf(ensemble, 0)->GetNumberOfRows(), 2 * modes);
}

TEST_F(EnsembleSpectrum, ACaseThatCannotBeReadEndsTheRun)
{
  series->change = [](vtkUnstructuredGrid* grid, int step)
  {
    if (step == 3)
    {
      grid->GetFieldData()->RemoveArray("Load");
    }
  };
  expectNothingBut("ParameterValues", "time step 3");
  EXPECT_NE(said->errors.find("'Load'"), std::string::npos) << said->errors;
  EXPECT_EQ(series->executions, 4);
  series->change = {};
  series->executions = 0;
  series->Modified();
  said->errors.clear();
  update();
  EXPECT_EQ(series->executions, 6);
  EXPECT_EQ(tableOf(ensemble, 1)->GetNumberOfRows(), 6) << "the next run begins anew";
}

TEST_F(EnsembleSpectrum, LooksAtTheChosenBlock)
{
  ensemble->SetModelFile(deeperModel(*folder).c_str());
  update();
  ASSERT_EQ(tableOf(ensemble, 0)->GetNumberOfRows(), 2 * 2 * modes);
  EXPECT_EQ(tableOf(ensemble, 2)->GetNumberOfColumns(), 1 + 3 * 4);
  std::vector<double> second;
  for (int row = 2 * modes; row < 4 * modes; ++row)
  {
    EXPECT_EQ(value(row, "Block"), 1.0);
    second.push_back(value(row, "Median"));
  }
  ensemble->SetBlock(1);
  update();
  ASSERT_EQ(tableOf(ensemble, 0)->GetNumberOfRows(), 2 * modes);
  for (int row = 0; row < 2 * modes; ++row)
  {
    EXPECT_EQ(value(row, "Block"), 1.0);
    EXPECT_EQ(value(row, "Median"), second[static_cast<std::size_t>(row)]);
  }
  EXPECT_STREQ(tableOf(ensemble, 2)->GetColumnName(1), "Block 1 Head 0");
  EXPECT_EQ(tableOf(ensemble, 1)->GetValueByName(0, "Block").ToInt(), 1);
}

// Progress goes on within a case, and a stop there leaves nothing behind.
TEST_F(EnsembleSpectrum, CanBeStopped)
{
  series->steps = 2;
  ensemble->SetModelFile(deeperModel(*folder).c_str());
  struct Heard
  {
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
      const bool within = filter->GetProgress() > 0.1 && filter->GetProgress() < 0.45;
      heard.within = heard.within || within;
      if (heard.stop && within)
      {
        filter->SetAbortExecuteAndUpdateTime();
      }
    });
  ensemble->AddObserver(vtkCommand::ProgressEvent, listener);
  update();
  EXPECT_TRUE(heard.within);
  EXPECT_EQ(tableOf(ensemble, 1)->GetNumberOfRows(), 2);

  heard.stop = true;
  series->executions = 0;
  series->Modified();
  update();
  EXPECT_EQ(series->executions, 1);
  for (int port = 0; port < 3; ++port)
  {
    EXPECT_EQ(tableOf(ensemble, port)->GetNumberOfRows(), 0) << port;
  }

  heard.stop = false;
  ensemble->SetAbortExecute(0);
  ensemble->Modified();
  update();
  EXPECT_EQ(tableOf(ensemble, 1)->GetNumberOfRows(), 2) << "the next run begins anew";
}
}
