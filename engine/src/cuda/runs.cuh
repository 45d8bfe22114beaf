#pragma once

#include "cuda/merge.cuh"
#include "cuda/plan.h"
#include "cuda/point_blocks.cuh"

#include <map>
#include <tuple>

namespace flare::cuda
{
// One launch's worth of segments, and the results' pieces that belong to it
template<class A>
struct Group
{
  const std::int64_t* offsets = nullptr;
  int segments = 0;
  bool first = true;
  A *z = nullptr, *latentLogSum = nullptr, *pointLogSum = nullptr;

  std::int64_t points() const { return offsets[segments] - offsets[0]; }
};

template<class A, class Work>
cudaError_t forEachGroup(const Mix& mix, const Encoded& encoded, const Work& work)
{
  std::int64_t first = 0;
  do
  {
    Group<A> group;
    group.offsets = mix.offsets + first;
    group.segments = static_cast<int>(std::min<std::int64_t>(segmentsPerLaunch, mix.segments - first));
    group.first = first == 0;
    const auto rows = first * mix.heads * mix.latents;
    group.z = static_cast<A*>(encoded.z) + rows * mix.width;
    group.latentLogSum = static_cast<A*>(encoded.latentLogSum) + rows;
    group.pointLogSum = static_cast<A*>(encoded.pointLogSum);
    FLARE_CUDA_TRY(work(group));
    first += group.segments;
  } while (first < mix.segments);
  return cudaSuccess;
}

// What the largest of a batch's launches takes of the workspace: take(space, group) takes it.
template<class A, class Take>
std::size_t largestWorkspace(const Mix& mix, const Take& take)
{
  std::size_t most = 0;
  forEachGroup<A>(mix, {},
    [&](const Group<A>& group)
    {
      Workspace space(nullptr);
      take(space, group);
      most = std::max(most, space.used());
      return cudaSuccess;
    });
  return most;
}

// Blocks of a kernel that the GPU holds at a time. Grids are whole multiples of it, or the last round would
// leave multiprocessors idle. Asked once for each kernel, size and GPU.
template<class Kernel>
std::int64_t residentBlocks(Kernel kernel, int threads, std::size_t shared)
{
  static thread_local std::map<std::tuple<Kernel, int, std::size_t, int>, std::int64_t> known;
  int device = 0;
  cudaGetDevice(&device);
  auto& total = known[{ kernel, threads, shared, device }];
  if (total == 0)
  {
    int blocks = 1;
    allowShared(kernel, shared);
    cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, threads, shared);
    total = std::int64_t{ std::max(1, blocks) } * multiprocessors();
  }
  return total;
}

// Sums over points: a block for each chunk, group of heads and group of latents (SumPart)
struct PointSumPlan
{
  Chunks chunks;
  dim3 grid;
  int threads = 0;
  std::size_t shared;

  template<class Kernel>
  PointSumPlan(const Mix& mix, const std::int64_t* offsets, int segments, int latentsPerWarp, Kernel kernel,
    std::size_t sharedBytes)
    : shared(sharedBytes)
  {
    const auto latentGroups = dividedUp(mix.latents, latentsPerWarp);
    const int warps = std::min(pointSumWarps, mix.heads);
    const auto headGroups = dividedUp(mix.heads, warps);
    threads = 32 * warps;
    // Two full rounds; float sums stay accurate over 8192 points.
    const auto points = chunkPoints(offsets[segments] - offsets[0], headGroups * latentGroups,
      2 * residentBlocks(kernel, threads, shared), 128, 8192);
    chunks = cut(offsets, segments, points);
    grid = dim3(static_cast<unsigned>(chunks.count() * headGroups * latentGroups));
  }
};

// Kernels whose results belong to points: a block for each chunk and head, the heads of a chunk side by side
struct PointPlan
{
  Chunks chunks;
  dim3 grid;
  int threads;
  std::size_t shared;

  template<class Kernel>
  PointPlan(const Mix& mix, const std::int64_t* offsets, int segments, int pointsPerStep, Kernel kernel,
    int threadsPerBlock, std::size_t sharedBytes, std::int64_t most = std::int64_t{ 1 } << 24)
    : threads(threadsPerBlock)
    , shared(sharedBytes)
  {
    // One full round where blocks are short, else three, so that the last one does not leave many
    // multiprocessors idle
    const auto rounds = [&](int count)
    {
      return chunkPoints(offsets[segments] - offsets[0], mix.heads,
        count * residentBlocks(kernel, threads, shared), pointsPerStep, most);
    };
    const auto points = rounds(1) <= 8 * pointsPerStep ? rounds(1) : rounds(3);
    chunks = cut(offsets, segments, points);
    grid = dim3(static_cast<unsigned>(chunks.count()) * static_cast<unsigned>(mix.heads));
  }
};

template<class A>
Partial<A> takePartial(Workspace& space, const Mix& mix, std::int64_t chunks, int channels)
{
  const auto rows = chunks * mix.heads * mix.latents;
  Partial<A> partial;
  partial.channels = channels;
  partial.top = space.take<A>(rows);
  partial.weight = space.take<A>(rows);
  partial.peak = space.take<float2>(chunks * mix.heads);
  partial.sum = space.take<A>(rows * channels);
  return partial;
}

inline MergeShape mergeShape(const Mix& mix, const Chunks& chunks)
{
  return { chunks, mix.heads, mix.latents, mix.width };
}

inline dim3 mergeGrid(std::int64_t warps)
{
  return dim3(static_cast<unsigned>(dividedUp(warps, mergeThreads / 32)));
}
}
