#pragma once

#include "tables.h"

class vtkPolyData;

namespace flare::filters
{
// Pictures of tables: a unit square per entry in the plane z = 0, with the entry's values as cell arrays.

// A row of squares per block (the first on top; those of several meshes below each other), a column per head:
// Block, Head, EffectiveRank, ModesTo90, ModesTo99, ModesTo999, SpectralGap.
void fillHeadMap(vtkPolyData* map, const std::vector<MeshSpectra>& meshes);

// The heads of a block against each other, a square of squares per block, side by side (below each other for
// several meshes): Block, Head, OtherHead, Similarity. Empty where no similarities were computed.
void fillSimilarityMap(vtkPolyData* map, const std::vector<MeshSpectra>& meshes);
}
