#pragma once

#include "mesh_blocks.h"

#include "flare/dataset.h"

#include <cstdint>
#include <string>
#include <vector>

class vtkDataObject;
class vtkSelection;

namespace flare::filters
{
// The indices of one mesh's points on this rank, in the order in which a case has them.
using PointIndices = std::vector<std::int64_t>;

// What a selection chooses of each mesh of the input (meshesOf has the same meshes); of the kind that the
// association says: a cell that is selected chooses its points, a point the cells that use it. Collective.
std::vector<PointIndices> selectedPoints(vtkDataObject* input, vtkSelection* selection,
  Association association, bool merged, Communicator& communicator);

// Where several ranks have chosen copies of one point, the lowest rank's stays. Collective.
void keepOneOfEach(
  std::vector<PointIndices>& chosen, const std::vector<Case>& cases, Communicator& communicator);

// The one point of all meshes and ranks that is nearest to a position; where several are equally near, the
// first one of the lowest mesh and rank. Points that another rank owns are left out. Where it is farther away
// than the meshes' extent, a note says so. Collective.
std::vector<PointIndices> nearestPoint(const std::vector<Case>& cases, const double position[3],
  double extent, std::vector<std::string>& notes, Communicator& communicator);

// The length of the diagonal of the box around all points of all ranks. Collective.
double extentOf(const std::vector<Case>& cases, Communicator& communicator);
}
