#pragma once

#include "flare/communicator.h"

#include <vtkDataSet.h>
#include <vtkFieldData.h>
#include <vtkSmartPointer.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

class vtkDataObject;

namespace flare::filters
{
// This rank's part of one case: data sets that together are one mesh, and where its parameters may be.
struct CaseMesh
{
  std::string name;
  std::vector<vtkSmartPointer<vtkDataSet>> pieces;
  std::vector<vtkSmartPointer<vtkFieldData>> fieldData; // nearest first
  double time = std::nan("");
};

// One mesh inside a composite (a leaf, or a leaf in pieces), or a data set that stands alone.
struct Block
{
  std::vector<unsigned int> path; // child indices from the top; empty for a data set that stands alone
  std::string name;               // "internalMesh", "Patches/inlet"
  int dimension = -1;             // of its cells, over all ranks
  std::int64_t points = 0;        // over all ranks
  CaseMesh mesh;                  // this rank's part
};

// All blocks in the order of the tree, the same list on every rank. Collective.
std::vector<Block> findBlocks(vtkDataObject* data, Communicator& communicator);

// Those with points whose cells have the highest dimension that occurs: the volume meshes, without
// the surfaces around them (OpenFOAM's patches). `leftOut` receives the number of the others.
std::vector<Block> volumeBlocks(std::vector<Block> blocks, std::size_t* leftOut = nullptr);

// All blocks as one mesh.
CaseMesh mergeBlocks(const std::vector<Block>& blocks);

// The data's time, NaN when it has none.
double timeOf(vtkDataObject* data);

// The meshes that a filter works on one by one: the volume blocks of a composite (merged: as one mesh), or
// the data set itself. Throws Error when there is no point on any rank. Collective.
std::vector<CaseMesh> meshesOf(vtkDataObject* data, double time, bool merged, Communicator& communicator);
}
