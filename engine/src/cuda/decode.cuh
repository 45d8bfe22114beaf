#pragma once

#include "cuda/latent_rows.cuh"
#include "cuda/point_blocks.cuh"
#include "cuda/softmax_rows.cuh"
#include "cuda/stage.cuh"

namespace flare::cuda
{
// A warp takes 16 R points at a time, and 16 C latents a step.
template<int S>
struct DecodeShape
{
  static constexpr int points = S == 1 ? 2 : 1, latents = 4 / points, step = 16 * latents;
  static constexpr int perStep = 16 * points * pointWarps; // points of a block
};

template<class T, int S>
using DecodeStages = Stages<T, S, 16 * DecodeShape<S>::points, 1, 0>; // keys

// 16 latents of a head
template<int S>
struct DecodeTables
{
  LatentRows<S> q, z;
};

// `resident` latents, whole steps, lie in shared memory at a time.
template<class T, int S>
constexpr std::size_t decodeBytes(int resident)
{
  return 2 * pointWarps * DecodeStages<T, S>::stage + resident / 16 * sizeof(DecodeTables<S>);
}

// `count` latents from `first` on
template<class T, int S>
__device__ inline void layDecode(
  DecodeTables<S>* tables, const Operands<T>& o, const float* z, int first, int count, int head)
{
  const auto q = queryValue(o, head);
  for (int i = threadIdx.x; i < count * S; i += blockDim.x)
  {
    const int at = i / (16 * S), m = first + 16 * at;
    layRow<T, S, true>(tables[at].q, i % (16 * S), m, o.latents, o.width, q);
    layRow<T, S, false>(tables[at].z, i % (16 * S), m, o.latents, o.width, FloatValue{ z, o.width });
  }
}

// The results of 16 R points; `y` and `logSum` belong to the chunk's first point.
template<class T, int S, int R>
__device__ inline void storeDecoded(
  const SoftmaxRows<T, S, R>& state, const Operands<T>& o, T* y, float* logSum, int first, int last)
{
  const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
#pragma unroll
  for (int i = 0; i < 2 * R; ++i)
  {
    const int point = first + 8 * i + g, r = i % 2;
    const bool valid = point <= last;
    const float weight = state.weight[i / 2][2 * r], inverse = reciprocal(weight);
    T* row = y + static_cast<std::int64_t>(point) * o.stride;
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      const auto& sum = state.sum[i / 2][s];
      storePair(valid, row, 8 * s + 2 * t, o.width, sum[2 * r] * inverse, sum[2 * r + 1] * inverse);
    }
    const float log = (state.top[i / 2][r] + logarithm2(weight)) * ln2;
    if (valid && t == 0)
    {
      logSum[point] = log;
    }
  }
}

// Adds 16 C latents, `table` and on, the first of which is `first`. Whole steps count them all.
template<class T, int S, int R, int C, bool Whole>
__device__ inline void addLatents(
  SoftmaxRows<T, S, R>& state, SharedAddress table, int first, const Operands<T>& o)
{
  Tile<S> queries[C], values[C];
  unsigned ones[C][2];
#pragma unroll
  for (int j = 0; j < C; ++j)
  {
    loadAcross(queries[j], table + j * sizeof(DecodeTables<S>) + offsetof(DecodeTables<S>, q));
    loadAlong(values[j], table + j * sizeof(DecodeTables<S>) + offsetof(DecodeTables<S>, z));
    ones[j][0] = ones[j][1] = Packed<T>::ones;
    if (!Whole)
    {
      countRows<T>(ones[j], first + 16 * j, o.latents - 1);
    }
  }
  if (first == 0)
  {
    state.template raise<1>(queries, o.scale2);
  }
  state.add(queries, values, ones, o.scale2);
}

// Adds the latents that lie in shared memory, `held` from `first` on.
template<class T, int S, int R, int C>
__device__ inline void addHeld(
  SoftmaxRows<T, S, R>& state, SharedAddress tables, int first, int held, const Operands<T>& o)
{
  for (int m = 0; m < held; m += 16 * C)
  {
    const SharedAddress table = tables + m / 16 * sizeof(DecodeTables<S>);
    if (first + m + 16 * C <= o.latents)
    {
      addLatents<T, S, R, C, true>(state, table, first + m, o);
    }
    else
    {
      addLatents<T, S, R, C, false>(state, table, first + m, o);
    }
  }
}

// y_n = sum_m R_nm z_m and c_n
template<class T, int S>
__global__ void __launch_bounds__(pointThreads, S == 1 ? 3 : 2)
  decodeKernel(const __grid_constant__ Operands<T> o, const float* z, T* y, float* pointLogSum, int resident)
{
  using Shape = DecodeShape<S>;
  constexpr int R = Shape::points;
  const PointBlock block(o.chunks, o.heads);
  const auto start = block.chunk.begin * o.stride + block.head * o.width;
  const float* values = z + block.row * o.latents * o.width;
  const T* k = o.k + start;
  const DecodeStages<T, S> stages(sharedMemory(), 2, o, block.last);
  auto* tables =
    reinterpret_cast<DecodeTables<S>*>(sharedMemory() + 2 * pointWarps * DecodeStages<T, S>::stage);
  const SharedAddress place = sharedAddress(tables);
  const bool once = o.latents <= resident;
  const int begin = threadIdx.x / 32 * 16 * R;
  stages.template copyRows<true>(0, 0, k, begin);
  commitCopies();
  if (once)
  {
    layDecode<T, S>(tables, o, values, 0, resident, block.head);
    blockBarrier();
  }
  for (int n = begin, slot = 0; n - begin <= block.last; n += Shape::perStep, slot ^= 1)
  {
    SoftmaxRows<T, S, R> state;
    state.clear();
    stages.template await<0>();
    stages.template copyRows<true>(slot ^ 1, 0, k, n + Shape::perStep);
    commitCopies();
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      stages.tile(state.rows[i], slot, 0, 16 * i);
    }
    for (int first = 0; first < o.latents; first += resident)
    {
      if (!once)
      {
        blockBarrier();
        layDecode<T, S>(tables, o, values, first, resident, block.head);
        blockBarrier();
      }
      addHeld<T, S, R, Shape::latents>(state, place, first, min(resident, o.latents - first), o);
    }
    storeDecoded<T, S, R>(
      state, o, y + start, pointLogSum + block.head * o.points + block.chunk.begin, n, block.last);
  }
}
}
