#include "cuda/mix.h"

// engine/src/cuda/mix.h as C functions, for tests and measurements from Python through ctypes
// (tests/engine/cuda/mix_library.py). Every function returns a cudaError_t, or a size in bytes.
#define FLARE_EXPORT extern "C" __attribute__((visibility("default")))
#define FLARE_MIX_PARAMETERS                                                                                 \
  int type, int heads, int latents, int width, std::int64_t segments, const std::int64_t *offsets,           \
    double scale, const void *q, const void *k, const void *v
#define FLARE_MIX_DESCRIPTION describe(type, heads, latents, width, segments, offsets, scale, q, k, v)

namespace
{
flare::cuda::Mix describe(FLARE_MIX_PARAMETERS)
{
  flare::cuda::Mix mix;
  mix.type = static_cast<flare::cuda::Type>(type);
  mix.heads = heads;
  mix.latents = latents;
  mix.width = width;
  mix.segments = segments;
  mix.offsets = offsets;
  mix.scale = scale;
  mix.q = q;
  mix.k = k;
  mix.v = v;
  return mix;
}
}

FLARE_EXPORT long mix_workspace(FLARE_MIX_PARAMETERS)
{
  return static_cast<long>(flare::cuda::workspaceBytes(FLARE_MIX_DESCRIPTION));
}

FLARE_EXPORT long mix_gram_workspace(FLARE_MIX_PARAMETERS)
{
  return static_cast<long>(flare::cuda::gramWorkspaceBytes(FLARE_MIX_DESCRIPTION));
}

FLARE_EXPORT int mix_forward(FLARE_MIX_PARAMETERS, void* y, void* z, void* latentLogSum, void* pointLogSum,
  void* workspace, void* stream)
{
  return flare::cuda::forward(
    FLARE_MIX_DESCRIPTION, y, { z, latentLogSum, pointLogSum }, workspace, static_cast<cudaStream_t>(stream));
}

FLARE_EXPORT int mix_backward(FLARE_MIX_PARAMETERS, const void* y, const void* dy, void* z,
  void* latentLogSum, void* pointLogSum, void* dq, void* dk, void* dv, void* workspace, void* stream)
{
  return flare::cuda::backward(FLARE_MIX_DESCRIPTION, y, dy, { z, latentLogSum, pointLogSum }, { dq, dk, dv },
    workspace, static_cast<cudaStream_t>(stream));
}

FLARE_EXPORT int mix_gram(
  FLARE_MIX_PARAMETERS, void* matrix, void* latentLogSum, void* pointLogSum, void* workspace, void* stream)
{
  return flare::cuda::gram(
    FLARE_MIX_DESCRIPTION, matrix, latentLogSum, pointLogSum, workspace, static_cast<cudaStream_t>(stream));
}
