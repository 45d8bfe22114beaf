#pragma once

#include "mesh_blocks.h"

#include "flare/array.h"
#include "flare/signature.h"

namespace flare::filters
{
// Per point (or cell) of this rank 1, or 0 where another rank or block owns it or it is hidden; empty when
// all are owned. Ghost marks decide; unmarked meshes on several ranks are compared by global ids, or
// by exactly equal coordinates, and the lowest rank owns. `shared` receives how many points were found
// so, over all ranks. Collective.
ArrayView ownedMarks(const CaseMesh& mesh, Association association, const ArrayView& places,
  Communicator& communicator, std::int64_t* shared);
}
