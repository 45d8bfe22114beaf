#pragma once

#include "cuda/partial.cuh"

// Adds up the chunks' partial sums: one warp per latent, its lanes over the chunks of a segment. Which lane
// adds which chunk, and how the lanes are joined, depends on sizes only, so that equal inputs give equal
// bits.
namespace flare::cuda
{
constexpr int mergeThreads = 128, mergeChannels = 8; // channels added at a time
constexpr double log2eDouble = 1.4426950408889634074, ln2Double = 0.6931471805599453094;

template<class A>
__device__ inline A warpSum(A x)
{
#pragma unroll
  for (int lanes = 16; lanes > 0; lanes /= 2)
  {
    x += exchanged(x, lanes);
  }
  return x;
}

template<class A>
__device__ inline A larger(A a, A b)
{
  return a > b ? a : b;
}

template<class A>
__device__ inline A warpMax(A x)
{
#pragma unroll
  for (int lanes = 16; lanes > 0; lanes /= 2)
  {
    x = larger(x, exchanged(x, lanes));
  }
  return x;
}

struct MergeShape
{
  Chunks chunks;
  int heads, latents, width;
};

struct MergeTask
{
  int segment, head, latent;
  std::int64_t block; // of [segments, H]
  bool valid;
};

__device__ inline MergeTask mergeTask(const MergeShape& shape, int segments)
{
  auto index = static_cast<std::int64_t>(blockIdx.x) * (blockDim.x / 32) + threadIdx.x / 32;
  MergeTask task;
  task.latent = static_cast<int>(index % shape.latents);
  task.block = index / shape.latents;
  task.head = static_cast<int>(task.block % shape.heads);
  task.segment = static_cast<int>(task.block / shape.heads);
  task.valid = task.segment < segments;
  return task;
}

// Row of a chunk's partial sums
__device__ inline std::int64_t partialRow(const MergeShape& shape, int chunk, int head, int latent)
{
  return (static_cast<std::int64_t>(chunk) * shape.heads + head) * shape.latents + latent;
}

// Four neighbours in memory, read at once
template<class A>
struct alignas(4 * sizeof(A) <= 16 ? 4 * sizeof(A) : 16) Four
{
  A value[4];
};

// Sums channels [first, first + mergeChannels) of all chunks of a segment, each times factor(row); all lanes
// get the result.
template<class A, class Factor>
__device__ inline void mergedChannels(A (&total)[mergeChannels], const MergeShape& shape,
  const Partial<A>& in, int segment, int head, int latent, int first, const Factor& factor)
{
#pragma unroll
  for (int c = 0; c < mergeChannels; ++c)
  {
    total[c] = A(0);
  }
#pragma unroll 4
  for (int i = shape.chunks.first[segment] + threadIdx.x % 32; i < shape.chunks.first[segment + 1]; i += 32)
  {
    const auto row = partialRow(shape, i, head, latent);
    const A f = factor(row);
    const auto* from = reinterpret_cast<const Four<A>*>(in.sum + row * in.channels + first);
#pragma unroll
    for (int c = 0; c < mergeChannels; c += 4)
    {
      const Four<A> four = from[c / 4];
#pragma unroll
      for (int j = 0; j < 4; ++j)
      {
        total[c + j] += f * four.value[j];
      }
    }
  }
#pragma unroll
  for (int c = 0; c < mergeChannels; ++c)
  {
    total[c] = warpSum(total[c]);
  }
}

// z [segments, H, M, D] and the natural logSum [segments, H, M]
template<class A>
__global__ void __launch_bounds__(mergeThreads) mergeEncodedKernel(
  const __grid_constant__ MergeShape shape, const __grid_constant__ Partial<A> in, A* z, A* logSum)
{
  const auto task = mergeTask(shape, shape.chunks.segments);
  if (!task.valid)
  {
    return;
  }
  const int lane = threadIdx.x % 32;
  const int begin = shape.chunks.first[task.segment], end = shape.chunks.first[task.segment + 1];
  A top = -INFINITY;
#pragma unroll 8
  for (int i = begin + lane; i < end; i += 32)
  {
    top = larger(top, in.top[partialRow(shape, i, task.head, task.latent)]);
  }
  top = warpMax(top);
  A weight = A(0);
  const auto out = task.block * shape.latents + task.latent;
  for (int first = 0; first < shape.width; first += mergeChannels)
  {
    A total[mergeChannels];
    mergedChannels(total, shape, in, task.segment, task.head, task.latent, first,
      [&](std::int64_t row)
      {
        const A factor = power2(in.top[row] - top);
        weight += first == 0 ? in.weight[row] * factor : A(0);
        return factor;
      });
    weight = first == 0 ? warpSum(weight) : weight;
#pragma unroll
    for (int c = 0; c < mergeChannels; ++c)
    {
      if (lane == c && first + c < shape.width)
      {
        z[out * shape.width + first + c] = begin == end ? A(0) : total[c] / weight;
      }
    }
  }
  if (lane == 0)
  {
    logSum[out] = begin == end ? A(-INFINITY) : (top + logarithm2(weight)) * A(ln2Double);
  }
}

// The exponent e of 2^(e-1) <= x < 2^e; 0 for zero and for what is not finite
__device__ inline int exponentOf(float x)
{
  return x > 0.0f && x < INFINITY ? ilogbf(x) + 1 : 0;
}

// dz [segments, H, M, D] and delta = sum_d dz z; `factor` undoes the scale of the partial sums. Where a level
// is asked for, each row of dz is brought to [1/2, 1) by a power of two, delta with it, and the level is log2
// of 2^-L times that power; NaN when the row is 0.
template<class A>
__global__ void __launch_bounds__(mergeThreads)
  mergeLatentGradientKernel(const __grid_constant__ MergeShape shape, const __grid_constant__ Partial<A> in,
    A factor, const A* z, const A* logSum, A* dz, A* delta, A* level)
{
  const auto task = mergeTask(shape, shape.chunks.segments);
  if (!task.valid)
  {
    return;
  }
  const int lane = threadIdx.x % 32;
  const auto out = task.block * shape.latents + task.latent;
  A product = A(0), largest = A(0);
  for (int first = 0; first < shape.width; first += mergeChannels)
  {
    A total[mergeChannels];
    mergedChannels(
      total, shape, in, task.segment, task.head, task.latent, first, [&](std::int64_t) { return factor; });
#pragma unroll
    for (int c = 0; c < mergeChannels; ++c)
    {
      if (lane == c && first + c < shape.width)
      {
        const auto i = out * shape.width + first + c;
        dz[i] = total[c];
        product += total[c] * z[i];
        largest = larger(largest, total[c] < A(0) ? -total[c] : total[c]);
      }
    }
  }
  product = warpSum(product);
  if (level != nullptr)
  {
    largest = warpMax(largest);
    const int exponent = exponentOf(static_cast<float>(largest));
    warpBarrier();
    for (int c = lane; c < shape.width; c += 32)
    {
      dz[out * shape.width + c] = ldexp(dz[out * shape.width + c], -exponent);
    }
    product = ldexp(product, -exponent);
    if (lane == 0)
    {
      level[out] = largest > A(0) ? A(exponent) - logSum[out] * A(log2eDouble) : A(NAN);
    }
  }
  if (lane == 0)
  {
    delta[out] = product;
  }
}

// What a segment's head shares in the second pass of the backward (gradient_tables.cuh)
struct HeadTerms
{
  float base, logScale, gradientFactor;
  int shared; // whether one exponential serves both softmaxes
};

// dq [H, M, D] = scale sum over segments and chunks, on top of what earlier launches left there. Partial sums
// are scaled by 2^logScale of their head, where heads are given.
template<class A>
__global__ void __launch_bounds__(mergeThreads)
  mergeQueryGradientKernel(const __grid_constant__ MergeShape shape, const __grid_constant__ Partial<A> in,
    A scale, const HeadTerms* heads, bool add, A* dq)
{
  const auto task = mergeTask(shape, 1);
  if (!task.valid)
  {
    return;
  }
  for (int first = 0; first < shape.width; first += mergeChannels)
  {
    A sum[mergeChannels] = {};
    for (int segment = 0; segment < shape.chunks.segments; ++segment)
    {
      if (shape.chunks.first[segment] == shape.chunks.first[segment + 1])
      {
        continue;
      }
      const A factor = heads ? scale * A(power2(-heads[segment * shape.heads + task.head].logScale)) : scale;
      A total[mergeChannels];
      mergedChannels(
        total, shape, in, segment, task.head, task.latent, first, [&](std::int64_t) { return A(1); });
#pragma unroll
      for (int c = 0; c < mergeChannels; ++c)
      {
        sum[c] += total[c] * factor;
      }
    }
#pragma unroll
    for (int c = 0; c < mergeChannels; ++c)
    {
      if (threadIdx.x % 32 == c && first + c < shape.width)
      {
        A& out = dq[(task.block * shape.latents + task.latent) * shape.width + first + c];
        out = add ? out + sum[c] : sum[c];
      }
    }
  }
}
}
