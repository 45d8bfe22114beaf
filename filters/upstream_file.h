#pragma once

#include <string>

class vtkAlgorithm;

namespace flare::filters
{
// The file that the first reader above a filter reads, where it is one of VTK's own; else "".
std::string upstreamFile(vtkAlgorithm* filter);
}
