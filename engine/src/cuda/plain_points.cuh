#pragma once

#include "cuda/plain.cuh"
#include "cuda/point_blocks.cuh"

// Plain kernels whose results belong to points: a lane group owns R points of a head, and the block's latents
// lie in shared memory.
namespace flare::cuda
{
template<class P, int R>
struct PlainPoints
{
  using T = typename P::Storage;
  using A = typename P::Sum;
  static constexpr int perWarp = P::perWarp * R, perBlock = perWarp * pointWarps;

  int head, member, channel, last;
  Chunk chunk;
  std::int64_t start, block; // of the chunk's first row; of [segments, H]

  __device__ explicit PlainPoints(const PlainOperands<T, A>& o)
  {
    const int lane = threadIdx.x % 32;
    head = blockIdx.x % o.heads;
    member = lane / P::lanes;
    channel = lane % P::lanes * P::channels;
    chunk = locate(o.chunks, blockIdx.x / o.heads);
    last = static_cast<int>(chunk.end - chunk.begin) - 1;
    start = chunk.begin * o.stride + head * o.width;
    block = static_cast<std::int64_t>(chunk.segment) * o.heads + head;
  }

  __device__ int firstPoint() const { return threadIdx.x / 32 * perWarp; }

  __device__ int point(int first, int i) const { return first + i * P::perWarp + member; }

  __device__ std::int64_t row(const PlainOperands<T, A>& o, int point) const
  {
    return start + static_cast<std::int64_t>(min(point, last)) * o.stride;
  }

  __device__ std::int64_t number(const PlainOperands<T, A>& o, int point) const
  {
    return head * o.points + chunk.begin + min(point, last);
  }
};

// Rows [first, first + count) of a latents' matrix, padded to P::width channels, times `factor`
template<class P, class Row>
__device__ inline void stageLatents(typename P::Sum* to, const Row* matrix, int first, int count, int latents,
  int width, typename P::Sum factor)
{
  for (int i = threadIdx.x; i < count * P::width; i += blockDim.x)
  {
    const int m = first + i / P::width, c = i % P::width;
    to[i] = m < latents && c < width
              ? static_cast<typename P::Sum>(matrix[static_cast<std::int64_t>(m) * width + c]) * factor
              : typename P::Sum(0);
  }
}

// Lays all latents, `resident` at a time, in the block's shared memory, and has them added: lay(first),
// add(count). They stay there if they all fit; then only the first call of a block lays them.
template<class Lay, class Add>
__device__ inline void overLatents(int latents, int resident, bool begin, const Lay& lay, const Add& add)
{
  for (int first = 0; first < latents; first += resident)
  {
    if (latents > resident || begin)
    {
      blockBarrier();
      lay(first);
      blockBarrier();
    }
    add(min(resident, latents - first));
  }
}

// y and c_n; y may be null. `resident`, a multiple of plainBatch, latents fit in shared memory at a time.
template<class P, int R>
__global__ void __launch_bounds__(pointThreads, sizeof(typename P::Sum) == 4 ? 2 : 1)
  plainDecodeKernel(const __grid_constant__ PlainOperands<typename P::Storage, typename P::Sum> o,
    const typename P::Sum* z, typename P::Storage* y, typename P::Sum* pointLogSum, int resident)
{
  using A = typename P::Sum;
  using Points = PlainPoints<P, R>;
  const Points points(o);
  const auto* q = o.q + static_cast<std::int64_t>(points.head) * o.latents * o.width;
  A* queries = reinterpret_cast<A*>(sharedMemory());
  A* values = queries + resident * P::width;
  const int start = points.firstPoint();
  for (int n = start; n - start <= points.last; n += Points::perBlock)
  {
    PlainSoftmax<P, R> state;
    state.clear();
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      loadPart<P>(state.row[i], o.k + points.row(o, points.point(n, i)), points.channel, o.width);
    }
    overLatents(
      o.latents, resident, n == start,
      [&](int first)
      {
        stageLatents<P>(queries, q, first, resident, o.latents, o.width, o.scale2);
        stageLatents<P>(
          values, z + points.block * o.latents * o.width, first, resident, o.latents, o.width, A(1));
      },
      [&](int held)
      {
        for (int m = 0; m < held; m += plainBatch)
        {
          state.template add<plainBatch>(
            queries + m * P::width + points.channel, values + m * P::width + points.channel, held - m);
        }
      });
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      const int point = points.point(n, i);
      if (point > points.last)
      {
        continue;
      }
      if (y != nullptr)
      {
        storePart<P>(y + points.row(o, point), points.channel, o.width, state.sum[i], A(1) / state.weight[i]);
      }
      if (points.channel == 0)
      {
        pointLogSum[points.number(o, point)] = (state.top[i] + logarithm2(state.weight[i])) * A(ln2Double);
      }
    }
  }
}

// dk, dv and delta'
template<class P, int R>
__global__ void __launch_bounds__(pointThreads, sizeof(typename P::Sum) == 4 ? 2 : 1)
  plainPointGradientKernel(const __grid_constant__ PlainOperands<typename P::Storage, typename P::Sum> o,
    const typename P::Storage* y, const typename P::Storage* dy,
    const __grid_constant__ PlainTerms<typename P::Sum> terms, typename P::Storage* dk,
    typename P::Storage* dv, int resident)
{
  using A = typename P::Sum;
  using Points = PlainPoints<P, R>;
  constexpr int W = P::channels;
  const Points points(o);
  const auto* q = o.q + static_cast<std::int64_t>(points.head) * o.latents * o.width;
  const auto latentRows = points.block * o.latents;
  A* queries = reinterpret_cast<A*>(sharedMemory());
  A *zs = queries + resident * P::width, *dzs = zs + resident * P::width;
  A* numbers = dzs + resident * P::width; // -L and -delta, by turns
  const int start = points.firstPoint();
  for (int n = start; n - start <= points.last; n += Points::perBlock)
  {
    A key[R][W], value[R][W], gradient[R][W], dkSum[R][W] = {}, dvSum[R][W] = {}, log[R], delta[R];
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      const int point = points.point(n, i);
      A result[W];
      loadPart<P>(key[i], o.k + points.row(o, point), points.channel, o.width);
      loadPart<P>(value[i], o.v + points.row(o, point), points.channel, o.width);
      loadPart<P>(gradient[i], dy + points.row(o, point), points.channel, o.width);
      loadPart<P>(result, y + points.row(o, point), points.channel, o.width);
      log[i] = terms.pointLogSum[points.number(o, point)] * A(log2eDouble);
      delta[i] = dot<P>(gradient[i], result);
      if (points.channel == 0 && point <= points.last)
      {
        terms.pointDelta[points.number(o, point)] = delta[i];
      }
    }
    overLatents(
      o.latents, resident, n == start,
      [&](int first)
      {
        stageLatents<P>(queries, q, first, resident, o.latents, o.width, o.scale2);
        stageLatents<P>(zs, terms.z + latentRows * o.width, first, resident, o.latents, o.width, A(1));
        stageLatents<P>(dzs, terms.dz + latentRows * o.width, first, resident, o.latents, o.width, A(1));
        for (int i = threadIdx.x; i < resident && first + i < o.latents; i += blockDim.x)
        {
          numbers[2 * i] = -terms.latentLogSum[latentRows + first + i] * A(log2eDouble);
          numbers[2 * i + 1] = -terms.delta[latentRows + first + i];
        }
      },
      [&](int held)
      {
#pragma unroll 2
        for (int m = 0; m < held; ++m)
        {
          A x[W], z[W], dz[W];
          readRow(x, queries + m * P::width + points.channel);
          readRow(z, zs + m * P::width + points.channel);
          readRow(dz, dzs + m * P::width + points.channel);
          const A latentLog = numbers[2 * m], latentDelta = numbers[2 * m + 1];
#pragma unroll
          for (int i = 0; i < R; ++i)
          {
            const A s = dot<P>(key[i], x, -log[i]); // c_n is smaller than L_m, and so costs fewer digits
            const A r = power2(s), p = power2(s + (log[i] + latentLog));
            const A fromEncode = dot<P>(value[i], dz, latentDelta);
            const A fromDecode = dot<P>(gradient[i], z, -delta[i]);
            addScaled<P>(dvSum[i], p, dz);
            addScaled<P>(dkSum[i], p * fromEncode + r * fromDecode, x);
          }
        }
      });
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      const int point = points.point(n, i);
      if (point <= points.last)
      {
        // The staged queries hold s log2(e) q.
        storePart<P>(dk + points.row(o, point), points.channel, o.width, dkSum[i], A(ln2Double));
        storePart<P>(dv + points.row(o, point), points.channel, o.width, dvSum[i], A(1));
      }
    }
  }
}
}
