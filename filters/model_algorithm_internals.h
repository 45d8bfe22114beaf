#pragma once

#include "model_cache.h"
#include "vtkFLAREModelAlgorithm.h"

#include <vtkDoubleArray.h>
#include <vtkNew.h>
#include <vtkStringArray.h>
#include <vtkTimeStamp.h>

#include <map>
#include <string>

namespace flare::filters
{
// Notices when a file becomes another one.
class FileWatch
{
public:
  // Looks at the file; news move the time stamp. Where there are several ranks the first one's look counts,
  // so that all decide alike (collective then).
  void look(const std::string& path, Communicator& communicator);
  vtkMTimeType time() const { return stamp_.GetMTime(); }

private:
  std::string seen_;
  vtkTimeStamp stamp_;
};

// A field array of this name in FLARETrain's outputs tells the filters behind it which file was written.
constexpr const char* modelFileArray = "FLAREModelFile";
}

struct vtkFLAREModelAlgorithm::Internals
{
  std::string modelFile; // the one in use
  flare::filters::FileWatch watch;
  std::map<std::string, double> parameterValues;
  std::map<std::string, std::string> badValues; // texts that are no numbers, by parameter
  vtkNew<vtkStringArray> names;
  vtkNew<vtkStringArray> units;
  vtkNew<vtkDoubleArray> ranges;
  vtkNew<vtkStringArray> problem; // of the last execution

  // The file that is named, or else the one in use.
  std::string fileOr(const char* named) const;
  flare::ModelInfo information() const;
  // What the file says that is named, or else is in use; nothing where there is none or it cannot be read:
  // the next update says why.
  flare::ModelInfo informationIfThere(const char* named) const;
  // The version of the model file, the data's time and the values of parameters, as a text that changes with
  // them.
  std::string identity(double time) const;
  // Throws Error when a value is set for something that is not a parameter of the model, or is no number.
  void checkParameterValues(const flare::Signature& signature) const;
};
