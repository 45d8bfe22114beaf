#pragma once

class pqPipelineSource;
class vtkSMProxy;
class vtkSMViewProxy;

namespace flare::gui
{
// A new tab with the effective rank of all heads as a map, how alike the heads of each block are, and the
// modes of the chosen head on the mesh; of a FLARESpectrum, or of one that is made as for showSpectrum. False
// when it has failed.
bool showHeadMap(pqPipelineSource* source);

// After the filter has run: the ranges of the colours, and what the axes of the map say. True when that
// changed something.
bool followSquares(vtkSMProxy* representation, vtkSMViewProxy* view);
}
