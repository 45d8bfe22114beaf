#include "vtkFLAREEvaluate.h"

#include "support.h"
#include "vtkFLAREModelInfo.h"

#include <gtest/gtest.h>

#include <vtkErrorCode.h>
#include <vtkInformation.h>
#include <vtkPointData.h>
#include <vtkStreamingDemandDrivenPipeline.h>

#include <algorithm>
#include <cmath>

namespace flare::test
{
namespace
{
class Evaluate : public ModelTest
{
protected:
  static void SetUpTestSuite() { prepare(/*withVector=*/true); }

  void SetUp() override
  {
    said->observe(evaluate);
    evaluate->SetModelFile(model.c_str());
    evaluate->SetInputConnection(series->GetOutputPort());
  }

  vtkNew<Series> series;
  vtkNew<vtkFLAREEvaluate> evaluate;
};

}

TEST_F(Evaluate, ScoresEveryCaseAndField)
{
  evaluate->Update();
  EXPECT_EQ(said->errors, "");
  EXPECT_EQ(series->executions, 6);
  auto* cases = tableOf(evaluate, 0);
  ASSERT_EQ(cases->GetNumberOfRows(), 6 * 2);
  EXPECT_EQ(cases->GetValueByName(0, "Case").ToString(), "time step 0");
  EXPECT_EQ(cases->GetValueByName(1, "Field").ToString(), "U");
  double worst = 0.0, sum = 0.0;
  std::string worstCase;
  for (vtkIdType row = 0; row < 12; row += 2)
  {
    const double error = cases->GetValueByName(row, "RelativeL2").ToDouble();
    EXPECT_TRUE(error > 0.0 && std::isfinite(error));
    EXPECT_TRUE(cases->GetValueByName(row, "MaxError").ToDouble() > 0.0);
    EXPECT_TRUE(cases->GetValueByName(row, "R2").ToDouble() <= 1.0);
    sum += error;
    worstCase = error > worst ? std::string(cases->GetValueByName(row, "Case").ToString()) : worstCase;
    worst = std::max(worst, error);
  }
  auto* summary = tableOf(evaluate, 1);
  ASSERT_EQ(summary->GetNumberOfRows(), 2);
  EXPECT_EQ(summary->GetValueByName(0, "Field").ToString(), "p");
  EXPECT_NEAR(summary->GetValueByName(0, "MeanRelativeL2").ToDouble(), sum / 6, 1e-14); // seven roundings
  EXPECT_EQ(summary->GetValueByName(0, "WorstRelativeL2").ToDouble(), worst);
  EXPECT_EQ(summary->GetValueByName(0, "WorstCase").ToString(), worstCase);
  EXPECT_TRUE(summary->GetValueByName(0, "TrainingMeanRelativeL2").ToDouble() > 0.0);
  EXPECT_STREQ(evaluate->GetCasesFound(), "6 cases from time steps");
  EXPECT_FALSE(evaluate->GetOutputInformation(0)->Has(vtkStreamingDemandDrivenPipeline::TIME_STEPS()));
}

TEST_F(Evaluate, ScoresChosenCases)
{
  evaluate->AddValidationCase(4);
  evaluate->Update();
  ASSERT_EQ(tableOf(evaluate, 0)->GetNumberOfRows(), 2);
  EXPECT_EQ(tableOf(evaluate, 0)->GetValueByName(0, "Case").ToString(), "time step 4");
  EXPECT_EQ(series->executions, 2) << "the first time step and the chosen one";
  evaluate->ClearValidationCases();
  evaluate->SetValidationFraction(0.5);
  evaluate->Update();
  EXPECT_EQ(tableOf(evaluate, 0)->GetNumberOfRows(), 6);
  evaluate->AddValidationCase(9);
  evaluate->Update();
  EXPECT_NE(said->errors.find("case 9"), std::string::npos) << said->errors;
  EXPECT_EQ(tableOf(evaluate, 0)->GetNumberOfRows(), 0);
}

TEST_F(Evaluate, NeedsTheTruth)
{
  series->change = [](vtkUnstructuredGrid* grid, int step)
  {
    if (step == 3)
    {
      grid->GetPointData()->RemoveArray("U");
    }
  };
  evaluate->Update();
  EXPECT_NE(said->errors.find("time step 3"), std::string::npos) << said->errors;
  EXPECT_NE(said->errors.find("'U'"), std::string::npos) << said->errors;
  EXPECT_EQ(tableOf(evaluate, 0)->GetNumberOfRows(), 0);
  EXPECT_EQ(tableOf(evaluate, 1)->GetNumberOfRows(), 0);
}

TEST_F(Evaluate, InfoListsWhatTheFileHolds)
{
  vtkNew<vtkFLAREModelInfo> info;
  info->SetModelFile(model.c_str());
  info->Update();
  auto* table = tableOf(info, 0);
  const auto value = [&](const std::string& section, const std::string& name) -> std::string
  {
    for (vtkIdType row = 0; row < table->GetNumberOfRows(); ++row)
    {
      if (table->GetValueByName(row, "Section").ToString() == section &&
          table->GetValueByName(row, "Name").ToString() == name)
      {
        return table->GetValueByName(row, "Value").ToString();
      }
    }
    return "missing";
  };
  EXPECT_EQ(value("Architecture", "Latents"), "8");
  EXPECT_EQ(value("Training", "Recipe"), "Quick look");
  EXPECT_EQ(value("Training", "Completed"), "true");
  EXPECT_NE(value("Inputs", "Load"), "missing");
  EXPECT_NE(value("Outputs", "U:X"), "missing");
  EXPECT_EQ(tableOf(info, 1)->GetNumberOfRows(), 3);

  vtkNew<Messages> heard;
  heard->observe(info);
  info->SetModelFile((*folder / "none.safetensors").c_str());
  info->Update();
  EXPECT_NE(heard->errors.find("none.safetensors"), std::string::npos) << heard->errors;
  EXPECT_EQ(tableOf(info, 0)->GetNumberOfRows(), 0);
}
}
