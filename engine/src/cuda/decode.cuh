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

// 16 latents of a head. The weights are added up in one of 8 columns: `rest` holds 1 in it for each latent
// that counts. The others have what narrowing the first channels of z left, times 2^restShift, so that y gets
// the rounding of the weights and its own, but little of z's.
constexpr int restShift = 11, countColumn = 7;

template<int S>
struct DecodeTables
{
  LatentRows<S> q, z;
  LatentRows<1> rest;
};

template<class T>
struct RestValue
{
  FloatValue z;

  __device__ float operator()(int m, int c) const
  {
    const float rest = restOf<T>(z(m, min(c, z.width - 1))) * (1 << restShift);
    return c == countColumn ? 1.0f : c < z.width ? rest : 0.0f;
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

// `count` latents from `first` on. Queries repeat after the last one, so that scores there are no larger than
// the rest; their weights meet zeros.
template<class T, int S>
__device__ inline void layDecode(
  DecodeTables<S>* tables, const Operands<T>& o, const float* z, int first, int count, int head)
{
  const FloatValue values{ z, o.width };
  const auto queries = queryValue(o, head);
  for (int i = threadIdx.x; i < count * S; i += blockDim.x)
  {
    const int slice = i / 16 % S, m = first + i / (16 * S) * 16 + i % 16;
    const uint4 q = latentRow<T>(slice, min(m, o.latents - 1), o.latents, o.width, queries);
    const uint4 value = latentRow<T>(slice, m, o.latents, o.width, values);
    const uint4 rest = latentRow<T>(0, m, o.latents, 8, RestValue<T>{ values });
    auto& table = tables[i / (16 * S)]; // after all that is read, which then comes together
    table.q.row[slice][i % 16] = q;
    table.z.row[slice][i % 16] = value;
    if (slice == 0)
    {
      table.rest.row[0][i % 16] = rest;
    }
  }
}

// The results of 16 R points; `y` and `logSum` belong to the chunk's first point.
template<class T, int S, int R>
__device__ inline void storeDecoded(
  const SoftmaxRows<T, S, R>& state, const Operands<T>& o, T* y, float* logSum, int first, int last)
{
  const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  constexpr float restUnit = 1.0f / (1 << restShift);
  float weight[2 * R], weightOfLane = 1.0f, topOfLane = 0.0f;
#pragma unroll
  for (int i = 0; i < 2 * R; ++i)
  {
    weight[i] = fromLane(state.extra[i / 2][i % 2 * 2 + countColumn % 2], lane / 4 * 4 + countColumn / 2);
    weightOfLane = t == i ? weight[i] : weightOfLane;
    topOfLane = t == i ? state.top[i / 2][i % 2] : topOfLane;
  }
#pragma unroll
  for (int i = 0; i < 2 * R; ++i)
  {
    const int point = first + 8 * i + g, c = i % 2 * 2;
    const float inverse = reciprocal(weight[i]);
    T* row = y + static_cast<std::int64_t>(point) * o.stride;
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      const auto &sum = state.sum[i / 2][s], &rest = state.extra[i / 2];
      const float low = s == 0 ? fmaf(rest[c], restUnit, sum[c]) : sum[c];
      const float high =
        s == 0 && 2 * t + 1 != countColumn ? fmaf(rest[c + 1], restUnit, sum[c + 1]) : sum[c + 1];
      storePair(point <= last, row, 8 * s + 2 * t, o.width, low * inverse, high * inverse);
    }
  }
  // Each of four lanes has a row's logarithm.
  const int point = first + 8 * t + g;
  storeWhere(t < 2 * R && point <= last, logSum + point,
    __float_as_uint((topOfLane + logarithm2(weightOfLane)) * ln2));
}

// Adds the first `held` latents that lie in shared memory, 16 C at a time.
template<class T, int S, int R, int C>
__device__ inline void addHeld(SoftmaxRows<T, S, R>& state, SharedAddress tables, int held, float scale2)
{
  using Tables = DecodeTables<S>;
  for (int m = 0; m < held; m += 16 * C)
  {
    Tile<S> queries[C], values[C];
    Tile<1> rest[C];
#pragma unroll
    for (int j = 0; j < C; ++j)
    {
      const SharedAddress table = tables + (m / 16 + j) * sizeof(Tables);
      loadAcross(queries[j], table + offsetof(Tables, q));
      loadAlong(values[j], table + offsetof(Tables, z));
      loadAlong(rest[j], table + offsetof(Tables, rest));
    }
    state.add(queries, values, rest, scale2);
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
  auto* tables = reinterpret_cast<DecodeTables<S>*>(sharedMemory() + 2 * warps * DecodeStages<T, S>::stage);
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
    SoftmaxRows<T, S, R> state;
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
      if (first == 0)
      {
        Tile<S> queries;
        loadAcross(queries, place + offsetof(DecodeTables<S>, q));
        state.begin(queries[0], o.scale2);
      }
      addHeld<T, S, R, Shape::latents>(state, place, min(resident, o.latents - first), o.scale2);
    }
    storeDecoded<T, S, R>(
      state, o, y + start, pointLogSum + block.head * o.points + block.chunk.begin, n, block.last);
  }
}
}
