#pragma once

#include "ops/cuda_interface.h"

namespace flare::ops
{
// The mixer's CUDA kernels: a module beside the engine, which is built where there is a CUDA compiler and
// loaded with the first tensor on a GPU. Null where it is missing or has no kernels for the GPU; that is
// warned of, once.
const cuda::MixModule* cudaModule();
}
