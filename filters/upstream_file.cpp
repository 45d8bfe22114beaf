#include "upstream_file.h"

#include <vtkAlgorithm.h>
#include <vtkDataReader.h>
#include <vtkXMLReader.h>

namespace flare::filters
{
std::string upstreamFile(vtkAlgorithm* filter)
{
  auto* source = filter;
  while (source && source->GetNumberOfInputPorts() > 0 && source->GetNumberOfInputConnections(0) > 0)
  {
    source = source->GetInputAlgorithm(0, 0);
  }
  const char* name = nullptr;
  if (auto* xml = vtkXMLReader::SafeDownCast(source))
  {
    name = xml->GetFileName();
  }
  else if (auto* legacy = vtkDataReader::SafeDownCast(source))
  {
    name = legacy->GetFileName();
  }
  return name ? name : "";
}
}
