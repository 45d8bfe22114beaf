// ParaFLAREFilters.so: the filters and what lets ParaView's client call them (filters_on_demand.cxx loads
// it). The generated registration would also register how they are created, which filters_on_demand.cxx has
// done.
#include "vtkClientServerInterpreter.h"

#include <string>

#define FLARE_DECLARE(name)                                                                                  \
  extern vtkObjectBase* name##ClientServerNewCommand(void*);                                                 \
  extern int name##Command(vtkClientServerInterpreter*, vtkObjectBase*, const char*,                         \
    const vtkClientServerStream&, vtkClientServerStream&, void*);

FLARE_DECLARE(vtkFLARETrain)
FLARE_DECLARE(vtkFLAREPredict)
FLARE_DECLARE(vtkFLARESpectrum)
FLARE_DECLARE(vtkFLARERoutes)
FLARE_DECLARE(vtkFLAREEnsembleSpectrum)
FLARE_DECLARE(vtkFLARELatents)
FLARE_DECLARE(vtkFLAREEvaluate)
FLARE_DECLARE(vtkFLAREModelInfo)
FLARE_DECLARE(vtkFLARECaseAlgorithm)
FLARE_DECLARE(vtkFLAREModelAlgorithm)

namespace
{
struct Class
{
  const char* name;
  vtkClientServerNewInstanceFunction create;
  vtkClientServerCommandFunction command;
};

#define FLARE_CLASS(name)                                                                                    \
  Class                                                                                                      \
  {                                                                                                          \
#name, &name##ClientServerNewCommand, &name##Command                                                     \
  }

const Class classes[] = { FLARE_CLASS(vtkFLARETrain), FLARE_CLASS(vtkFLAREPredict),
  FLARE_CLASS(vtkFLARESpectrum), FLARE_CLASS(vtkFLARERoutes), FLARE_CLASS(vtkFLAREEnsembleSpectrum),
  FLARE_CLASS(vtkFLARELatents), FLARE_CLASS(vtkFLAREEvaluate), FLARE_CLASS(vtkFLAREModelInfo),
  { "vtkFLARECaseAlgorithm", nullptr, &vtkFLARECaseAlgorithmCommand },
  { "vtkFLAREModelAlgorithm", nullptr, &vtkFLAREModelAlgorithmCommand } };
}

// A new object of a class, whose methods the interpreter knows from then on.
extern "C" __attribute__((visibility("default"))) vtkObjectBase* ParaFLARENew(
  vtkClientServerInterpreter* interpreter, const char* name)
{
  vtkClientServerNewInstanceFunction create = nullptr;
  for (const auto& one : classes)
  {
    if (!interpreter->HasCommandFunction(one.name))
    {
      interpreter->AddCommandFunction(one.name, one.command);
    }
    create = name == std::string(one.name) ? one.create : create;
  }
  return create ? create(nullptr) : nullptr;
}
