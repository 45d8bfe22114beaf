#pragma once

#include "cuda/point_kernels.cuh"

namespace flare::cuda
{
// Fragments of a block's latents for the gradients of its points
template<int S>
struct GradientTables
{
  uint2 *q, *z, *dz, *dzAlong, *qAlong; // [S][groups][32]
  float4 *factor, *delta, *logFactor;   // [groups][32]: latents 2t, 2t+1, 2t+8, 2t+9

  static constexpr std::size_t bytesPerGroup =
    5 * LatentFragments<S>::bytesPerGroup + 3 * 32 * sizeof(float4);

  __device__ GradientTables(char* memory, int groups)
  {
    const int each = S * groups * 32;
    factor = reinterpret_cast<float4*>(memory);
    delta = factor + groups * 32;
    logFactor = delta + groups * 32;
    q = reinterpret_cast<uint2*>(logFactor + groups * 32);
    z = q + each;
    dz = z + each;
    dzAlong = dz + each;
    qAlong = dzAlong + each;
  }
};

template<class T, int S>
__device__ inline void layTables(const GradientTables<S>& tables, const Operands<T>& o,
  const LatentTerms& terms, int groups, int first, std::int64_t block, int head)
{
  const auto q = queryValue(o, head);
  const FloatValue z{ terms.z + block * o.latents * o.width, o.width };
  const FloatValue dz{ terms.dz + block * o.latents * o.width, o.width };
  layAcross<T, S, true>(tables.q, groups, first, o.latents, o.width, q);
  layAcross<T, S, false>(tables.z, groups, first, o.latents, o.width, z);
  layAcross<T, S, false>(tables.dz, groups, first, o.latents, o.width, dz);
  layAlong<T, S>(tables.dzAlong, groups, first, o.latents, o.width, dz);
  layAlong<T, S>(tables.qAlong, groups, first, o.latents, o.width, q);
  const float *delta = terms.delta + block * o.latents, *logFactor = terms.logFactor + block * o.latents;
  for (int i = threadIdx.x; i < groups * 32; i += blockDim.x)
  {
    const int m = first + i / 32 * 16 + 2 * (i % 4);
    const auto at = [&](const float* x, int latent, float otherwise)
    { return latent < o.latents ? x[latent] : otherwise; };
    const float4 logs = make_float4(at(logFactor, m, -INFINITY), at(logFactor, m + 1, -INFINITY),
      at(logFactor, m + 8, -INFINITY), at(logFactor, m + 9, -INFINITY));
    tables.logFactor[i] = logs;
    tables.factor[i] = make_float4(power2(logs.x), power2(logs.y), power2(logs.z), power2(logs.w));
    tables.delta[i] = make_float4(
      -at(delta, m, 0.0f), -at(delta, m + 1, 0.0f), -at(delta, m + 8, 0.0f), -at(delta, m + 9, 0.0f));
  }
}

// 16 points with their sums, rows g and g + 8
template<int S>
struct PointRows
{
  Tile<S> k, v, dy;
  float shift[2], factor[2], logFactor[2], delta[2];
  float dk[S][4], dv[S][4];
};

// Adds 16 latents' part to the gradients of 16 points: P' = R factor, dS = P' (G - delta) + R (F - delta').
// Beyond the last latent P' is 0, and dS meets queries that are 0.
template<class T, int S, bool Shared>
__device__ inline void addLatents(
  PointRows<S>& rows, const GradientTables<S>& tables, int groups, int group, float scale2)
{
  const int lane = threadIdx.x % 32;
  const float zero[4] = {};
  const float deltaPoint[4] = { rows.delta[0], rows.delta[0], rows.delta[1], rows.delta[1] };
  const float4 factors = tables.factor[group * 32 + lane], deltas = tables.delta[group * 32 + lane];
  const float4 logs = Shared ? factors : tables.logFactor[group * 32 + lane];
  const float factor[4] = { factors.x, factors.y, factors.z, factors.w };
  const float delta[4] = { deltas.x, deltas.y, deltas.z, deltas.w };
  const float logFactor[4] = { logs.x, logs.y, logs.z, logs.w };
  float p[2][4], ds[2][4];
#pragma unroll
  for (int j = 0; j < 2; ++j)
  {
    unsigned q[S], z[S], dz[S];
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      const int at = (s * groups + group) * 32 + lane;
      q[s] = j == 0 ? tables.q[at].x : tables.q[at].y;
      z[s] = j == 0 ? tables.z[at].x : tables.z[at].y;
      dz[s] = j == 0 ? tables.dz[at].x : tables.dz[at].y;
    }
    const float deltaLatent[4] = { delta[2 * j], delta[2 * j + 1], delta[2 * j], delta[2 * j + 1] };
    float x[4], fromDecode[4], fromEncode[4];
    product<T, S>(x, rows.k, q, zero);
    product<T, S>(fromDecode, rows.dy, z, deltaPoint);
    product<T, S>(fromEncode, rows.v, dz, deltaLatent);
#pragma unroll
    for (int c = 0; c < 4; ++c)
    {
      const float exponent = fmaf(x[c], scale2, rows.shift[c / 2]);
      const float r = power2(exponent);
      p[j][c] = Shared ? r * (factor[2 * j + c % 2] * rows.factor[c / 2])
                       : power2(exponent + logFactor[2 * j + c % 2] + rows.logFactor[c / 2]);
      ds[j][c] = fmaf(p[j][c], fromEncode[c], r * fromDecode[c]);
    }
  }
  unsigned weights[4], gradients[4];
  narrow<T>(weights, p[0], p[1]);
  narrow<T>(gradients, ds[0], ds[1]);
#pragma unroll
  for (int s = 0; s < S; ++s)
  {
    const int at = (s * groups + group) * 32 + lane;
    const uint2 dz = tables.dzAlong[at], q = tables.qAlong[at];
    Packed<T>::mma16(rows.dv[s], weights, dz.x, dz.y);
    Packed<T>::mma16(rows.dk[s], gradients, q.x, q.y);
  }
}

template<class T, int S, int R, bool Shared>
__device__ inline void addAllLatents(
  PointRows<S> (&rows)[R], const GradientTables<S>& tables, int groups, int latents, float scale2)
{
  for (int m = 0; m < latents; m += 16)
  {
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      addLatents<T, S, Shared>(rows[i], tables, groups, m / 16, scale2);
    }
  }
}

template<class T>
struct PointGradientArguments
{
  const T *y, *dy;
  const float* pointLogSum;
  LatentTerms terms;
  T *dk, *dv;
  float* pointDelta; // [H, T], sum_d dy y
  int resident;      // latents that fit in shared memory at a time
};

// Loads 16 points from `first` on; the delta of each also goes to memory, for dQ.
template<class T, int S>
__device__ inline void loadPoints(PointRows<S>& rows, const Operands<T>& o,
  const PointGradientArguments<T>& a, const Chunk& chunk, int first, int last, std::int64_t block, int head)
{
  const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const auto start = chunk.begin * o.stride + head * o.width;
  Tile<S> y;
  loadTile<S>(rows.k, o.k + start, first, last, o.stride, o.width);
  loadTile<S>(rows.v, o.v + start, first, last, o.stride, o.width);
  loadTile<S>(rows.dy, a.dy + start, first, last, o.stride, o.width);
  loadTile<S>(y, a.y + start, first, last, o.stride, o.width);
#pragma unroll
  for (int r = 0; r < 2; ++r)
  {
    const int point = first + 8 * r + g;
    const auto at = head * o.points + chunk.begin + min(point, last);
    const float log = a.pointLogSum[at] * log2e;
    float delta = 0.0f;
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      delta = fmaf(lowOf<T>(y[r][s]), lowOf<T>(rows.dy[r][s]), delta);
      delta = fmaf(highOf<T>(y[r][s]), highOf<T>(rows.dy[r][s]), delta);
    }
    delta = quadSum(delta);
    if (t == 0 && point <= last)
    {
      a.pointDelta[at] = delta;
    }
    rows.shift[r] = a.terms.logScale[block] - log;
    rows.logFactor[r] = log - a.terms.base[block];
    rows.factor[r] = power2(rows.logFactor[r]);
    rows.delta[r] = -delta;
  }
#pragma unroll
  for (int s = 0; s < S; ++s)
  {
#pragma unroll
    for (int c = 0; c < 4; ++c)
    {
      rows.dk[s][c] = rows.dv[s][c] = 0.0f;
    }
  }
}

template<class T, int S>
__device__ inline void storePoints(const PointRows<S>& rows, const Operands<T>& o,
  const PointGradientArguments<T>& a, const Chunk& chunk, int first, int last, std::int64_t block, int head)
{
  const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const float unscaled = power2(-a.terms.logScale[block]), keyFactor = unscaled * o.scale2 * ln2;
#pragma unroll
  for (int r = 0; r < 2; ++r)
  {
    const int point = first + 8 * r + g;
    if (point > last)
    {
      continue;
    }
    const auto row = (chunk.begin + point) * o.stride + head * o.width;
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      const int c = 8 * s + 2 * t;
      storePair(a.dk + row, c, o.width, rows.dk[s][2 * r] * keyFactor, rows.dk[s][2 * r + 1] * keyFactor);
      storePair(a.dv + row, c, o.width, rows.dv[s][2 * r] * unscaled, rows.dv[s][2 * r + 1] * unscaled);
    }
  }
}

// dk, dv and delta' of the points; a warp takes 16 R points at a time, so that a fragment read from shared
// memory serves R products.
template<class T, int S, int R>
__global__ void __launch_bounds__(pointThreads) pointGradientKernel(
  const __grid_constant__ Operands<T> o, const __grid_constant__ PointGradientArguments<T> a)
{
  const int warp = threadIdx.x / 32, head = blockIdx.x % o.heads;
  const auto chunk = locate(o.chunks, blockIdx.x / o.heads);
  const int last = static_cast<int>(chunk.end - chunk.begin) - 1;
  const auto block = static_cast<std::int64_t>(chunk.segment) * o.heads + head;
  const int groups = (min(a.resident, o.latents) + 15) / 16;
  const GradientTables<S> tables(sharedMemory(), groups);
  const bool once = o.latents <= a.resident;
  const int start = 16 * R * warp;
  if (once)
  {
    layTables(tables, o, a.terms, groups, 0, block, head);
    blockBarrier();
  }
  for (int n = start; n - start <= last; n += 16 * R * pointWarps)
  {
    PointRows<S> rows[R];
    bool tooLarge = false;
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      loadPoints(rows[i], o, a, chunk, n + 16 * i, last, block, head);
      tooLarge = tooLarge || fmaxf(rows[i].logFactor[0], rows[i].logFactor[1]) > highestPointFactor;
    }
    const bool shared = !anyLane(tooLarge);
    for (int first = 0; first < o.latents; first += a.resident)
    {
      if (!once)
      {
        blockBarrier();
        layTables(tables, o, a.terms, groups, first, block, head);
        blockBarrier();
      }
      const int held = min(a.resident, o.latents - first);
      if (shared)
      {
        addAllLatents<T, S, R, true>(rows, tables, groups, held, o.scale2);
      }
      else
      {
        addAllLatents<T, S, R, false>(rows, tables, groups, held, o.scale2);
      }
    }
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      storePoints(rows[i], o, a, chunk, n + 16 * i, last, block, head);
    }
  }
}
}
