#include "case_reader.h"

#include "support.h"

#include "flare/error.h"

#include <gtest/gtest.h>

#include <vtkCellData.h>
#include <vtkDataSetAttributes.h>
#include <vtkDoubleArray.h>
#include <vtkFieldData.h>
#include <vtkPointData.h>
#include <vtkStringArray.h>
#include <vtkUnsignedCharArray.h>

namespace flare::filters
{
using test::square;

namespace
{
CaseMesh meshOf(vtkDataSet* data)
{
  CaseMesh mesh;
  mesh.name = "wing";
  mesh.pieces.emplace_back(data);
  mesh.fieldData.emplace_back(data->GetFieldData());
  return mesh;
}

FieldSpec field(const std::string& name, int components = 1, bool averaged = false)
{
  FieldSpec spec;
  spec.name = name;
  spec.components = components;
  spec.averaged = averaged;
  return spec;
}

Signature scalar()
{
  Signature signature;
  signature.targets = { field("p") };
  signature.parameters = { { "Load", "N" } };
  return signature;
}

std::string problemOf(const CaseMesh& mesh, const Signature& signature)
{
  try
  {
    readCase(mesh, signature, Targets::Required, nullptr, *serialCommunicator());
  }
  catch (const Error& e)
  {
    return e.what();
  }
  return {};
}

bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}
}

TEST(CaseReader, ReadsWhatTheSignatureNames)
{
  const auto grid = square(4, 2.0);
  auto signature = scalar();
  signature.inputs = { field("U", 3), field("kind"), field("q", 1, true) };
  const auto c = readCase(meshOf(grid), signature, Targets::Required, nullptr, *serialCommunicator());
  EXPECT_EQ(c.name, "wing");
  EXPECT_EQ(c.count(), 16);
  EXPECT_EQ(c.inputs[0].data, grid->GetPointData()->GetArray("U")->GetVoidPointer(0));
  EXPECT_EQ(c.inputs[2].tuples, 16);
  EXPECT_EQ(c.targets[0].data, grid->GetPointData()->GetArray("p")->GetVoidPointer(0));
  ASSERT_EQ(c.parameters.size(), 1u);
  EXPECT_EQ(c.parameters[0], 2.0);
  EXPECT_EQ(c.owned.data, nullptr);
}

TEST(CaseReader, GivenValuesWinOverFieldData)
{
  const GivenParameters given{ { "Load", 7.0 } };
  const auto c = readCase(meshOf(square(3, 2.0)), scalar(), Targets::Ignored, &given, *serialCommunicator());
  EXPECT_EQ(c.parameters[0], 7.0);
  EXPECT_TRUE(c.targets.empty());
}

TEST(CaseReader, CellTargetsLiveAtCellCentres)
{
  Signature signature;
  signature.association = Association::Cells;
  signature.targets = { field("q") };
  signature.inputs = { field("p", 1, true) };
  const auto grid = square(3, 1.0);
  const auto c = readCase(meshOf(grid), signature, Targets::Required, nullptr, *serialCommunicator());
  EXPECT_EQ(c.count(), 8);
  EXPECT_EQ(c.inputs[0].tuples, 8);
  auto* p = grid->GetPointData()->GetArray("p");
  // The mean of three values around 1: two additions and a division.
  EXPECT_NEAR(c.inputs[0].at(0, 0),
    (p->GetVariantValue(0).ToDouble() + p->GetVariantValue(1).ToDouble() + p->GetVariantValue(3).ToDouble()) /
      3.0,
    1e-15);
}

TEST(CaseReader, NamesWhatIsMissing)
{
  auto signature = scalar();
  signature.targets = { field("pressure") };
  auto text = problemOf(meshOf(square(3, 1.0)), signature);
  EXPECT_TRUE(has(text, "case 'wing'")) << text;
  EXPECT_TRUE(has(text, "no point array 'pressure'")) << text;
  EXPECT_TRUE(has(text, "p, U, kind")) << text;

  signature.targets = { field("q") };
  text = problemOf(meshOf(square(3, 1.0)), signature);
  EXPECT_TRUE(has(text, "'q' is a cell array here")) << text;
  EXPECT_TRUE(has(text, "Cell Data to Point Data")) << text;

  signature.targets = { field("U", 2) };
  text = problemOf(meshOf(square(3, 1.0)), signature);
  EXPECT_TRUE(has(text, "'U' has 3 components where the first case or the model has 2")) << text;

  signature = scalar();
  signature.parameters = { { "Speed", "" } };
  text = problemOf(meshOf(square(3, 1.0)), signature);
  EXPECT_TRUE(has(text, "parameter 'Speed' is missing")) << text;
  EXPECT_TRUE(has(text, "Load")) << text;

  signature = scalar();
  signature.useTime = true;
  text = problemOf(meshOf(square(3, 1.0)), signature);
  EXPECT_TRUE(has(text, "the time is an input")) << text;
}

TEST(CaseReader, RefusesTextsAsNumbers)
{
  const auto grid = square(3, 1.0);
  vtkNew<vtkStringArray> names;
  names->SetName("names");
  names->SetNumberOfValues(9);
  grid->GetPointData()->AddArray(names);
  auto signature = scalar();
  signature.targets = { field("names") };
  EXPECT_TRUE(has(problemOf(meshOf(grid), signature), "not numbers"));

  vtkNew<vtkStringArray> load;
  load->SetName("Load");
  load->InsertNextValue("12 N");
  grid->GetFieldData()->RemoveArray("Load");
  grid->GetFieldData()->AddArray(load);
  EXPECT_TRUE(has(problemOf(meshOf(grid), scalar()), "not numbers"));

  vtkNew<vtkDoubleArray> loads;
  loads->SetName("Load");
  loads->InsertNextValue(1.0);
  loads->InsertNextValue(2.0);
  grid->GetFieldData()->RemoveArray("Load");
  grid->GetFieldData()->AddArray(loads);
  EXPECT_TRUE(has(problemOf(meshOf(grid), scalar()), "holds 2 values, but one is expected"));
}

TEST(CaseReader, GhostsAndHiddenPointsAreNotOwned)
{
  const auto grid = square(3, 1.0);
  vtkNew<vtkUnsignedCharArray> ghosts;
  ghosts->SetName(vtkDataSetAttributes::GhostArrayName());
  for (int i = 0; i < 9; ++i)
  {
    ghosts->InsertNextValue(i == 2   ? vtkDataSetAttributes::DUPLICATEPOINT
                            : i == 5 ? vtkDataSetAttributes::HIDDENPOINT
                                     : 0);
  }
  grid->GetPointData()->AddArray(ghosts);
  const auto c = readCase(meshOf(grid), scalar(), Targets::Required, nullptr, *serialCommunicator());
  ASSERT_EQ(c.owned.tuples, 9);
  for (int i = 0; i < 9; ++i)
  {
    EXPECT_EQ(c.owned.at(i, 0), i == 2 || i == 5 ? 0.0 : 1.0) << i;
  }
}

TEST(CaseReader, TakesStockOfArrays)
{
  const auto grid = square(3, 1.0);
  vtkNew<vtkDoubleArray> ids;
  ids->SetName("GlobalIds");
  ids->SetNumberOfTuples(9);
  grid->GetPointData()->SetGlobalIds(vtkDataArray::SafeDownCast(ids));
  const auto inventory = takeInventory(meshOf(grid), *serialCommunicator());
  ASSERT_NE(find(inventory.points, "U"), nullptr);
  const auto& u = *find(inventory.points, "U");
  EXPECT_EQ(u.components, 3);
  EXPECT_EQ(u.componentNames, (std::vector<std::string>{ "X", "Y", "Z" }));
  EXPECT_EQ(u.unit, "m/s");
  EXPECT_TRUE(find(inventory.points, "GlobalIds")->ids);
  EXPECT_NE(find(inventory.cells, "q"), nullptr);
  ASSERT_NE(find(inventory.parameters, "Load"), nullptr);
  EXPECT_EQ(find(inventory.parameters, "Load")->unit, "N");
}

TEST(CaseReader, JoinsThePiecesOfACase)
{
  auto mesh = meshOf(square(3, 1.0));
  mesh.pieces.emplace_back(square(4, 1.0));
  const auto c = readCase(mesh, scalar(), Targets::Required, nullptr, *serialCommunicator());
  EXPECT_EQ(c.count(), 9 + 16);
  EXPECT_EQ(c.targets[0].tuples, 25);
  EXPECT_EQ(c.points.at(9, 0), 0.0);
}
}
