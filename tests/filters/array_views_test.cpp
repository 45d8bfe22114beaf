#include "array_views.h"

#include "support.h"

#include <gtest/gtest.h>

#include <vtkBitArray.h>
#include <vtkCellData.h>
#include <vtkDoubleArray.h>
#include <vtkFloatArray.h>
#include <vtkIdTypeArray.h>
#include <vtkImageData.h>
#include <vtkIntArray.h>
#include <vtkPointData.h>
#include <vtkSOADataArrayTemplate.h>

namespace flare::filters
{
using test::square;

TEST(ArrayViews, ReadsArraysWhereTheyLie)
{
  const auto grid = square(4, 2.0);
  auto* u = vtkFloatArray::SafeDownCast(grid->GetPointData()->GetArray("U"));
  const auto view = viewOf(u);
  EXPECT_EQ(view.data, u->GetPointer(0));
  EXPECT_EQ(view.type, ScalarType::Float32);
  EXPECT_EQ(view.tuples, 16);
  EXPECT_EQ(view.components, 3);
  EXPECT_EQ(viewOf(grid->GetPointData()->GetArray("kind")).type, ScalarType::Int32);
  EXPECT_EQ(placesOf(grid, Association::Points).data, grid->GetPoints()->GetVoidPointer(0));
}

TEST(ArrayViews, KeepsTheArrayAlive)
{
  ArrayView view;
  {
    vtkNew<vtkDoubleArray> array;
    array->InsertNextValue(3.5);
    view = viewOf(array);
  }
  EXPECT_EQ(view.at(0, 0), 3.5);
}

TEST(ArrayViews, CopiesOtherLayoutsAndBits)
{
  vtkNew<vtkSOADataArrayTemplate<float>> apart;
  apart->SetNumberOfComponents(2);
  apart->SetNumberOfTuples(3);
  for (vtkIdType i = 0; i < 3; ++i)
  {
    apart->SetTypedComponent(i, 0, static_cast<float>(i));
    apart->SetTypedComponent(i, 1, static_cast<float>(10 + i));
  }
  const auto view = viewOf(apart);
  EXPECT_EQ(view.at(2, 0), 2.0);
  EXPECT_EQ(view.at(2, 1), 12.0);

  vtkNew<vtkBitArray> bits;
  for (const int bit : { 1, 0, 1 })
  {
    bits->InsertNextValue(bit);
  }
  const auto flags = viewOf(bits);
  EXPECT_EQ(flags.type, ScalarType::UInt8);
  EXPECT_EQ(flags.at(0, 0), 1.0);
  EXPECT_EQ(flags.at(1, 0), 0.0);

  vtkNew<vtkIdTypeArray> ids;
  ids->InsertNextValue(vtkIdType{ 1 } << 40);
  EXPECT_EQ(viewOf(ids).at(0, 0), 1099511627776.0);
}

TEST(ArrayViews, JoinsPartsOfDifferentTypes)
{
  vtkNew<vtkFloatArray> a;
  a->InsertNextValue(0.5F);
  vtkNew<vtkDoubleArray> b;
  b->InsertNextValue(0.1);
  const auto one = concatenate({ viewOf(a), ArrayView{} }, 1);
  EXPECT_EQ(one.data, a->GetPointer(0));
  const auto both = concatenate({ viewOf(a), viewOf(b) }, 1);
  EXPECT_EQ(both.type, ScalarType::Float64);
  EXPECT_EQ(both.tuples, 2);
  EXPECT_EQ(both.at(1, 0), 0.1);
  const auto same = concatenate({ viewOf(a), viewOf(a) }, 1);
  EXPECT_EQ(same.type, ScalarType::Float32);
  EXPECT_EQ(same.at(1, 0), 0.5);
  EXPECT_EQ(concatenate({}, 3).tuples, 0);
}

TEST(ArrayViews, PlacesAreCellCentresForCells)
{
  const auto grid = square(3, 1.0);
  const auto centres = placesOf(grid, Association::Cells);
  ASSERT_EQ(centres.tuples, grid->GetNumberOfCells());
  // The first triangle's corners are (0,0), (1/2,0), (0,1/2); three roundings each.
  EXPECT_NEAR(centres.at(0, 0), 1.0 / 6.0, 1e-15);
  EXPECT_NEAR(centres.at(0, 1), 1.0 / 6.0, 1e-15);
}

TEST(ArrayViews, PlacesOfImagesAreMade)
{
  vtkNew<vtkImageData> image;
  image->SetDimensions(2, 2, 1);
  image->SetSpacing(0.25, 0.5, 1.0);
  const auto places = placesOf(image, Association::Points);
  ASSERT_EQ(places.tuples, 4);
  EXPECT_EQ(places.at(3, 0), 0.25);
  EXPECT_EQ(places.at(3, 1), 0.5);
}

TEST(ArrayViews, AveragesIntegersWithoutCuttingThemOff)
{
  const auto grid = square(2, 1.0); // points 0 and 2 have kind 0, points 1 and 3 have kind 1
  const auto cells = averagedOver(grid, "kind", Association::Cells);
  ASSERT_EQ(cells.tuples, 2);
  EXPECT_NEAR(cells.at(0, 0), 1.0 / 3.0, 1e-15); // points 0, 1, 2
  EXPECT_NEAR(cells.at(1, 0), 2.0 / 3.0, 1e-15); // points 1, 3, 2
  const auto points = averagedOver(grid, "q", Association::Points);
  EXPECT_EQ(points.tuples, 4);
}
}
