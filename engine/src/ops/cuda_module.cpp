#include "ops/cuda_module.h"

#include <c10/util/Exception.h>

#include <dlfcn.h>

#include <string>

namespace flare::ops
{
namespace
{
const cuda::MixModule* load(std::string& reason)
{
  // Found by the run path of the library or program that the engine is part of.
  void* library = dlopen("libflare_cuda.so", RTLD_NOW | RTLD_LOCAL);
  auto* entry =
    library ? reinterpret_cast<decltype(&flareCudaMixModule)>(dlsym(library, "flareCudaMixModule")) : nullptr;
  if (!entry)
  {
    const char* error = dlerror();
    reason = error ? error : "libflare_cuda.so is of another version";
    return nullptr;
  }
  const auto* module = entry();
  if (!module->fitsGpu())
  {
    reason = "this GPU is older than what they are built for (compute capability 8.0)";
    return nullptr;
  }
  return module;
}
}

const cuda::MixModule* cudaModule()
{
  static const cuda::MixModule* const module = []
  {
    std::string reason;
    const auto* loaded = load(reason);
    if (!loaded)
    {
      TORCH_WARN("ParaFLARE's CUDA kernels are not used: ", reason,
        ". LibTorch's operators compute the attention on the GPU instead, more slowly. scripts/setup.sh and "
        "the "
        "preset cuda build the kernels.");
    }
    return loaded;
  }();
  return module;
}
}
