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
    reason = std::string(error ? error : "no reason given") +
             "; scripts/setup.sh and scripts/build.sh install their compiler and build them";
    return nullptr;
  }
  const auto* module = entry();
  if (!module->builtForGpu())
  {
    reason = "they were compiled for other GPUs";
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
        ". LibTorch's operators compute the attention on the GPU instead, more slowly.");
    }
    return loaded;
  }();
  return module;
}
}
