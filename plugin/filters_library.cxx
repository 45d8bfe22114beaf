// ParaFLAREFilters.so: the filters and what lets ParaView's client call them (filters_on_demand.cxx loads
// it). The generated registration would also register how they are created, which filters_on_demand.cxx has
// done.
#include "vtkClientServerInterpreter.h"

#include <map>
#include <string>

#define FLARE_DECLARE(name)                                                                                  \
  extern vtkObjectBase* name##ClientServerNewCommand(void*);                                                 \
  extern int name##Command(vtkClientServerInterpreter*, vtkObjectBase*, const char*,                         \
    const vtkClientServerStream&, vtkClientServerStream&, void*);

FLARE_DECLARE(vtkFLARETrain)
FLARE_DECLARE(vtkFLAREPredict)
FLARE_DECLARE(vtkFLARESpectrum)
FLARE_DECLARE(vtkFLAREEvaluate)
FLARE_DECLARE(vtkFLAREModelInfo)
FLARE_DECLARE(vtkFLAREModelAlgorithm)

// A new object of a class, whose methods the interpreter knows from then on.
extern "C" __attribute__((visibility("default"))) vtkObjectBase* ParaFLARENew(
  vtkClientServerInterpreter* interpreter, const char* name)
{
  static const std::map<std::string, vtkClientServerCommandFunction> commands = {
    { "vtkFLARETrain", &vtkFLARETrainCommand },
    { "vtkFLAREPredict", &vtkFLAREPredictCommand },
    { "vtkFLARESpectrum", &vtkFLARESpectrumCommand },
    { "vtkFLAREEvaluate", &vtkFLAREEvaluateCommand },
    { "vtkFLAREModelInfo", &vtkFLAREModelInfoCommand },
    { "vtkFLAREModelAlgorithm", &vtkFLAREModelAlgorithmCommand },
  };
  static const std::map<std::string, vtkClientServerNewInstanceFunction> creators = {
    { "vtkFLARETrain", &vtkFLARETrainClientServerNewCommand },
    { "vtkFLAREPredict", &vtkFLAREPredictClientServerNewCommand },
    { "vtkFLARESpectrum", &vtkFLARESpectrumClientServerNewCommand },
    { "vtkFLAREEvaluate", &vtkFLAREEvaluateClientServerNewCommand },
    { "vtkFLAREModelInfo", &vtkFLAREModelInfoClientServerNewCommand },
  };
  for (const auto& [known, command] : commands)
  {
    if (!interpreter->HasCommandFunction(known.c_str()))
    {
      interpreter->AddCommandFunction(known.c_str(), command);
    }
  }
  const auto creator = creators.find(name);
  return creator == creators.end() ? nullptr : creator->second(nullptr);
}
