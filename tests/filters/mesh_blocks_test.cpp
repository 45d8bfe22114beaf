#include "mesh_blocks.h"

#include "support.h"

#include "flare/error.h"

#include <gtest/gtest.h>

#include <vtkCompositeDataSet.h>
#include <vtkInformation.h>
#include <vtkMultiBlockDataSet.h>
#include <vtkPartitionedDataSet.h>
#include <vtkPartitionedDataSetCollection.h>
#include <vtkPolyData.h>
#include <vtkSphereSource.h>
#include <vtkTetra.h>

namespace flare::filters
{
using test::square;

namespace
{
vtkSmartPointer<vtkUnstructuredGrid> tetrahedron()
{
  auto grid = vtkSmartPointer<vtkUnstructuredGrid>::New();
  vtkNew<vtkPoints> points;
  points->InsertNextPoint(0, 0, 0);
  points->InsertNextPoint(1, 0, 0);
  points->InsertNextPoint(0, 1, 0);
  points->InsertNextPoint(0, 0, 1);
  grid->SetPoints(points);
  const vtkIdType corners[] = { 0, 1, 2, 3 };
  grid->InsertNextCell(VTK_TETRA, 4, corners);
  return grid;
}

vtkSmartPointer<vtkPolyData> sphere()
{
  vtkNew<vtkSphereSource> source;
  source->Update();
  return source->GetOutput();
}

// As an OpenFOAM reader gives it: a volume, and a block of patches.
vtkSmartPointer<vtkMultiBlockDataSet> flow()
{
  auto tree = vtkSmartPointer<vtkMultiBlockDataSet>::New();
  tree->SetBlock(0, tetrahedron());
  tree->GetMetaData(0u)->Set(vtkCompositeDataSet::NAME(), "internalMesh");
  vtkNew<vtkMultiBlockDataSet> patches;
  patches->SetBlock(0, sphere());
  patches->GetMetaData(0u)->Set(vtkCompositeDataSet::NAME(), "inlet");
  tree->SetBlock(1, patches);
  tree->GetMetaData(1u)->Set(vtkCompositeDataSet::NAME(), "Patches");
  return tree;
}
}

TEST(MeshBlocks, FindsAllBlocksWithTheirNames)
{
  const auto blocks = findBlocks(flow(), *serialCommunicator());
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].name, "internalMesh");
  EXPECT_EQ(blocks[0].dimension, 3);
  EXPECT_EQ(blocks[1].name, "Patches/inlet");
  EXPECT_EQ(blocks[1].dimension, 2);
  EXPECT_EQ(blocks[1].path, (std::vector<unsigned int>{ 1, 0 }));
}

TEST(MeshBlocks, SurfacesAroundVolumesAreNoCases)
{
  std::size_t leftOut = 0;
  const auto volumes = volumeBlocks(findBlocks(flow(), *serialCommunicator()), &leftOut);
  ASSERT_EQ(volumes.size(), 1u);
  EXPECT_EQ(volumes[0].name, "internalMesh");
  EXPECT_EQ(leftOut, 1u);
}

TEST(MeshBlocks, SurfacesAloneAreCases)
{
  vtkNew<vtkMultiBlockDataSet> tree;
  tree->SetBlock(0, square(3, 1.0));
  tree->SetBlock(1, sphere());
  tree->SetBlock(2, nullptr);
  EXPECT_EQ(volumeBlocks(findBlocks(tree, *serialCommunicator())).size(), 2u);
}

TEST(MeshBlocks, PiecesAreOneBlock)
{
  vtkNew<vtkPartitionedDataSet> pieces;
  pieces->SetPartition(0, square(3, 1.0));
  pieces->SetPartition(1, square(4, 1.0));
  vtkNew<vtkPartitionedDataSetCollection> collection;
  collection->SetPartitionedDataSet(0, pieces);
  collection->SetPartition(1, 0, square(2, 1.0));
  const auto blocks = findBlocks(collection, *serialCommunicator());
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].mesh.pieces.size(), 2u);
  EXPECT_EQ(blocks[0].points, 9 + 16);

  const auto merged = meshesOf(collection, 0.0, true, *serialCommunicator());
  ASSERT_EQ(merged.size(), 1u);
  EXPECT_EQ(merged[0].pieces.size(), 3u);
}

TEST(MeshBlocks, NothingAnywhereIsAnError)
{
  vtkNew<vtkUnstructuredGrid> empty;
  try
  {
    meshesOf(empty, 0.0, false, *serialCommunicator());
    FAIL();
  }
  catch (const Error& e)
  {
    EXPECT_NE(std::string(e.what()).find("no points"), std::string::npos);
  }
}
}
