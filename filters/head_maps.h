#pragma once

#include "tables.h"

#include <cstdint>
#include <functional>

class vtkPolyData;

namespace flare::filters
{
// Pictures of tables: a unit square per entry in the plane z = 0, with the entry's values as cell arrays.

// Is this head among the chosen ones? They are marked by 1 in the array Chosen.
using IsChosen = std::function<bool(std::int64_t block, std::int64_t head)>;

// A row of squares per block (the first on top; those of several meshes below each other), a column per head:
// Block, Head, EffectiveRank, ModesTo90, ModesTo99, ModesTo999, SpectralGap, Chosen.
void fillHeadMap(vtkPolyData* map, const std::vector<MeshSpectra>& meshes, const IsChosen& isChosen);

// The heads of a block against each other, a square of squares per block, side by side (below each other for
// several meshes): Block, Head, OtherHead, Similarity, Chosen (in the row of a chosen
// head). Empty where no similarities were computed.
void fillSimilarityMap(vtkPolyData* map, const std::vector<MeshSpectra>& meshes, const IsChosen& isChosen);
}
