#pragma once

#include "cuda/fragments.cuh"
#include "cuda/latent_terms.cuh"

// Tensor-core kernels whose results belong to points: sums run over the latents. A warp owns 16 points (or a
// few times 16) of one head and walks over the latents, whose operands the block has laid out as fragments in
// shared memory; scores are tiles of 16 points (rows) x 8 latents (columns). Where all latents fit there,
// they are laid out once, and the warps go through the block's chunk of points on their own.
namespace flare::cuda
{
constexpr int pointThreads = 256, pointWarps = pointThreads / 32;

// The channels of 16 latents as fragments, [field][group of 16][lane]: `across` is a B fragment of 8 latents
// (columns) each, for products over channels; `along` one of 16 latents (rows), for sums over latents.
template<int S>
struct LatentFragments
{
  static constexpr std::size_t bytesPerGroup = S * 32 * sizeof(uint2);
};

// Lays out groups [0, groups) of the latents that value(m, c) gives. After the last latent come zeros, or,
// when Repeat, the last one again: queries repeat, so that scores beyond the last latent are no larger than
// the rest and need no masking where their weights meet zeros.
template<class T, int S, bool Repeat, class Value>
__device__ inline void layAcross(
  uint2* out, int groups, int first, int latents, int width, const Value& value)
{
  for (int i = threadIdx.x; i < S * groups * 32; i += blockDim.x)
  {
    const int lane = i % 32, group = i / 32 % groups, s = i / 32 / groups;
    const int c = 8 * s + 2 * (lane % 4), m = first + 16 * group + lane / 4;
    const auto at = [&](int index)
    {
      const int latent = Repeat ? min(index, latents - 1) : index;
      return latent < latents && c < width ? Packed<T>::pack(value(latent, c), value(latent, c + 1)) : 0u;
    };
    out[i] = make_uint2(at(m), at(m + 8));
  }
}

template<class T, int S, class Value>
__device__ inline void layAlong(uint2* out, int groups, int first, int latents, int width, const Value& value)
{
  for (int i = threadIdx.x; i < S * groups * 32; i += blockDim.x)
  {
    const int lane = i % 32, group = i / 32 % groups, s = i / 32 / groups;
    const int c = 8 * s + lane / 4, m = first + 16 * group + 2 * (lane % 4);
    const auto at = [&](int latent)
    {
      const float low = latent < latents && c < width ? value(latent, c) : 0.0f;
      const float high = latent + 1 < latents && c < width ? value(latent + 1, c) : 0.0f;
      return Packed<T>::pack(low, high);
    };
    out[i] = make_uint2(at(m), at(m + 8));
  }
}

// Element (m, c) of the head's queries, with the sign of the scale
template<class T>
struct QueryValue
{
  const T* q;
  int width;
  float sign;

  __device__ float operator()(int m, int c) const
  {
    return sign * static_cast<float>(q[static_cast<std::int64_t>(m) * width + c]);
  }
};

struct FloatValue
{
  const float* x;
  int width;

  __device__ float operator()(int m, int c) const { return x[static_cast<std::int64_t>(m) * width + c]; }
};

template<class T>
__device__ inline QueryValue<T> queryValue(const Operands<T>& o, int head)
{
  return { o.q + static_cast<std::int64_t>(head) * o.latents * o.width, o.width, o.flip ? -1.0f : 1.0f };
}

template<class T>
__device__ inline void storePair(T* row, int channel, int width, float low, float high)
{
  if (channel < width)
  {
    *reinterpret_cast<unsigned*>(row + channel) = Packed<T>::pack(low, high);
  }
}

// Latents that decode takes at a time: their scores stay in registers. Tables hold whole multiples.
constexpr int decodeStep = 64;

// Queries, values and a 1 for each latent, after the last a 0
template<int S>
struct DecodeTables
{
  uint2 *queries, *values; // [S][groups][32]
  uint2* ones;             // [groups][32]

  static constexpr std::size_t bytesPerGroup = 2 * LatentFragments<S>::bytesPerGroup + 32 * sizeof(uint2);

  __device__ DecodeTables(char* memory, int groups)
  {
    queries = reinterpret_cast<uint2*>(memory);
    values = queries + S * groups * 32;
    ones = values + S * groups * 32;
  }
};

template<int S>
constexpr std::size_t decodeBytes(int latents)
{
  return (latents + decodeStep - 1) / decodeStep * (decodeStep / 16) * DecodeTables<S>::bytesPerGroup;
}

// A point's running softmax over the latents, rows g and g + 8 of 16 points
template<int S>
struct DecodeState
{
  float top[2] = { -INFINITY, -INFINITY }, weight[4] = {}, sum[S][4] = {};
};

// One step of 64 latents, groups [group, group + 4)
template<class T, int S>
__device__ inline void decodeStep64(DecodeState<S>& state, const Tile<S>& keys, const DecodeTables<S>& tables,
  int groups, int group, float scale2)
{
  const int lane = threadIdx.x % 32;
  const float zero[4] = {};
  float x[8][4];
#pragma unroll
  for (int j = 0; j < 4; ++j)
  {
    unsigned left[S], right[S];
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      const uint2 pair = tables.queries[(s * groups + group + j) * 32 + lane];
      left[s] = pair.x;
      right[s] = pair.y;
    }
    product<T, S>(x[2 * j], keys, left, zero);
    product<T, S>(x[2 * j + 1], keys, right, zero);
  }
  float shift[2];
#pragma unroll
  for (int r = 0; r < 2; ++r)
  {
    float h = -INFINITY;
#pragma unroll
    for (int j = 0; j < 8; ++j)
    {
      h = fmaxf(h, fmaxf(x[j][2 * r], x[j][2 * r + 1]));
    }
    h = fmaxf(quadMax(h) * scale2, state.top[r]);
    const float factor = power2(state.top[r] - h);
    state.top[r] = h;
    shift[r] = weightShift - h;
#pragma unroll
    for (int c = 2 * r; c < 2 * r + 2; ++c)
    {
      state.weight[c] *= factor;
#pragma unroll
      for (int s = 0; s < S; ++s)
      {
        state.sum[s][c] *= factor;
      }
    }
  }
#pragma unroll
  for (int j = 0; j < 4; ++j)
  {
#pragma unroll
    for (int c = 0; c < 8; ++c)
    {
      float& y = x[2 * j + c / 4][c % 4];
      y = power2(fmaf(y, scale2, shift[c % 4 / 2]));
    }
    unsigned weights[4];
    narrow<T>(weights, x[2 * j], x[2 * j + 1]);
    const uint2 ones = tables.ones[(group + j) * 32 + lane];
    Packed<T>::mma16(state.weight, weights, ones.x, ones.y);
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      const uint2 b = tables.values[(s * groups + group + j) * 32 + lane];
      Packed<T>::mma16(state.sum[s], weights, b.x, b.y);
    }
  }
}

template<class T, int S>
__device__ inline void layTables(
  const DecodeTables<S>& tables, const Operands<T>& o, const float* z, int groups, int first, int head)
{
  layAcross<T, S, true>(tables.queries, groups, first, o.latents, o.width, queryValue(o, head));
  layAlong<T, S>(tables.values, groups, first, o.latents, o.width, FloatValue{ z, o.width });
  for (int i = threadIdx.x; i < groups * 32; i += pointThreads)
  {
    unsigned ones[2];
    countedRows<T>(ones, first + i / 32 * 16, o.latents - 1);
    tables.ones[i] = make_uint2(ones[0], ones[1]);
  }
}

// The results of 16 points: `y` and `logSum` belong to the chunk's first point.
template<class T, int S>
__device__ inline void storeDecoded(
  const DecodeState<S>& state, const Operands<T>& o, T* y, float* logSum, int first, int last)
{
  const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
#pragma unroll
  for (int r = 0; r < 2; ++r)
  {
    const int point = first + 8 * r + g;
    if (point > last)
    {
      continue;
    }
    const float weight = state.weight[2 * r], inverse = reciprocal(weight);
    T* row = y + static_cast<std::int64_t>(point) * o.stride;
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      storePair(
        row, 8 * s + 2 * t, o.width, state.sum[s][2 * r] * inverse, state.sum[s][2 * r + 1] * inverse);
    }
    if (t == 0)
    {
      logSum[point] = (state.top[r] + logarithm2(weight) - weightShift) * ln2;
    }
  }
}

// y_n = sum_m R_nm z_m and c_n; `resident` latents fit in shared memory at a time
template<class T, int S>
__global__ void __launch_bounds__(pointThreads, S <= 2 ? 3 : 2)
  decodeKernel(const __grid_constant__ Operands<T> o, const float* z, T* y, float* pointLogSum, int resident)
{
  const int head = blockIdx.x % o.heads;
  const auto chunk = locate(o.chunks, blockIdx.x / o.heads);
  const int last = static_cast<int>(chunk.end - chunk.begin) - 1;
  const auto start = chunk.begin * o.stride + head * o.width;
  const float* values = z + (static_cast<std::int64_t>(chunk.segment) * o.heads + head) * o.latents * o.width;
  const int groups = (min(resident, o.latents) + decodeStep - 1) / decodeStep * (decodeStep / 16);
  const DecodeTables<S> tables(sharedMemory(), groups);
  const bool once = o.latents <= resident;
  if (once)
  {
    layTables<T, S>(tables, o, values, groups, 0, head);
    blockBarrier();
  }
  const int begin = threadIdx.x / 32 * 16;
  Tile<S> next;
  loadTile<S>(next, o.k + start, begin, last, o.stride, o.width);
  for (int n = begin; n - begin <= last; n += 16 * pointWarps)
  {
    Tile<S> keys;
    DecodeState<S> state;
#pragma unroll
    for (int i = 0; i < 2 * S; ++i)
    {
      keys[i / S][i % S] = next[i / S][i % S];
    }
    loadTile<S>(next, o.k + start, n + 16 * pointWarps, last, o.stride, o.width);
    for (int first = 0; first < o.latents; first += resident)
    {
      if (!once)
      {
        blockBarrier();
        layTables<T, S>(tables, o, values, groups, first, head);
        blockBarrier();
      }
      const int held = min(resident, o.latents - first);
      for (int m = 0; m < held; m += decodeStep)
      {
        decodeStep64<T, S>(state, keys, tables, groups, m / 16, o.scale2);
      }
    }
    storeDecoded<T, S>(state, o, y + start, pointLogSum + head * o.points + chunk.begin, n, last);
  }
}
}
