#pragma once

#include "flare/communicator.h"
#include "flare/error.h"

#include <vtkMultiProcessStream.h>

#include <memory>
#include <string>
#include <vector>

class vtkMultiProcessController;

namespace flare::filters
{
// The ranks of a VTK controller; nullptr and controllers of one process are the serial case.
std::shared_ptr<Communicator> communicatorOf(vtkMultiProcessController* controller);

// Every rank's stream, by rank. Collective.
std::vector<vtkMultiProcessStream> gather(Communicator& communicator, const vtkMultiProcessStream& mine);
}
