#include "cuda/mix.h"

#include "cuda/plan.h"

#include <cuda_bf16.h>
#include <cuda_fp16.h>

namespace flare::cuda
{
namespace
{
// Compiled for the same GPUs as all others, and never run.
__global__ void probe() {}

// Calls work with MixOf<T> of the mix's type.
template<class Work>
auto withType(Type type, const Work& work)
{
  switch (type)
  {
    case Type::Half:
      return work(MixOf<__half>());
    case Type::BFloat16:
      return work(MixOf<__nv_bfloat16>());
    case Type::Float:
      return work(MixOf<float>());
    case Type::Double:
      break;
  }
  return work(MixOf<double>());
}
}

bool supports(std::int64_t heads, std::int64_t latents, std::int64_t width)
{
  return heads > 0 && heads <= 65535 && latents > 0 && latents <= 65536 && width > 0 && width <= widestHead;
}

bool builtForGpu()
{
  cudaFuncAttributes attributes;
  const bool found = cudaFuncGetAttributes(&attributes, probe) == cudaSuccess;
  cudaGetLastError(); // a failure is an answer here
  return found;
}

std::size_t workspaceBytes(const Mix& mix)
{
  return withType(mix.type, [&](auto kernels) { return kernels.workspaceBytes(mix); });
}

cudaError_t forward(const Mix& mix, void* y, const Encoded& encoded, void* workspace, cudaStream_t stream)
{
  return withType(
    mix.type, [&](auto kernels) { return kernels.forward(mix, y, encoded, workspace, stream); });
}

cudaError_t backward(const Mix& mix, const void* y, const void* dy, const Encoded& encoded,
  const Gradients& out, void* workspace, cudaStream_t stream)
{
  return withType(
    mix.type, [&](auto kernels) { return kernels.backward(mix, y, dy, encoded, out, workspace, stream); });
}
}
