#pragma once

#include "cuda/primitives.cuh"

#include <algorithm>
#include <cstdint>

namespace flare::cuda
{
// Segments that one launch takes: their bounds travel as a kernel's parameter, so that a captured graph keeps
// them.
constexpr int segmentsPerLaunch = 64;

// Points cut into chunks that lie within one segment each. Chunks are numbered through all segments.
struct Chunks
{
  int segments = 0;
  std::int64_t points = 0;                         // of a full chunk
  std::int64_t offset[segmentsPerLaunch + 1] = {}; // first point of a segment
  int first[segmentsPerLaunch + 1] = {};           // first chunk of a segment

  int count() const { return first[segments]; }
};

struct Chunk
{
  int segment;
  std::int64_t begin, end;
};

__device__ inline Chunk locate(const Chunks& chunks, int index)
{
  int segment = 0;
  while (chunks.first[segment + 1] <= index)
  {
    ++segment;
  }
  Chunk chunk;
  chunk.segment = segment;
  chunk.begin = chunks.offset[segment] + (index - chunks.first[segment]) * chunks.points;
  chunk.end = min(
    static_cast<long long>(chunk.begin + chunks.points), static_cast<long long>(chunks.offset[segment + 1]));
  return chunk;
}

inline Chunks cut(const std::int64_t* offsets, int segments, std::int64_t points)
{
  Chunks chunks;
  chunks.segments = segments;
  chunks.points = points;
  chunks.offset[0] = offsets[0];
  for (int i = 0; i < segments; ++i)
  {
    chunks.offset[i + 1] = offsets[i + 1];
    chunks.first[i + 1] =
      chunks.first[i] + static_cast<int>((offsets[i + 1] - offsets[i] + points - 1) / points);
  }
  return chunks;
}
}
