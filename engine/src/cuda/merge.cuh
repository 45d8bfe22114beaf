#pragma once

#include "cuda/partial.cuh"

// Adds up the chunks' partial sums: one warp per latent, its lanes over the chunks of a segment. Which lane
// adds which chunk, and how the lanes are joined, depends on sizes only, so that equal inputs give equal
// bits.
namespace flare::cuda
{
constexpr int mergeThreads = 128, mergeChannels = 8, mergeBatch = 4; // channels, and chunks, taken at a time
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

// Calls work(i) for a lane's share of [begin, end), four at a time, so that their loads are under way
// together; the last i may come again.
template<class Work>
__device__ inline void overLanes(int begin, int end, const Work& work)
{
  for (int first = begin; first < end; first += 32 * mergeBatch)
  {
#pragma unroll
    for (int b = 0; b < mergeBatch; ++b)
    {
      work(min(first + 32 * b + static_cast<int>(threadIdx.x) % 32, end - 1));
    }
  }
}

// A lane's sums over its chunks of a segment, of mergeChannels channels. When Weighted, the chunks' sums are
// of weights with references of their own, and `weight` is the sum of these.
template<class A, bool Weighted>
struct ChunkSums
{
  A top = -INFINITY, weight = A(0), total[mergeChannels] = {};

  // Adds channels [first, first + mergeChannels).
  __device__ void add(
    const MergeShape& shape, const Partial<A>& in, int segment, int head, int latent, int first)
  {
    const int begin = shape.chunks.first[segment], last = shape.chunks.first[segment + 1] - 1;
    for (int i = begin + threadIdx.x % 32; i - static_cast<int>(threadIdx.x) % 32 <= last;
         i += 32 * mergeBatch)
    {
      A tops[mergeBatch], weights[mergeBatch], now = top;
      Four<A> parts[mergeBatch][mergeChannels / 4];
#pragma unroll
      for (int b = 0; b < mergeBatch; ++b)
      {
        const auto row = partialRow(shape, min(i + 32 * b, last), head, latent);
        const auto* from = reinterpret_cast<const Four<A>*>(in.sum + row * in.channels + first);
#pragma unroll
        for (int c = 0; c < mergeChannels / 4; ++c)
        {
          parts[b][c] = from[c];
        }
        if (Weighted)
        {
          tops[b] = in.top[row];
          weights[b] = in.weight[row];
        }
      }
      if (Weighted)
      {
#pragma unroll
        for (int b = 0; b < mergeBatch; ++b)
        {
          now = larger(now, tops[b]);
        }
        scale(now);
      }
#pragma unroll
      for (int b = 0; b < mergeBatch; ++b)
      {
        const A factor = i + 32 * b > last ? A(0) : Weighted ? power2(tops[b] - now) : A(1);
        weight += Weighted ? factor * weights[b] : A(0);
#pragma unroll
        for (int c = 0; c < mergeChannels; ++c)
        {
          total[c] += factor * parts[b][c / 4].value[c % 4];
        }
      }
    }
  }

  // Adds up the lanes, and returns channel lane % mergeChannels; weight and top are then those of all lanes.
  // Half of the channels go to the neighbour in each of the first steps.
  __device__ A joined()
  {
    if (Weighted)
    {
      scale(warpMax(top));
      weight = warpSum(weight);
    }
#pragma unroll
    for (int half = mergeChannels / 2; half > 0; half /= 2)
    {
      const bool upper = threadIdx.x & half;
#pragma unroll
      for (int c = 0; c < half; ++c)
      {
        const A kept = upper ? total[c + half] : total[c], sent = upper ? total[c] : total[c + half];
        total[c] = kept + exchanged(sent, half);
      }
    }
    A sum = total[0];
#pragma unroll
    for (int lanes = mergeChannels; lanes < 32; lanes *= 2)
    {
      sum += exchanged(sum, lanes);
    }
    return sum;
  }

private:
  __device__ void scale(A now)
  {
    const A factor = power2(top - now);
    top = now;
    weight *= factor;
#pragma unroll
    for (int c = 0; c < mergeChannels; ++c)
    {
      total[c] *= factor;
    }
  }
};

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
  const bool empty = shape.chunks.first[task.segment] == shape.chunks.first[task.segment + 1];
  const auto out = task.block * shape.latents + task.latent;
  for (int first = 0; first < shape.width; first += mergeChannels)
  {
    ChunkSums<A, true> sums;
    sums.add(shape, in, task.segment, task.head, task.latent, first);
    const A total = sums.joined();
    if (lane < mergeChannels && first + lane < shape.width)
    {
      z[out * shape.width + first + lane] = empty ? A(0) : total / sums.weight;
    }
    if (lane == 0 && first == 0)
    {
      logSum[out] = empty ? A(-INFINITY) : (sums.top + logarithm2(sums.weight)) * A(ln2Double);
    }
  }
}

// dz [segments, H, M, D] and delta = sum_d dz z
template<class A>
__global__ void __launch_bounds__(mergeThreads)
  mergeLatentGradientKernel(const __grid_constant__ MergeShape shape, const __grid_constant__ Partial<A> in,
    const A* z, A* dz, A* delta)
{
  const auto task = mergeTask(shape, shape.chunks.segments);
  if (!task.valid)
  {
    return;
  }
  const int lane = threadIdx.x % 32;
  const auto out = task.block * shape.latents + task.latent, row = out * shape.width;
  A product = A(0);
  for (int first = 0; first < shape.width; first += mergeChannels)
  {
    ChunkSums<A, false> sums;
    sums.add(shape, in, task.segment, task.head, task.latent, first);
    const A value = sums.joined();
    if (lane < mergeChannels && first + lane < shape.width)
    {
      dz[row + first + lane] = value;
      product += value * z[row + first + lane];
    }
  }
  product = warpSum(product);
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
  const int lane = threadIdx.x % 32;
  for (int first = 0; first < shape.width; first += mergeChannels)
  {
    A sum = A(0);
    for (int segment = 0; segment < shape.chunks.segments; ++segment)
    {
      if (shape.chunks.first[segment] == shape.chunks.first[segment + 1])
      {
        continue;
      }
      const A factor = heads ? scale * A(power2(-heads[segment * shape.heads + task.head].logScale)) : scale;
      ChunkSums<A, false> sums;
      sums.add(shape, in, segment, task.head, task.latent, first);
      sum += sums.joined() * factor;
    }
    if (lane < mergeChannels && first + lane < shape.width)
    {
      A& out = dq[(task.block * shape.latents + task.latent) * shape.width + first + lane];
      out = add ? out + sum : sum;
    }
  }
}
}
