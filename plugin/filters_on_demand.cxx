// The filters, and LibTorch with them, are loaded when the first of them is created: ParaView starts as fast
// as without the plugin.
//
// ParaView's programs on Debian link the reference BLAS, whose sgemm_ and dgemm_ therefore stand in the
// global scope, before those that LibTorch brings with it (MKL's): matrix products would be 10 to 40 times
// slower. RTLD_DEEPBIND makes LibTorch prefer its own. That must be said when it is loaded, which would
// otherwise happen as a dependency of the filters.
#include "vtkClientServerInterpreter.h"
#include "vtkClientServerInterpreterInitializer.h"
#include "vtkSetGet.h"

#include <dlfcn.h>

#include <string>

namespace
{
using Create = vtkObjectBase* (*)(vtkClientServerInterpreter*, const char* name);

void* opened(const std::string& library, int mode)
{
  void* handle = dlopen(library.c_str(), mode);
  if (!handle)
  {
    vtkGenericWarningMacro("ParaFLARE's filters cannot be loaded: " << dlerror());
  }
  return handle;
}

Create loadFilters()
{
  if (!opened("libtorch_cpu.so", RTLD_NOW | RTLD_DEEPBIND))
  {
    return nullptr;
  }
  Dl_info self;
  dladdr(reinterpret_cast<void*>(&loadFilters), &self);
  const std::string path = self.dli_fname;
  void* library = opened(path.substr(0, path.find_last_of('/') + 1) + "ParaFLAREFilters.so", RTLD_LAZY);
  return library ? reinterpret_cast<Create>(dlsym(library, "ParaFLARENew")) : nullptr;
}

struct Promise
{
  vtkClientServerInterpreter* interpreter;
  const char* name;
};

vtkObjectBase* create(void* context)
{
  const auto& promise = *static_cast<const Promise*>(context);
  static const Create make = loadFilters();
  return make ? make(promise.interpreter, promise.name) : nullptr;
}

void promiseFilters(vtkClientServerInterpreter* interpreter)
{
  for (const char* name : { "vtkFLARETrain", "vtkFLAREPredict", "vtkFLARESpectrum", "vtkFLARERoutes",
         "vtkFLAREEnsembleSpectrum", "vtkFLARELatents", "vtkFLAREEvaluate", "vtkFLAREModelInfo" })
  {
    interpreter->AddNewInstanceFunction(name, &create, new Promise{ interpreter, name },
      [](void* promise) { delete static_cast<Promise*>(promise); });
  }
}

const bool promised = []
{
  vtkClientServerInterpreterInitializer::GetInitializer()->RegisterCallback(&promiseFilters);
  return true;
}();
}
