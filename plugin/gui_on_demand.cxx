// What ParaFLARE adds to ParaView's window is a library of its own, ParaFLAREGui.so, which is loaded only
// where there is a Qt application: pvpython, pvbatch and pvserver neither link nor load Qt.
#include "vtkObject.h"

#include <dlfcn.h>

#include <string>

namespace
{
// QCoreApplication::self, without a header or a library of Qt: the application object, or null.
bool inQtApplication()
{
  auto* self = static_cast<void**>(dlsym(RTLD_DEFAULT, "_ZN16QCoreApplication4selfE"));
  return self && *self;
}

void startGui()
{
  Dl_info self;
  dladdr(reinterpret_cast<void*>(&startGui), &self);
  const std::string path = self.dli_fname;
  void* library = dlopen((path.substr(0, path.find_last_of('/') + 1) + "ParaFLAREGui.so").c_str(), RTLD_NOW);
  auto start = library ? reinterpret_cast<void (*)()>(dlsym(library, "ParaFLAREStartGui")) : nullptr;
  if (!start)
  {
    vtkGenericWarningMacro("ParaFLARE's part of the window cannot be loaded: " << dlerror());
    return;
  }
  start();
}

const bool started = []
{
  const bool inGui = inQtApplication();
  if (inGui)
  {
    startGui();
  }
  return inGui;
}();
}
