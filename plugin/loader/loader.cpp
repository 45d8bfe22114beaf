// What ParaView loads as ParaFLARE.so: it loads LibTorch, then the plugin itself, and hands over.
//
// ParaView's programs on Debian link the reference BLAS, whose sgemm_ and dgemm_ therefore stand in the
// global scope, before those that LibTorch brings with it (MKL's): matrix products would be 10 to 40 times
// slower. RTLD_DEEPBIND makes LibTorch prefer its own. That must be said when it is loaded, which would
// otherwise happen as a dependency of the plugin.
#include <dlfcn.h>

#include <cstdio>
#include <string>

namespace
{
struct Plugin
{
  using VerificationData = const char* (*)();
  using Instance = void* (*)();
  VerificationData verificationData = nullptr;
  Instance instance = nullptr;
  std::string problem;

  Plugin()
  {
    if (!dlopen("libtorch_cpu.so", RTLD_NOW | RTLD_DEEPBIND))
    {
      problem = dlerror();
      return;
    }
    Dl_info self;
    dladdr(reinterpret_cast<void*>(&Plugin::plugin), &self);
    const std::string path = self.dli_fname;
    const auto folder = path.substr(0, path.find_last_of('/') + 1);
    void* library = dlopen((folder + "ParaFLAREPlugin.so").c_str(), RTLD_LAZY);
    if (!library)
    {
      problem = dlerror();
      return;
    }
    verificationData =
      reinterpret_cast<VerificationData>(dlsym(library, "pv_plugin_query_verification_data"));
    instance = reinterpret_cast<Instance>(dlsym(library, "pv_plugin_instance"));
  }

  static const Plugin& plugin()
  {
    static const Plugin loaded;
    if (!loaded.problem.empty())
    {
      std::fprintf(stderr, "ParaFLARE cannot be loaded: %s\n", loaded.problem.c_str());
    }
    return loaded;
  }
};
}

// The two functions by which ParaView recognises a plugin (vtkPVPlugin.h).
extern "C" __attribute__((visibility("default"))) const char* pv_plugin_query_verification_data()
{
  const auto& p = Plugin::plugin();
  return p.verificationData ? p.verificationData() : p.problem.c_str();
}

extern "C" __attribute__((visibility("default"))) void* pv_plugin_instance()
{
  const auto& p = Plugin::plugin();
  return p.instance ? p.instance() : nullptr;
}
