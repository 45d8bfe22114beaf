#pragma once

#include "flare/communicator.h"
#include "flare/error.h"

#include <vtkMultiProcessStream.h>

#include <memory>
#include <string>
#include <vector>

class vtkInformationVector;
class vtkMultiProcessController;

namespace flare::filters
{
// The ranks of a VTK controller; nullptr and controllers of one process are the serial case.
std::shared_ptr<Communicator> communicatorOf(vtkMultiProcessController* controller);

// Every rank's stream, by rank. Collective.
std::vector<vtkMultiProcessStream> gather(Communicator& communicator, const vtkMultiProcessStream& mine);

// RequestUpdateExtent: every rank asks the inputs of its ports for its own piece, as the filters work on
// meshes that lie on all ranks together. Who executes a filter does not always say so: ParaView asks every
// rank for the whole of a second port that it looks at first while the filter is in the middle of its work.
void requestOwnPieces(vtkMultiProcessController* controller, vtkInformationVector** inputs, int ports);
}
