#pragma once

#include "cuda/latent_terms.cuh"
#include "cuda/point_sums.cuh"

// Adds up the chunks' partial sums: one warp per latent, its lanes over the chunks of a segment. Which lane
// adds which chunk, and how the lanes are joined, depends on sizes only, so that equal inputs give equal
// bits.
namespace flare::cuda
{
constexpr int mergeThreads = 128, mergeChannels = 4; // channels added at a time
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
#pragma unroll
    for (int c = 0; c < mergeChannels; ++c)
    {
      total[c] += f * in.sum[row * in.channels + first + c];
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
#pragma unroll 8
  for (int i = begin + lane; i < end; i += 32)
  {
    const auto row = partialRow(shape, i, task.head, task.latent);
    weight += in.weight[row] * power2(in.top[row] - top);
  }
  weight = warpSum(weight);
  const auto out = task.block * shape.latents + task.latent;
  if (lane == 0)
  {
    logSum[out] = begin == end ? A(-INFINITY) : (top + logarithm2(weight)) * A(ln2Double);
  }
  for (int first = 0; first < shape.width; first += mergeChannels)
  {
    A total[mergeChannels];
    mergedChannels(total, shape, in, task.segment, task.head, task.latent, first,
      [&](std::int64_t row) { return power2(in.top[row] - top); });
#pragma unroll
    for (int c = 0; c < mergeChannels; ++c)
    {
      if (lane == c && first + c < shape.width)
      {
        z[out * shape.width + first + c] = begin == end ? A(0) : total[c] / weight;
      }
    }
  }
}

// dz [segments, H, M, D] and delta = sum_d dz z; `factor` undoes the scale of the partial sums.
template<class A>
__global__ void __launch_bounds__(mergeThreads)
  mergeLatentGradientKernel(const __grid_constant__ MergeShape shape, const __grid_constant__ Partial<A> in,
    A factor, const A* z, A* dz, A* delta)
{
  const auto task = mergeTask(shape, shape.chunks.segments);
  if (!task.valid)
  {
    return;
  }
  const int lane = threadIdx.x % 32;
  const auto out = task.block * shape.latents + task.latent;
  A product = A(0);
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
      }
    }
  }
  product = warpSum(product);
  if (lane == 0)
  {
    delta[out] = product;
  }
}

// The exponent e of 2^(e-1) <= x < 2^e; 0 for zero and for what is not finite
__device__ inline int exponentOf(float x)
{
  return x > 0.0f && x < INFINITY ? ilogbf(x) + 1 : 0;
}

// Brings dz and delta to the form of LatentTerms, in place, and makes the rest of them.
template<class A>
__global__ void __launch_bounds__(mergeThreads) latentTermsKernel(const __grid_constant__ MergeShape shape,
  const A* peak, const float* logSum, float* dz, float* delta, float* logFactor, float* base, float* logScale)
{
  const auto task = mergeTask(shape, shape.chunks.segments);
  if (!task.valid)
  {
    return;
  }
  const int lane = threadIdx.x % 32;
  const auto row = task.block * shape.latents + task.latent;
  float largest = 0.0f, lowest = -INFINITY, highestPeak = 0.0f;
  for (int c = lane; c < shape.width; c += 32)
  {
    largest = fmaxf(largest, fabsf(dz[row * shape.width + c]));
  }
  for (int m = lane; m < shape.latents; m += 32)
  {
    lowest = fmaxf(lowest, -logSum[task.block * shape.latents + m]);
  }
  for (int i = shape.chunks.first[task.segment] + lane; i < shape.chunks.first[task.segment + 1]; i += 32)
  {
    highestPeak = fmaxf(highestPeak, peak[static_cast<std::int64_t>(i) * shape.heads + task.head]);
  }
  const int exponent = exponentOf(warpMax(largest));
  const float smallest = -warpMax(lowest) * log2e;
  highestPeak = warpMax(highestPeak);
  for (int c = lane; c < shape.width; c += 32)
  {
    dz[row * shape.width + c] = ldexpf(dz[row * shape.width + c], -exponent);
  }
  if (lane == 0)
  {
    delta[row] = ldexpf(delta[row], -exponent);
    logFactor[row] = smallest - logSum[row] * log2e + static_cast<float>(exponent);
    if (task.latent == 0)
    {
      base[task.block] = smallest;
      // The largest |dy| becomes 2 to 4.
      logScale[task.block] = static_cast<float>(2 - exponentOf(highestPeak));
    }
  }
}

// dq [H, M, D] = scale sum over segments and chunks, on top of what earlier launches left there. logScale,
// where given, is what the partial sums were scaled by, per segment and head.
template<class A>
__global__ void __launch_bounds__(mergeThreads)
  mergeQueryGradientKernel(const __grid_constant__ MergeShape shape, const __grid_constant__ Partial<A> in,
    A scale, const float* logScale, bool add, A* dq)
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
      const A factor = logScale ? scale * A(power2(-logScale[segment * shape.heads + task.head])) : scale;
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
