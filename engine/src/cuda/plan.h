#pragma once

#include "cuda/mix.h"

#include <algorithm>

// How a batch is cut into chunks and where the intermediate results lie in the workspace. All of it follows
// from sizes and the GPU's number of multiprocessors, so that equal inputs give equal bits on one GPU.
namespace flare::cuda
{
inline int deviceAttribute(cudaDeviceAttr attribute)
{
  int device = 0, value = 1;
  cudaGetDevice(&device);
  cudaDeviceGetAttribute(&value, attribute, device);
  return value;
}

inline int multiprocessors()
{
  return deviceAttribute(cudaDevAttrMultiProcessorCount);
}

// That a block can ask for
inline int sharedMemoryPerBlock()
{
  return deviceAttribute(cudaDevAttrMaxSharedMemoryPerBlockOptin);
}

inline int sharedMemoryPerMultiprocessor()
{
  return deviceAttribute(cudaDevAttrMaxSharedMemoryPerMultiprocessor);
}

inline std::int64_t dividedUp(std::int64_t a, std::int64_t b)
{
  return (a + b - 1) / b;
}

// Points of a chunk so that `total` points and `perChunk` tasks for each chunk make about `tasks` tasks; a
// multiple of `step`, between step and `most`.
inline std::int64_t chunkPoints(
  std::int64_t total, std::int64_t perChunk, std::int64_t tasks, std::int64_t step, std::int64_t most)
{
  const auto chunks = std::max<std::int64_t>(1, tasks / std::max<std::int64_t>(1, perChunk));
  return std::min(most, std::max(step, dividedUp(dividedUp(total, chunks), step) * step));
}

// Hands out pieces of the workspace; a first pass with a null base only measures.
class Workspace
{
public:
  explicit Workspace(void* base)
    : base_(static_cast<char*>(base))
  {
  }

  template<class T>
  T* take(std::int64_t count)
  {
    auto* piece = base_ + used_;
    used_ += (static_cast<std::size_t>(count) * sizeof(T) + 255) / 256 * 256;
    return reinterpret_cast<T*>(piece);
  }

  std::size_t used() const { return used_; }

private:
  char* base_;
  std::size_t used_ = 0;
};

// The calls of each storage type, instantiated in a file of its own.
template<class T>
struct MixOf
{
  static std::size_t workspaceBytes(const Mix& mix);
  static cudaError_t forward(
    const Mix& mix, void* y, const Encoded& encoded, void* workspace, cudaStream_t stream);
  static cudaError_t backward(const Mix& mix, const void* y, const void* dy, const Encoded& encoded,
    const Gradients& out, void* workspace, cudaStream_t stream);
};
}

// Returns the error of a call that failed.
#define FLARE_CUDA_TRY(call)                                                                                 \
  do                                                                                                         \
  {                                                                                                          \
    const cudaError_t error_ = (call);                                                                       \
    if (error_ != cudaSuccess)                                                                               \
    {                                                                                                        \
      return error_;                                                                                         \
    }                                                                                                        \
  } while (false)
