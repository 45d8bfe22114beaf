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
};

template<class T, int S>
using DecodeStages = Stages<T, S, 16 * DecodeShape<S>::points, 1, 0>; // keys

// 16 latents of a head. `rest` is what narrowing z left, times 2^restShift, so that y has the rounding of the
// weights and its own, but not that of z. Its last column counts the latents: 1, and 0 after the last.
constexpr float restShift = 11.0f;

template<int S>
struct DecodeTables
{
  LatentRows<S> q, z, rest;
};

template<class T>
struct RestValue
{
  const float* z;
  int width, last; // last column

  __device__ float operator()(int m, int c) const
  {
    if (c == last || c >= width)
    {
      return c == last ? 1.0f : 0.0f;
    }
    const float x = z[static_cast<std::int64_t>(m) * width + c];
    return ldexpf(x - lowOf<T>(Packed<T>::pack(x, 0.0f)), static_cast<int>(restShift));
  }
};

// Blocks have 8 warps, or 12 where tables are so large that only two blocks fit beside each other.
constexpr int decodeWarps = 8, mostDecodeWarps = 12;

// `resident` latents, whole steps, lie in shared memory at a time.
template<class T, int S>
constexpr std::size_t decodeBytes(int warps, int resident)
{
  return 2 * warps * DecodeStages<T, S>::stage + resident / 16 * sizeof(DecodeTables<S>);
}

// `count` latents from `first` on
template<class T, int S>
__device__ inline void layDecode(
  DecodeTables<S>* tables, const Operands<T>& o, const float* z, int first, int count, int head)
{
  const auto q = queryValue(o, head);
  for (int i = threadIdx.x; i < count * S; i += blockDim.x)
  {
    const int at = i / (16 * S), row = i % (16 * S), m = first + 16 * at;
    layRow<T, S, true>(tables[at].q, row, m, o.latents, o.width, q);
    layRow<T, S, false>(tables[at].z, row, m, o.latents, o.width, FloatValue{ z, o.width });
    layRow<T, S, false>(
      tables[at].rest, row, m, o.latents, 8 * S, RestValue<T>{ z, o.width, 8 * S - 1 });
  }
}

// The results of 16 R points; `y` and `logSum` belong to the chunk's first point.
template<class T, int S, int R>
__device__ inline void storeDecoded(
  const SoftmaxRows<T, S, R, S>& state, const Operands<T>& o, T* y, float* logSum, int first, int last)
{
  const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const float restUnit = power2(-restShift);
#pragma unroll
  for (int i = 0; i < 2 * R; ++i)
  {
    const int point = first + 8 * i + g, r = i % 2;
    const bool valid = point <= last;
    // The last column, in the last of four lanes, is the sum of the weights.
    const float counted = state.extra[i / 2][S - 1][2 * r + 1];
    const float weight = __shfl_sync(0xffffffffu, counted, lane | 3), inverse = reciprocal(weight);
    T* row = y + static_cast<std::int64_t>(point) * o.stride;
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      const auto &sum = state.sum[i / 2][s], &rest = state.extra[i / 2][s];
      const float high = s == S - 1 && t == 3 ? 0.0f : rest[2 * r + 1];
      storePair(valid, row, 8 * s + 2 * t, o.width, fmaf(rest[2 * r], restUnit, sum[2 * r]) * inverse,
        fmaf(high, restUnit, sum[2 * r + 1]) * inverse);
    }
    const float log = (state.top[i / 2][r] + logarithm2(weight)) * ln2;
    if (valid && t == 0)
    {
      logSum[point] = log;
    }
  }
}

// Adds the latents that lie in shared memory, `held` from `first` on, 16 C at a time.
template<class T, int S, int R, int C>
__device__ inline void addHeld(
  SoftmaxRows<T, S, R, S>& state, SharedAddress tables, int first, int held, const Operands<T>& o)
{
  using Tables = DecodeTables<S>;
  for (int m = 0; m < held; m += 16 * C)
  {
    Tile<S> queries[C], values[C], rest[C];
#pragma unroll
    for (int j = 0; j < C; ++j)
    {
      const SharedAddress table = tables + (m / 16 + j) * sizeof(Tables);
      loadAcross(queries[j], table + offsetof(Tables, q));
      loadAlong(values[j], table + offsetof(Tables, z));
      loadAlong(rest[j], table + offsetof(Tables, rest));
    }
    if (first + m == 0)
    {
      state.template raise<1>(queries, o.scale2);
    }
    state.add(queries, values, rest, o.scale2);
  }
}

// y_n = sum_m R_nm z_m and c_n
template<class T, int S>
__global__ void __launch_bounds__(S == 1 ? 768 : 512) // of a multiprocessor: for its registers
  decodeKernel(const __grid_constant__ Operands<T> o, const float* z, T* y, float* pointLogSum, int resident)
{
  using Shape = DecodeShape<S>;
  constexpr int R = Shape::points;
  const int warps = blockDim.x / 32, perStep = 16 * R * warps;
  const PointBlock block(o.chunks, o.heads);
  const auto start = block.chunk.begin * o.stride + block.head * o.width;
  const float* values = z + block.row * o.latents * o.width;
  const T* k = o.k + start;
  const DecodeStages<T, S> stages(sharedMemory(), 2, o, block.last);
  auto* tables =
    reinterpret_cast<DecodeTables<S>*>(sharedMemory() + 2 * warps * DecodeStages<T, S>::stage);
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
  for (int n = begin, slot = 0; n - begin <= block.last; n += perStep, slot ^= 1)
  {
    SoftmaxRows<T, S, R, S> state;
    state.clear();
    stages.template await<0>();
    stages.template copyRows<true>(slot ^ 1, 0, k, n + perStep);
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
