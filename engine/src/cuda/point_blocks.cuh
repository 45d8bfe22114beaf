#pragma once

#include "cuda/chunks.cuh"
#include "cuda/primitives.cuh"

namespace flare::cuda
{
constexpr int pointThreads = 256, pointWarps = pointThreads / 32;

// A block of the kernels whose results belong to points: one head of one chunk. The heads of a chunk run side
// by side: they read the same rows, of which each needs 16 bytes or so, and the L2 cache then fetches every
// row from memory once.
struct PointBlock
{
  int head, last; // last point of the chunk, counted from its first
  Chunk chunk;
  std::int64_t row; // of [segments, H]

  __device__ PointBlock(const Chunks& chunks, int heads)
  {
    head = blockIdx.x % heads;
    chunk = locate(chunks, blockIdx.x / heads);
    last = static_cast<int>(chunk.end - chunk.begin) - 1;
    row = static_cast<std::int64_t>(chunk.segment) * heads + head;
  }
};

template<class T>
__device__ inline void storePair(bool valid, T* row, int channel, int width, float low, float high)
{
  storeWhere(valid && channel < width, row + channel, Packed<T>::pack(low, high));
}
}
