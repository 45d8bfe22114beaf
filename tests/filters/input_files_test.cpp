#include "input_files.h"

#include "support.h"
#include "vtkFLAREEvaluate.h"
#include "vtkFLARETrain.h"

#include <gtest/gtest.h>

#include <vtkDataArraySelection.h>
#include <vtkTable.h>

namespace flare::test
{
using Names = std::vector<std::vector<std::string>>;

TEST(InputFiles, AreToldApartByTheirNamesOrElseByTheirFolders)
{
  using filters::shortNames;
  EXPECT_EQ(
    shortNames({ { "/data/plate_1.vtu", "/data/plate_2.vtu" } }), (Names{ { "plate_1", "plate_2" } }));
  EXPECT_EQ(shortNames({ { "wing.vtu" }, {}, { "/a/tail.vtk" } }), (Names{ { "wing" }, {}, { "tail" } }));
  EXPECT_EQ(shortNames({ { "/d/run1/out.vtu", "/d/run2/out.vtu", "/d/run2/sub/out.vtu" } }),
    (Names{ { "run1/out", "run2/out", "run2/sub/out" } }));
  EXPECT_EQ(shortNames({ { "run1/out.vtu" }, { "/d/out.vtu" } }), (Names{ { "run1/out" }, { "/d/out" } }));
  EXPECT_EQ(shortNames({ { "a.vtu" }, { "a.vtu" } }), (Names{ {}, {} })) << "the same file twice has no name";
  EXPECT_EQ(shortNames({}), Names{});
}

TEST(InputFiles, NameTheCases)
{
  const Folder folder;
  const auto model = trainedModel(folder);
  vtkNew<Series> series;
  vtkNew<vtkFLAREEvaluate> evaluate;
  evaluate->SetInputConnection(series->GetOutputPort());
  evaluate->SetModelFile(model.c_str());
  const auto name = [&](int row) { return tableOf(evaluate, 0)->GetValueByName(row, "Case").ToString(); };
  evaluate->Update();
  EXPECT_EQ(name(3), "time step 3");
  for (int i = 0; i < 6; ++i)
  {
    evaluate->AddInputFile("0", ("/data/plate_" + std::to_string(i) + ".vtu").c_str());
  }
  evaluate->Update();
  EXPECT_EQ(name(3), "plate_3");
  // A file with many steps.
  evaluate->ClearInputFiles();
  evaluate->AddInputFile("0", "/data/plates.pvd");
  evaluate->Update();
  EXPECT_EQ(name(3), "time step 3");
  vtkNew<Series> second;
  evaluate->AddInputConnection(second->GetOutputPort());
  evaluate->AddInputFile("1", "/data/wing.vtu");
  evaluate->Update();
  EXPECT_EQ(name(1), "wing");
}

// A model knows its cases by what they hold.
TEST(InputFiles, RenamedFilesAreNoReasonToTrainAnew)
{
  const Folder folder;
  const auto file = folder / "model.safetensors";
  vtkNew<Series> series;
  for (const std::string prefix : { "/data/a_", "/data/b_" })
  {
    vtkNew<vtkFLARETrain> train;
    train->SetInputConnection(series->GetOutputPort());
    train->GetPointTargetArraySelection()->EnableArray("p");
    makeTiny(train, file);
    for (int i = 0; i < 6; ++i)
    {
      train->AddInputFile("0", (prefix + std::to_string(i) + ".vtu").c_str());
    }
    train->Update();
    const std::string outcome = train->GetOutcome();
    EXPECT_EQ(outcome.substr(0, 4), prefix == "/data/a_" ? "trai" : "read") << outcome;
  }
}
}
