#pragma once

#include "cuda/plain.cuh"

// Plain kernels whose results are sums over points: a warp owns perWarp * R latents of a head and stages its
// chunk's points in shared memory.
namespace flare::cuda
{
// Points staged at a time: each lane holds one part of one point.
template<class P>
struct PlainWalk
{
  using T = typename P::Storage;
  using A = typename P::Sum;

  int head, firstLatent, member, channel, last;
  int index; // of the chunk
  Chunk chunk;
  std::int64_t start; // of the chunk's first row
  bool active;

  __device__ PlainWalk(const PlainOperands<T, A>& o, int latentsPerLane)
  {
    const int lane = threadIdx.x % 32;
    const auto part = sumPart(o.heads, o.latents, P::perWarp * latentsPerLane);
    head = part.head;
    active = head < o.heads;
    firstLatent = part.latent;
    index = part.chunk;
    member = lane / P::lanes;
    channel = lane % P::lanes * P::channels;
    chunk = locate(o.chunks, index);
    last = static_cast<int>(chunk.end - chunk.begin) - 1;
    start = chunk.begin * o.stride + head * o.width;
  }

  __device__ int latent(int i) const { return firstLatent + i * P::perWarp + member; }

  __device__ void load(A (&part)[P::channels], const T* tensor, const PlainOperands<T, A>& o, int first) const
  {
    loadPart<P>(part, tensor + start + static_cast<std::int64_t>(min(first + member, last)) * o.stride,
      channel, o.width);
  }

  __device__ std::int64_t row(const PlainOperands<T, A>& o, int i) const
  {
    return (static_cast<std::int64_t>(index) * o.heads + head) * o.latents + latent(i);
  }

  __device__ void store(
    const Partial<A>& out, const PlainOperands<T, A>& o, int i, const A (&sum)[P::channels]) const
  {
#pragma unroll
    for (int c = 0; c < P::channels; ++c)
    {
      out.sum[row(o, i) * out.channels + channel + c] = sum[c];
    }
  }
};

// A lane's part of a latent's row, zeros after the last latent
template<class P, class Row>
__device__ inline void loadLatentPart(
  typename P::Sum (&out)[P::channels], const Row* matrix, int latent, int latents, int width, int channel)
{
#pragma unroll
  for (int c = 0; c < P::channels; ++c)
  {
    out[c] = latent < latents && channel + c < width
               ? static_cast<typename P::Sum>(matrix[static_cast<std::int64_t>(latent) * width + channel + c])
               : typename P::Sum(0);
  }
}

template<class P>
__device__ inline void loadScaledQuery(typename P::Sum (&out)[P::channels],
  const PlainOperands<typename P::Storage, typename P::Sum>& o, int head, int latent, int channel)
{
  loadLatentPart<P>(
    out, o.q + static_cast<std::int64_t>(head) * o.latents * o.width, latent, o.latents, o.width, channel);
#pragma unroll
  for (int c = 0; c < P::channels; ++c)
  {
    out[c] *= o.scale2;
  }
}

template<class P, int R>
__global__ void __launch_bounds__(32 * pointSumWarps)
  plainEncodeKernel(const __grid_constant__ PlainOperands<typename P::Storage, typename P::Sum> o,
    const __grid_constant__ Partial<typename P::Sum> out)
{
  using A = typename P::Sum;
  constexpr int W = P::channels, staged = P::perWarp, batch = staged < plainBatch ? staged : plainBatch;
  const PlainWalk<P> walk(o, R);
  if (!walk.active)
  {
    return;
  }
  A* keys = reinterpret_cast<A*>(sharedMemory()) + threadIdx.x / 32 * 2 * 32 * W;
  A* values = keys + 32 * W;
  A key[W], value[W];
  PlainSoftmax<P, R> state;
  state.clear();
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    loadScaledQuery<P>(state.row[i], o, walk.head, walk.latent(i), walk.channel);
  }
  walk.load(key, o.k, o, 0);
  walk.load(value, o.v, o, 0);
  for (int n = 0; n <= walk.last; n += staged)
  {
    warpBarrier();
    writeShared(keys + threadIdx.x % 32 * W, key);
    writeShared(values + threadIdx.x % 32 * W, value);
    warpBarrier();
    walk.load(key, o.k, o, n + staged);
    walk.load(value, o.v, o, n + staged);
    for (int b = 0; b < staged; b += batch)
    {
      state.template add<batch>(
        keys + b * P::width + walk.channel, values + b * P::width + walk.channel, walk.last + 1 - n - b);
    }
  }
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    if (walk.latent(i) < o.latents)
    {
      walk.store(out, o, i, state.sum[i]);
      out.top[walk.row(o, i)] = state.top[i];
      out.weight[walk.row(o, i)] = state.weight[i];
    }
  }
}

// sum_n R_nm dy_n
template<class P, int R>
__global__ void __launch_bounds__(32 * pointSumWarps)
  plainLatentGradientKernel(const __grid_constant__ PlainOperands<typename P::Storage, typename P::Sum> o,
    const typename P::Storage* dy, const typename P::Sum* pointLogSum,
    const __grid_constant__ Partial<typename P::Sum> out)
{
  using A = typename P::Sum;
  constexpr int W = P::channels, staged = P::perWarp;
  const PlainWalk<P> walk(o, R);
  if (!walk.active)
  {
    return;
  }
  A* keys = reinterpret_cast<A*>(sharedMemory()) + threadIdx.x / 32 * 2 * 32 * W;
  A* gradients = keys + 32 * W;
  const A* logSum = pointLogSum + walk.head * o.points + walk.chunk.begin;
  A q[R][W], sum[R][W] = {}, key[W], gradient[W];
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    loadScaledQuery<P>(q[i], o, walk.head, walk.latent(i), walk.channel);
  }
  walk.load(key, o.k, o, 0);
  walk.load(gradient, dy, o, 0);
  for (int n = 0; n <= walk.last; n += staged)
  {
    warpBarrier();
    writeShared(keys + threadIdx.x % 32 * W, key);
    writeShared(gradients + threadIdx.x % 32 * W, gradient);
    warpBarrier();
    walk.load(key, o.k, o, n + staged);
    walk.load(gradient, dy, o, n + staged);
    const int count = min(staged, walk.last + 1 - n);
#pragma unroll 4
    for (int j = 0; j < count; ++j)
    {
      A x[W], g[W];
      readShared(x, keys + j * P::width + walk.channel);
      readShared(g, gradients + j * P::width + walk.channel);
      const A shift = logSum[n + j] * A(log2eDouble);
#pragma unroll
      for (int i = 0; i < R; ++i)
      {
        addScaled<P>(sum[i], power2(groupSum<P>(dot<P>(q[i], x)) - shift), g);
      }
    }
  }
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    if (walk.latent(i) < o.latents)
    {
      walk.store(out, o, i, sum[i]);
    }
  }
}

// sum_n dS_mn k_n
template<class P, int R>
__global__ void __launch_bounds__(32 * pointSumWarps, sizeof(typename P::Sum) == 4 ? 4 : 1)
  plainQueryGradientKernel(const __grid_constant__ PlainOperands<typename P::Storage, typename P::Sum> o,
    const typename P::Storage* dy, const __grid_constant__ PlainTerms<typename P::Sum> terms,
    const __grid_constant__ Partial<typename P::Sum> out)
{
  using A = typename P::Sum;
  constexpr int W = P::channels, staged = P::perWarp;
  const PlainWalk<P> walk(o, R);
  if (!walk.active)
  {
    return;
  }
  A* keys = reinterpret_cast<A*>(sharedMemory()) + threadIdx.x / 32 * 3 * 32 * W;
  A *values = keys + 32 * W, *gradients = values + 32 * W;
  const auto pointBase = walk.head * o.points + walk.chunk.begin;
  const auto block = (static_cast<std::int64_t>(walk.chunk.segment) * o.heads + walk.head) * o.latents;
  A q[R][W], z[R][W], dz[R][W], sum[R][W] = {}, logs[R], delta[R], key[W], value[W], gradient[W];
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    const int m = walk.latent(i);
    const bool valid = m < o.latents;
    loadScaledQuery<P>(q[i], o, walk.head, m, walk.channel);
    loadLatentPart<P>(z[i], terms.z + block * o.width, m, o.latents, o.width, walk.channel);
    loadLatentPart<P>(dz[i], terms.dz + block * o.width, m, o.latents, o.width, walk.channel);
    logs[i] = valid ? terms.latentLogSum[block + m] * A(log2eDouble) : A(INFINITY);
    delta[i] = valid ? terms.delta[block + m] : A(0);
  }
  walk.load(key, o.k, o, 0);
  walk.load(value, o.v, o, 0);
  walk.load(gradient, dy, o, 0);
  for (int n = 0; n <= walk.last; n += staged)
  {
    warpBarrier();
    writeShared(keys + threadIdx.x % 32 * W, key);
    writeShared(values + threadIdx.x % 32 * W, value);
    writeShared(gradients + threadIdx.x % 32 * W, gradient);
    warpBarrier();
    walk.load(key, o.k, o, n + staged);
    walk.load(value, o.v, o, n + staged);
    walk.load(gradient, dy, o, n + staged);
    const int count = min(staged, walk.last + 1 - n);
#pragma unroll 2
    for (int j = 0; j < count; ++j)
    {
      A x[W], v[W], g[W];
      readShared(x, keys + j * P::width + walk.channel);
      readShared(v, values + j * P::width + walk.channel);
      readShared(g, gradients + j * P::width + walk.channel);
      const A shift = terms.pointLogSum[pointBase + n + j] * A(log2eDouble);
      const A deltaPoint = terms.pointDelta[pointBase + n + j];
#pragma unroll
      for (int i = 0; i < R; ++i)
      {
        const A s = groupSum<P>(dot<P>(q[i], x));
        const A fromEncode = groupSum<P>(dot<P>(dz[i], v)) - delta[i];
        const A fromDecode = groupSum<P>(dot<P>(z[i], g)) - deltaPoint;
        addScaled<P>(sum[i], power2(s - logs[i]) * fromEncode + power2(s - shift) * fromDecode, x);
      }
    }
  }
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    if (walk.latent(i) < o.latents)
    {
      walk.store(out, o, i, sum[i]);
    }
  }
}
}
