#pragma once

#include "cuda/plain_runs.cuh"
#include "cuda/tensor_core_runs.cuh"

#include <type_traits>

namespace flare::cuda
{
template<class T>
constexpr bool isNarrow = std::is_same_v<T, __half> || std::is_same_v<T, __nv_bfloat16>;

// Calls work(runs) with the kernels for the mix's width.
template<class T, class Work>
auto withRuns(const Mix& mix, const Work& work)
{
  using A = std::conditional_t<std::is_same_v<T, double>, double, float>;
  if constexpr (isNarrow<T>)
  {
    const bool pairs = mix.width % 2 == 0 && reinterpret_cast<std::uintptr_t>(mix.q) % 4 == 0 &&
                       reinterpret_cast<std::uintptr_t>(mix.k) % 4 == 0 &&
                       reinterpret_cast<std::uintptr_t>(mix.v) % 4 == 0;
    if (pairs && mix.width <= 8)
    {
      return work(TensorCoreRuns<T, 1>(mix));
    }
    if (pairs && mix.width <= 16)
    {
      return work(TensorCoreRuns<T, 2>(mix));
    }
    if (pairs && mix.width <= 32)
    {
      return work(TensorCoreRuns<T, 4>(mix));
    }
  }
  if (mix.width <= 8)
  {
    return work(PlainRuns<PlainShape<T, A, 8, 1>>(mix));
  }
  if (mix.width <= 32)
  {
    return work(PlainRuns<PlainShape<T, A, 8, 4>>(mix));
  }
  return work(PlainRuns<PlainShape<T, A, 8, 16>>(mix));
}

template<class T>
std::size_t MixOf<T>::workspaceBytes(const Mix& mix)
{
  return withRuns<T>(mix, [](const auto& runs) { return runs.workspaceBytes(); });
}

template<class T>
cudaError_t MixOf<T>::forward(
  const Mix& mix, void* y, const Encoded& encoded, void* workspace, cudaStream_t stream)
{
  return withRuns<T>(mix, [&](const auto& runs) { return runs.forward(y, encoded, workspace, stream); });
}

template<class T>
cudaError_t MixOf<T>::backward(const Mix& mix, const void* y, const void* dy, const Encoded& encoded,
  const Gradients& out, void* workspace, cudaStream_t stream)
{
  return withRuns<T>(
    mix, [&](const auto& runs) { return runs.backward(y, dy, encoded, out, workspace, stream); });
}
}
