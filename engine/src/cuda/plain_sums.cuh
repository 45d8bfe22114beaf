#pragma once

#include "cuda/plain.cuh"

// Plain kernels whose results are sums over points: a warp owns perWarp * R latents of a head and stages its
// chunk's points in shared memory.
namespace flare::cuda
{
// A warp's latents and points
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

  __device__ std::int64_t row(const PlainOperands<T, A>& o, int i) const
  {
    return (static_cast<std::int64_t>(index) * o.heads + head) * o.latents + latent(i);
  }

  template<int R>
  __device__ void store(
    const Partial<A>& out, const PlainOperands<T, A>& o, const A (&sum)[R][P::channels]) const
  {
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      if (latent(i) < o.latents)
      {
        writeRow(out.sum + row(o, i) * out.channels + channel, sum[i]);
      }
    }
  }
};

// What a warp has of its points in shared memory: parts of rows of some tensors, and numbers of the points.
// The next ones are on their way in registers meanwhile. A lane brings one part of one point.
template<class P, int Tensors, int Numbers>
class PlainStage
{
public:
  using T = typename P::Storage;
  using A = typename P::Sum;
  static constexpr int points = P::perWarp, values = 32 * (Tensors * P::channels + Numbers);

  __device__ PlainStage(
    const PlainWalk<P>& walk, const PlainOperands<T, A>& o, const T* const (&tensors)[Tensors])
    : PlainStage(walk, o, tensors, { nullptr })
  {
  }

  __device__ PlainStage(const PlainWalk<P>& walk, const PlainOperands<T, A>& o,
    const T* const (&tensors)[Tensors], const A* const (&numbers)[Numbers > 0 ? Numbers : 1])
    : walk_(walk)
    , o_(o)
    , place_(reinterpret_cast<A*>(sharedMemory()) + threadIdx.x / 32 * values)
  {
#pragma unroll
    for (int i = 0; i < Tensors; ++i)
    {
      tensors_[i] = tensors[i] + walk.start;
    }
#pragma unroll
    for (int i = 0; i < Numbers; ++i)
    {
      numbers_[i] = numbers[i] + walk.head * o.points + walk.chunk.begin;
    }
    fetch(0);
  }

  // Brings the points from `first` on, and lets those after them come.
  __device__ void advance(int first)
  {
    const int lane = threadIdx.x % 32;
    warpBarrier();
#pragma unroll
    for (int i = 0; i < Tensors; ++i)
    {
      writeRow(place_ + (32 * i + lane) * P::channels, part_[i]);
    }
#pragma unroll
    for (int i = 0; i < Numbers; ++i)
    {
      place_[32 * Tensors * P::channels + Numbers * lane + i] = number_[i];
    }
    warpBarrier();
    fetch(first + points);
  }

  // The lane's part of point `j`, and of those after it
  __device__ const A* part(int tensor, int j) const
  {
    return place_ + 32 * tensor * P::channels + j * P::width + walk_.channel;
  }

  __device__ A number(int index, int j) const
  {
    return place_[32 * Tensors * P::channels + Numbers * P::lanes * j + index];
  }

private:
  __device__ void fetch(int first)
  {
    const int point = min(first + walk_.member, walk_.last);
#pragma unroll
    for (int i = 0; i < Tensors; ++i)
    {
      loadPart<P>(
        part_[i], tensors_[i] + static_cast<std::int64_t>(point) * o_.stride, walk_.channel, o_.width);
    }
#pragma unroll
    for (int i = 0; i < Numbers; ++i)
    {
      number_[i] = numbers_[i][point];
    }
  }

  const PlainWalk<P>& walk_;
  const PlainOperands<T, A>& o_;
  A* place_;
  const T* tensors_[Tensors];
  const A* numbers_[Numbers > 0 ? Numbers : 1];
  A part_[Tensors][P::channels], number_[Numbers > 0 ? Numbers : 1];
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

template<class P>
using PlainEncodeStage = PlainStage<P, 2, 0>; // keys and values

template<class P, int R>
__global__ void __launch_bounds__(32 * pointSumWarps)
  plainEncodeKernel(const __grid_constant__ PlainOperands<typename P::Storage, typename P::Sum> o,
    const __grid_constant__ Partial<typename P::Sum> out)
{
  constexpr int batch = P::perWarp < plainBatch ? P::perWarp : plainBatch;
  const PlainWalk<P> walk(o, R);
  if (!walk.active)
  {
    return;
  }
  PlainSoftmax<P, R> state;
  state.clear();
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    loadScaledQuery<P>(state.row[i], o, walk.head, walk.latent(i), walk.channel);
  }
  PlainEncodeStage<P> stage(walk, o, { o.k, o.v });
  for (int n = 0; n <= walk.last; n += stage.points)
  {
    stage.advance(n);
    for (int b = 0; b < stage.points && n + b <= walk.last; b += batch)
    {
      state.template add<batch>(stage.part(0, b), stage.part(1, b), walk.last + 1 - n - b);
    }
  }
  walk.store(out, o, state.sum);
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    if (walk.latent(i) < o.latents)
    {
      out.top[walk.row(o, i)] = state.top[i];
      out.weight[walk.row(o, i)] = state.weight[i];
    }
  }
}

template<class P>
using PlainLatentStage = PlainStage<P, 2, 1>; // keys, dy, and the points' log-sum-exps

// sum_n R_nm dy_n
template<class P, int R>
__global__ void __launch_bounds__(32 * pointSumWarps)
  plainLatentGradientKernel(const __grid_constant__ PlainOperands<typename P::Storage, typename P::Sum> o,
    const typename P::Storage* dy, const typename P::Sum* pointLogSum,
    const __grid_constant__ Partial<typename P::Sum> out)
{
  using A = typename P::Sum;
  constexpr int W = P::channels;
  const PlainWalk<P> walk(o, R);
  if (!walk.active)
  {
    return;
  }
  A q[R][W], sum[R][W] = {};
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    loadScaledQuery<P>(q[i], o, walk.head, walk.latent(i), walk.channel);
  }
  PlainLatentStage<P> stage(walk, o, { o.k, dy }, { pointLogSum });
  for (int n = 0; n <= walk.last; n += stage.points)
  {
    stage.advance(n);
    const int count = min(stage.points, walk.last + 1 - n);
#pragma unroll 4
    for (int j = 0; j < count; ++j)
    {
      A x[W], g[W];
      readRow(x, stage.part(0, j));
      readRow(g, stage.part(1, j));
      const A shift = stage.number(0, j) * A(-log2eDouble);
#pragma unroll
      for (int i = 0; i < R; ++i)
      {
        addScaled<P>(sum[i], power2(dot<P>(q[i], x, shift)), g);
      }
    }
  }
  walk.store(out, o, sum);
}

template<class P>
using PlainQueryStage = PlainStage<P, 3, 2>; // keys, values, dy, and the points' log-sum-exps and delta'

// sum_n dS_mn k_n
template<class P, int R>
__global__ void __launch_bounds__(32 * pointSumWarps, sizeof(typename P::Sum) == 4 ? 4 : 1)
  plainQueryGradientKernel(const __grid_constant__ PlainOperands<typename P::Storage, typename P::Sum> o,
    const typename P::Storage* dy, const __grid_constant__ PlainTerms<typename P::Sum> terms,
    const __grid_constant__ Partial<typename P::Sum> out)
{
  using A = typename P::Sum;
  constexpr int W = P::channels;
  const PlainWalk<P> walk(o, R);
  if (!walk.active)
  {
    return;
  }
  const auto block = (static_cast<std::int64_t>(walk.chunk.segment) * o.heads + walk.head) * o.latents;
  A q[R][W], z[R][W], dz[R][W], sum[R][W] = {}, latentLog[R], delta[R];
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    const int m = walk.latent(i);
    const bool valid = m < o.latents;
    loadScaledQuery<P>(q[i], o, walk.head, m, walk.channel);
    loadLatentPart<P>(z[i], terms.z + block * o.width, m, o.latents, o.width, walk.channel);
    loadLatentPart<P>(dz[i], terms.dz + block * o.width, m, o.latents, o.width, walk.channel);
    latentLog[i] = valid ? terms.latentLogSum[block + m] * A(log2eDouble) : A(INFINITY);
    delta[i] = valid ? terms.delta[block + m] : A(0);
  }
  PlainQueryStage<P> stage(walk, o, { o.k, o.v, dy }, { terms.pointLogSum, terms.pointDelta });
  for (int n = 0; n <= walk.last; n += stage.points)
  {
    stage.advance(n);
    const int count = min(stage.points, walk.last + 1 - n);
#pragma unroll 2
    for (int j = 0; j < count; ++j)
    {
      A x[W], v[W], g[W];
      readRow(x, stage.part(0, j));
      readRow(v, stage.part(1, j));
      readRow(g, stage.part(2, j));
      const A log = stage.number(0, j) * A(log2eDouble), pointDelta = stage.number(1, j);
#pragma unroll
      for (int i = 0; i < R; ++i)
      {
        const A s = dot<P>(q[i], x, -log), r = power2(s), p = power2(s + (log - latentLog[i]));
        const A fromEncode = dot<P>(dz[i], v, -delta[i]), fromDecode = dot<P>(z[i], g, -pointDelta);
        addScaled<P>(sum[i], p * fromEncode + r * fromDecode, x);
      }
    }
  }
  walk.store(out, o, sum);
}
}
