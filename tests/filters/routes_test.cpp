#include "vtkFLARERoutes.h"

#include "support.h"

#include "flare/model.h"

#include <gtest/gtest.h>

#include <vtkCellData.h>
#include <vtkDoubleArray.h>
#include <vtkErrorCode.h>
#include <vtkIdTypeArray.h>
#include <vtkInformation.h>
#include <vtkMultiBlockDataSet.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>
#include <vtkSelection.h>
#include <vtkSelectionNode.h>
#include <vtkStringArray.h>
#include <vtkTable.h>
#include <vtkTrivialProducer.h>

#include <cmath>
#include <string>
#include <vector>

namespace flare::test
{
namespace
{
class Routes : public ModelTest
{
protected:
  void SetUp() override
  {
    said->observe(routes);
    routes->SetModelFile(model.c_str());
    routes->SetDevice(vtkFLARERoutes::CPU);
    routes->SetInputData(grid);
  }

  std::vector<double> array(const std::string& name, vtkDataObject* mesh = nullptr)
  {
    auto* data = vtkDataSet::SafeDownCast(mesh ? mesh : routes->GetOutputDataObject(0));
    auto* values = data->GetPointData()->GetArray(name.c_str());
    std::vector<double> result;
    for (vtkIdType i = 0; values && i < values->GetNumberOfTuples(); ++i)
    {
      result.push_back(values->GetComponent(i, 0));
    }
    return result;
  }

  double sum(const std::string& name)
  {
    double total = 0.0;
    for (const double value : array(name))
    {
      total += value;
    }
    return total;
  }

  void update()
  {
    routes->Update();
    EXPECT_EQ(said->errors, "");
  }

  // In one data set of a composite, by its index there (0: no composite).
  void select(int fieldType, const std::vector<vtkIdType>& ids, int compositeIndex = 0)
  {
    vtkNew<vtkIdTypeArray> list;
    for (const auto id : ids)
    {
      list->InsertNextValue(id);
    }
    vtkNew<vtkSelectionNode> node;
    node->SetFieldType(fieldType);
    node->SetContentType(vtkSelectionNode::INDICES);
    node->SetSelectionList(list);
    if (compositeIndex > 0)
    {
      node->GetProperties()->Set(vtkSelectionNode::COMPOSITE_INDEX(), compositeIndex);
    }
    vtkNew<vtkSelection> selection;
    selection->AddNode(node);
    vtkNew<vtkTrivialProducer> producer;
    producer->SetOutput(selection);
    routes->SetSelectionConnection(producer->GetOutputPort());
  }

  vtkSmartPointer<vtkUnstructuredGrid> grid = square(6, 2.5);
  vtkNew<vtkFLARERoutes> routes;
};

}

TEST_F(Routes, FollowTheNearestPoint)
{
  routes->SetHead(1);
  update();
  const auto corner = array("route_b0_h1");
  ASSERT_EQ(corner.size(), 36u);
  EXPECT_NEAR(sum("route_b0_h1"), 1.0, 1e-12);
  EXPECT_FALSE(array("p").empty()) << "the mesh's own arrays are there";
  double other[3];
  grid->GetPoint(35, other);
  other[0] += 0.001;
  routes->SetPosition(other);
  update();
  EXPECT_NE(array("route_b0_h1"), corner);
  auto* picked = vtkPolyData::SafeDownCast(routes->GetOutputDataObject(2));
  ASSERT_EQ(picked->GetNumberOfPoints(), 1);
  EXPECT_EQ(picked->GetPoint(0)[0], grid->GetPoint(35)[0]) << "the point itself";
  EXPECT_EQ(picked->GetNumberOfVerts(), 1);
  select(vtkSelectionNode::POINT, { 0 });
  update();
  EXPECT_EQ(array("route_b0_h1"), corner) << "a selection wins";
  routes->SetSelectionConnection(nullptr);
  update();
  EXPECT_NE(array("route_b0_h1"), corner);
}

TEST_F(Routes, OfAllHeadsAreTheSum)
{
  routes->SetHead(0);
  update();
  const auto first = array("route_b0_h0");
  routes->SetHead(1);
  update();
  const auto second = array("route_b0_h1");
  EXPECT_TRUE(array("route_b0_h0").empty());
  routes->SetHead(-1);
  update();
  const auto both = array("route_b0");
  for (std::size_t i = 0; i < both.size(); ++i)
  {
    EXPECT_NEAR(both[i], first[i] + second[i], 1e-15);
  }
}

TEST_F(Routes, OfASelectionAreTheMean)
{
  routes->SetHead(0);
  select(vtkSelectionNode::POINT, { 3 });
  update();
  const auto third = array("route_b0_h0");
  select(vtkSelectionNode::POINT, { 20 });
  update();
  const auto twentieth = array("route_b0_h0");
  select(vtkSelectionNode::POINT, { 3, 20 });
  update();
  const auto both = array("route_b0_h0");
  for (std::size_t i = 0; i < both.size(); ++i)
  {
    EXPECT_NEAR(both[i], 0.5 * (third[i] + twentieth[i]), 1e-15);
  }
}

TEST_F(Routes, ASelectedCellChoosesItsPoints)
{
  vtkNew<vtkIdList> points;
  grid->GetCellPoints(7, points);
  std::vector<vtkIdType> ids(points->begin(), points->end());
  select(vtkSelectionNode::POINT, ids);
  update();
  const auto byPoints = array("route_b0");
  select(vtkSelectionNode::CELL, { 7 });
  update();
  EXPECT_EQ(array("route_b0"), byPoints);
}

TEST_F(Routes, ALatentListensAndSpeaks)
{
  routes->SetHead(1);
  routes->SetLatent(5);
  update();
  EXPECT_NEAR(sum("encode_b0_h1_m5"), 1.0, 1e-12);
  const auto speaks = array("decode_b0_h1_m5");
  for (const double share : speaks)
  {
    EXPECT_TRUE(share >= 0.0 && share <= 1.0);
  }
  auto* table = tableOf(routes, 1);
  ASSERT_EQ(table->GetNumberOfRows(), 8);
  EXPECT_EQ(table->GetNumberOfColumns(), 1 + 2);
  EXPECT_NEAR(table->GetValueByName(5, "Head_1").ToDouble(), speaks[0], 1e-15) << "the corner is chosen";
  double total = 0.0;
  for (vtkIdType m = 0; m < 8; ++m)
  {
    EXPECT_EQ(table->GetValueByName(m, "Latent").ToInt(), m);
    total += table->GetValueByName(m, "Head_1").ToDouble();
  }
  EXPECT_NEAR(total, 1.0, 1e-13);
}

TEST_F(Routes, MeshesOfACompositeExchangeNothing)
{
  vtkNew<vtkMultiBlockDataSet> tree;
  tree->SetBlock(0, square(6, 2.5));
  tree->SetBlock(1, square(5, 2.5));
  routes->SetInputData(tree);
  update();
  auto* output = vtkMultiBlockDataSet::SafeDownCast(routes->GetOutputDataObject(0));
  double total = 0.0;
  for (const double value : array("route_b0", output->GetBlock(0)))
  {
    total += value;
  }
  EXPECT_NEAR(total, 2.0, 1e-12) << "two heads";
  for (const double value : array("route_b0", output->GetBlock(1)))
  {
    EXPECT_EQ(value, 0.0);
  }
}

TEST_F(Routes, SayWhatIsWrong)
{
  const auto problem = [&]
  {
    said->errors.clear();
    routes->Update();
    EXPECT_EQ(routes->GetOutputDataObject(0)->GetNumberOfElements(vtkDataObject::POINT), 0);
    auto* said = routes->GetProblem();
    return said->GetNumberOfValues() == 2 ? std::string(said->GetValue(0)) : "none";
  };
  routes->SetBlock(1);
  EXPECT_EQ(problem(), "Block");
  routes->SetBlock(-1);
  EXPECT_EQ(problem(), "Block");
  routes->SetBlock(0);
  routes->SetHead(2);
  EXPECT_EQ(problem(), "Head");
  routes->SetHead(-2);
  EXPECT_EQ(problem(), "Head");
  routes->SetHead(-1);
  routes->SetLatent(3);
  EXPECT_EQ(problem(), "Head") << "whose latent?";
  routes->SetHead(0);
  routes->SetLatent(8);
  EXPECT_EQ(problem(), "Latent");
  EXPECT_NE(said->errors.find("a head of block 0 has 0 to 7"), std::string::npos) << said->errors;
  routes->SetLatent(-2);
  EXPECT_EQ(problem(), "Latent");
  routes->SetLatent(-1);
  routes->SetPrecision(2);
  EXPECT_EQ(problem(), "Precision");
  routes->SetPrecision(0);
  select(vtkSelectionNode::POINT, {});
  EXPECT_EQ(problem(), "Selection");
  routes->RemoveSelection();
  said->errors.clear();
  update();
  EXPECT_NEAR(sum("route_b0_h0"), 1.0, 1e-12) << "and it works again";
}
TEST_F(Routes, ASelectionInOneMeshOfAComposite)
{
  vtkNew<vtkMultiBlockDataSet> tree;
  tree->SetBlock(0, square(6, 2.5));
  tree->SetBlock(1, square(5, 2.5));
  routes->SetInputData(tree);
  select(vtkSelectionNode::POINT, { 3 }, 2); // composite index of the second block
  update();
  auto* output = vtkMultiBlockDataSet::SafeDownCast(routes->GetOutputDataObject(0));
  ASSERT_NE(output->GetBlock(1), nullptr);
  double total = 0.0;
  for (const double value : array("route_b0", output->GetBlock(1)))
  {
    total += value;
  }
  EXPECT_NEAR(total, 2.0, 1e-12);
  for (const double value : array("route_b0", output->GetBlock(0)))
  {
    EXPECT_EQ(value, 0.0);
  }
}

TEST_F(Routes, OfAModelOfCells)
{
  const auto file = trainedModelOfCells(*folder);
  routes->SetModelFile(file.c_str());
  const auto route = [&]
  {
    update();
    auto* mesh = vtkDataSet::SafeDownCast(routes->GetOutputDataObject(0));
    auto* values = mesh->GetCellData()->GetArray("route_b0");
    std::vector<double> result;
    for (vtkIdType i = 0; values && i < values->GetNumberOfTuples(); ++i)
    {
      result.push_back(values->GetComponent(i, 0));
    }
    return result;
  };
  routes->SetPosition(0.0, 0.0, 0.0);
  const auto nearest = route();
  ASSERT_EQ(nearest.size(), 50u);
  select(vtkSelectionNode::CELL, { 0 });
  EXPECT_EQ(route(), nearest);
  select(vtkSelectionNode::POINT, { 0 });
  EXPECT_EQ(route(), nearest) << "the one cell of the corner";
  select(vtkSelectionNode::CELL, { 1 });
  EXPECT_NE(route(), nearest);
}

TEST_F(Routes, OfAFrustumBesideTheMesh)
{
  vtkNew<vtkDoubleArray> corners;
  corners->SetNumberOfComponents(4);
  for (int corner = 0; corner < 8; ++corner)
  {
    corners->InsertNextTuple4(
      100.0 + (corner & 4 ? 1.0 : 0.0), corner & 2 ? 1.0 : 0.0, corner & 1 ? 1.0 : 0.0, 1.0);
  }
  vtkNew<vtkSelectionNode> node;
  node->SetFieldType(vtkSelectionNode::POINT);
  node->SetContentType(vtkSelectionNode::FRUSTUM);
  node->SetSelectionList(corners);
  vtkNew<vtkSelection> selection;
  selection->AddNode(node);
  vtkNew<vtkTrivialProducer> producer;
  producer->SetOutput(selection);
  routes->SetSelectionConnection(producer->GetOutputPort());
  vtkNew<vtkMultiBlockDataSet> tree;
  tree->SetBlock(0, square(6, 2.5));
  tree->SetBlock(1, square(5, 2.5));
  for (vtkDataObject* input : { static_cast<vtkDataObject*>(grid), static_cast<vtkDataObject*>(tree) })
  {
    said->errors.clear();
    routes->SetInputDataObject(input);
    routes->Update();
    EXPECT_NE(said->errors.find("nothing is selected"), std::string::npos) << said->errors;
    EXPECT_EQ(routes->GetProblem()->GetValue(0), "Selection");
  }
}

TEST_F(Routes, OfASelectionThatDoesNotFitTheMesh)
{
  select(vtkSelectionNode::POINT, { 4000 });
  routes->Update();
  ASSERT_EQ(routes->GetProblem()->GetNumberOfValues(), 2);
  EXPECT_EQ(routes->GetProblem()->GetValue(0), "Selection");
  EXPECT_EQ(routes->GetOutputDataObject(0)->GetNumberOfElements(vtkDataObject::POINT), 0);
}

TEST_F(Routes, OfAPositionThatIsNone)
{
  for (const double x : { std::nan(""), 1e200 })
  {
    routes->SetPosition(x, 0.0, 0.0);
    routes->Update();
    ASSERT_EQ(routes->GetProblem()->GetNumberOfValues(), 2);
    EXPECT_EQ(routes->GetProblem()->GetValue(0), "Position");
  }
}

TEST_F(Routes, SayThatThePositionIsFarAway)
{
  routes->SetPosition(1.7, 0.3, 0.0); // of a square from 0 to 1
  update();
  EXPECT_EQ(said->warnings, "");
  routes->SetPosition(1000.0, 300.0, 0.0);
  update();
  EXPECT_NE(said->warnings.find("unit of length"), std::string::npos) << said->warnings;
  EXPECT_EQ(vtkPolyData::SafeDownCast(routes->GetOutputDataObject(2))->GetNumberOfPoints(), 1);
}

TEST_F(Routes, SayThatTheMeshIsNotLikeThoseOfTheTraining)
{
  update();
  EXPECT_EQ(said->warnings, "");
  const auto large = square(6, 2.5);
  for (vtkIdType i = 0; i < large->GetNumberOfPoints(); ++i)
  {
    const double* x = large->GetPoint(i);
    large->GetPoints()->SetPoint(i, 1e3 * x[0], 1e3 * x[1], 0.0);
  }
  routes->SetInputData(large);
  update();
  EXPECT_NE(said->warnings.find("35 of 36 points lie outside"), std::string::npos) << said->warnings;
  said->warnings.clear();
  routes->SetHead(1);
  update();
  EXPECT_EQ(said->warnings, "") << "of the same mesh once";
}

TEST_F(Routes, OfAMeshWhoseScoresOverflow)
{
  const auto huge = square(6, 2.5);
  for (vtkIdType i = 0; i < huge->GetNumberOfPoints(); ++i)
  {
    const double* x = huge->GetPoint(i);
    huge->GetPoints()->SetPoint(i, 1e30 * x[0], 1e30 * x[1], 0.0);
  }
  routes->SetInputData(huge);
  routes->Update();
  EXPECT_NE(said->errors.find("scores of block 0, head 0 are not finite"), std::string::npos) << said->errors;
  EXPECT_EQ(routes->GetOutputDataObject(0)->GetNumberOfElements(vtkDataObject::POINT), 0);
  EXPECT_EQ(tableOf(routes, 1)->GetNumberOfRows(), 0);
}
}
