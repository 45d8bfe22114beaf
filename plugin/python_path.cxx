// Where the plugin is loaded, `from paraflare import views` works: the folder of the Python package, whose
// place beside the plugin is the same in the build folder and where it is installed, is added to Python's
// path.
#include "vtkPythonInterpreter.h"

#include <dlfcn.h>

#include <filesystem>

namespace
{
const bool added = []
{
  Dl_info self;
  dladdr(reinterpret_cast<const void*>(&added), &self);
  const auto plugin = std::filesystem::path(self.dli_fname).parent_path();
  vtkPythonInterpreter::PrependPythonPath((plugin / PARAFLARE_PYTHON_FROM_PLUGIN).lexically_normal().c_str());
  return true;
}();
}
