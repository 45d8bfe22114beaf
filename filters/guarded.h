#pragma once

#include "flare/communicator.h"
#include "flare/error.h"

#include <functional>
#include <string>
#include <vector>

class vtkAlgorithm;
class vtkDataObject;
class vtkInformationVector;
class vtkMultiProcessController;
class vtkStringArray;

namespace flare::filters
{
// An error that one of the filter's properties can put right.
class PropertyError : public Error
{
public:
  PropertyError(std::string property, const std::string& text)
    : Error(text)
    , property_(std::move(property))
  {
  }
  const std::string& property() const { return property_; }

private:
  std::string property_;
};

// Work whose errors the named property can put right, unless they say themselves which one can.
template<typename Work>
decltype(auto) about(const char* property, Work&& work)
{
  try
  {
    return work();
  }
  catch (const PropertyError&)
  {
    throw;
  }
  catch (const Error& e)
  {
    throw PropertyError(property, e.what());
  }
}

// Runs a filter's work. When it throws, the text becomes the filter's error and every output is emptied, so
// that nothing stale is left. `problem` receives the property that can put it right (or an empty text) and
// the error, or nothing. Returns a vtkErrorCode. The request itself should succeed all the same: a failed one
// would leave the filters behind this one with what they had before.
unsigned long guarded(vtkAlgorithm* filter, vtkInformationVector* outputs, vtkStringArray* problem,
  const std::function<void()>& work);

// One warning of the filter per text, from the first rank only.
void warn(vtkAlgorithm* filter, const std::vector<std::string>& texts, vtkMultiProcessController* controller);

// The texts of all ranks, each once. Collective.
std::vector<std::string> unite(Communicator& communicator, const std::vector<std::string>& texts);

// True when a rank's filter was told to abort, in VTK's way. Collective.
bool stopRequested(vtkAlgorithm* filter, Communicator& communicator);

// Gives output ports tables, or poly data, unless they have them.
void makeTables(vtkInformationVector* outputs, const std::vector<int>& ports);
void makePolyData(vtkInformationVector* outputs, const std::vector<int>& ports);

// Gives an output port a new data object of the input's type, unless it has one.
void makeLike(vtkInformationVector* outputs, int port, vtkDataObject* input);
}
