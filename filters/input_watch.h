#pragma once

#include "flare/communicator.h"

#include <vtkType.h>

#include <string>
#include <utility>
#include <vector>

class vtkDataObject;

namespace flare::filters
{
// Notices when a filter's input, or anything else that its result was made from, is no longer what it was.
class InputWatch
{
public:
  // True on the first call, and whenever the input, one of its data sets or the text are not those of the
  // last call on any rank. Collective.
  bool changed(vtkDataObject* input, const std::string& settings, Communicator& communicator);

private:
  // Data sets are told apart by their times of change, which are unique in a process.
  std::vector<std::pair<const void*, vtkMTimeType>> seen_;
  std::string settings_;
};
}
