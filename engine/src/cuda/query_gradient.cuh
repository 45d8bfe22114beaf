#pragma once

#include "cuda/latent_terms.cuh"
#include "cuda/point_sums.cuh"

namespace flare::cuda
{
// A latent row's terms, rows g and g + 8 of 16
template<int S>
struct QueryRows
{
  Tile<S> q, z, dz;
  float factor[2], delta[2];
};

template<int S, class T>
__device__ inline void loadRows(
  QueryRows<S>& rows, const Operands<T>& o, const LatentTerms& terms, std::int64_t block, int head, int first)
{
  const int g = threadIdx.x % 32 / 4;
  loadQueries(rows.q, o, head, first);
  loadLatents<S, T>(rows.z, terms.z + block * o.latents * o.width, o.latents, o.width, first);
  loadLatents<S, T>(rows.dz, terms.dz + block * o.latents * o.width, o.latents, o.width, first);
#pragma unroll
  for (int r = 0; r < 2; ++r)
  {
    const int m = first + 8 * r + g;
    const bool valid = m < o.latents;
    rows.factor[r] = valid ? power2(terms.logFactor[block * o.latents + m]) : 0.0f;
    rows.delta[r] = valid ? -terms.delta[block * o.latents + m] : 0.0f;
  }
}

// What a tile's points contribute, in the order of a fragment's columns
struct PointColumns
{
  float shift[2][2], factor[2][2], logFactor[2][2], delta[2][2];
};

// dS of 16 latents x 8 points from the three products: dS = R (factor (G - delta) + F - delta')
template<class T, int S, bool Shared>
__device__ inline void scoreGradient(float (&ds)[4], const QueryRows<S>& rows, const float (&logFactor)[2],
  const unsigned (&keys)[S], const unsigned (&values)[S], const unsigned (&gradients)[S],
  const PointColumns& points, int j, float scale2)
{
  const float zero[4] = {};
  const float deltaPoint[4] = { points.delta[j][0], points.delta[j][1], points.delta[j][0],
    points.delta[j][1] };
  const float deltaLatent[4] = { rows.delta[0], rows.delta[0], rows.delta[1], rows.delta[1] };
  float x[4], fromDecode[4], fromEncode[4];
  product<T, S>(x, rows.q, keys, zero);
  product<T, S>(fromDecode, rows.z, gradients, deltaPoint);
  product<T, S>(fromEncode, rows.dz, values, deltaLatent);
#pragma unroll
  for (int c = 0; c < 4; ++c)
  {
    const float exponent = fmaf(x[c], scale2, points.shift[j][c % 2]);
    const float r = power2(exponent);
    if (Shared)
    {
      const float ratio = rows.factor[c / 2] * points.factor[j][c % 2];
      ds[c] = r * fmaf(ratio, fromEncode[c], fromDecode[c]);
    }
    else
    {
      const float p = power2(exponent + logFactor[c / 2] + points.logFactor[j][c % 2]);
      ds[c] = fmaf(p, fromEncode[c], r * fromDecode[c]);
    }
  }
}

// Adds a tile's 16 points to the sums of 16 R latents
template<class T, int S, int R, bool Shared>
__device__ inline void addPoints(float (&sum)[R][S][4], const QueryRows<S> (&rows)[R], const Tile<S>& keys,
  const Tile<S>& values, const Tile<S>& gradients, const Tile<S>& keyRows, const PointColumns& points,
  const float* logFactors, int latent, const Operands<T>& o)
{
  const int g = threadIdx.x % 32 / 4;
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    float ds[2][4], logFactor[2] = {};
    if (!Shared)
    {
      const int m = latent + 16 * i + g;
      logFactor[0] = logFactors[min(m, o.latents - 1)];
      logFactor[1] = logFactors[min(m + 8, o.latents - 1)];
    }
#pragma unroll
    for (int j = 0; j < 2; ++j)
    {
      scoreGradient<T, S, Shared>(
        ds[j], rows[i], logFactor, keys[j], values[j], gradients[j], points, j, o.scale2);
    }
    unsigned a[4];
    narrow<T>(a, ds[0], ds[1]);
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      Packed<T>::mma16(sum[i][s], a, keyRows[0][s], keyRows[1][s]);
    }
  }
}

// dQ: sum_n dS_mn k_n times 2^logScale, without the factor s
template<class T, int S, int R>
__global__ void __launch_bounds__(32 * pointSumWarps) queryGradientKernel(
  const __grid_constant__ Operands<T> o, const T* dy, const float* pointLogSum, const float* pointDelta,
  const __grid_constant__ LatentTerms terms, const __grid_constant__ Partial<float> out)
{
  const auto task = warpTask(o, 16 * R);
  if (task.head >= o.heads)
  {
    return;
  }
  const T *k = rowsOf(o.k, o, task), *v = rowsOf(o.v, o, task), *gradients = rowsOf(dy, o, task);
  const float* logSum = pointLogSum + task.head * o.points + task.chunk.begin;
  const float* delta = pointDelta + task.head * o.points + task.chunk.begin;
  const auto block = static_cast<std::int64_t>(task.chunk.segment) * o.heads + task.head;
  const float base = terms.base[block], logScale = terms.logScale[block];
  const int lane = threadIdx.x % 32, t = lane % 4;

  QueryRows<S> rows[R];
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    loadRows(rows[i], o, terms, block, task.head, task.latent + 16 * i);
  }
  Tile<S> nextK, nextV, nextG;
  float sum[R][S][4] = {};
  loadTile<S>(nextK, k, 0, task.last, o.stride, o.width);
  loadTile<S>(nextV, v, 0, task.last, o.stride, o.width);
  loadTile<S>(nextG, gradients, 0, task.last, o.stride, o.width);
  // Lane l holds the numbers of point l % 16 and hands them to those whose columns they are.
  float nextLog = logSum[min(lane % 16, task.last)], nextDelta = delta[min(lane % 16, task.last)];
  for (int n = 0; n <= task.last; n += 16)
  {
    Tile<S> keys, values, upstream, keyRows;
#pragma unroll
    for (int i = 0; i < 2 * S; ++i)
    {
      keys[i / S][i % S] = nextK[i / S][i % S];
      values[i / S][i % S] = nextV[i / S][i % S];
      upstream[i / S][i % S] = nextG[i / S][i % S];
    }
    const float log = nextLog * log2e, logFactor = log - base, factor = power2(logFactor),
                ownDelta = -nextDelta;
    transposeTile<S>(keyRows, nextK, n, task.last);
    loadTile<S>(nextK, k, n + 16, task.last, o.stride, o.width);
    loadTile<S>(nextV, v, n + 16, task.last, o.stride, o.width);
    loadTile<S>(nextG, gradients, n + 16, task.last, o.stride, o.width);
    nextLog = logSum[min(n + 16 + lane % 16, task.last)];
    nextDelta = delta[min(n + 16 + lane % 16, task.last)];

    PointColumns points;
#pragma unroll
    for (int i = 0; i < 4; ++i)
    {
      const int source = 8 * (i / 2) + 2 * t + i % 2;
      points.shift[i / 2][i % 2] = logScale - fromLane(log, source);
      points.factor[i / 2][i % 2] = fromLane(factor, source);
      points.delta[i / 2][i % 2] = fromLane(ownDelta, source);
    }
    const bool shared = !anyLane(logFactor > highestPointFactor);
    if (!shared)
    {
#pragma unroll
      for (int i = 0; i < 4; ++i)
      {
        points.logFactor[i / 2][i % 2] = logScale - points.shift[i / 2][i % 2] - base;
      }
    }
    if (shared)
    {
      addPoints<T, S, R, true>(sum, rows, keys, values, upstream, keyRows, points, nullptr, 0, o);
    }
    else
    {
      addPoints<T, S, R, false>(sum, rows, keys, values, upstream, keyRows, points,
        terms.logFactor + block * o.latents, task.latent, o);
    }
  }
  storeSums<R, S>(out, o, task, sum);
}
}
