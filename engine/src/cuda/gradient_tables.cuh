#pragma once

#include "cuda/latent_rows.cuh"
#include "cuda/merge.cuh"

#include <type_traits>

namespace flare::cuda
{
// What the second pass of the backward needs of the latents, laid out once per call.
//
// One exponential serves both softmaxes: with R = 2^(S - c), P = R 2^(c - L). So P dZ = R f W, where the
// point's factor f = 2^(c - base) and the latent's row W = 2^(base - L) dZ, and
//   dV = f sum_m R W,   dS = R (f (W v - delta) + dy z - delta').
// The scale of W, and so `base`, is chosen so that its largest row reaches 2^highestRow. 16 bits hold rows
// that are up to 2^rowSpread apart; a head with latents farther apart, or with a point whose f is above
// 2^highestPointFactor, takes an exponential of its own for P, and rows of W then are dZ brought to [1/2, 1)
// by powers of two of their own.
//
// dS is narrowed to 16 bits too: weights are multiplied by 2^gradientShift, and dy by the power of two that
// brings the largest |dy| of the head to [1/2, 1), so that dS neither overflows nor vanishes when the loss is
// scaled.
constexpr float highestRow = 14.0f, highestPointFactor = 60.0f, gradientShift = 4.0f;

template<class T>
constexpr float rowSpread = std::is_same_v<T, __half> ? 17.0f : 60.0f;

// 16 latents: queries for the scores and for dK, Z, W, -delta of W v as a sum of two 16-bit numbers, and the
// logarithms of what W's rows lack, latents 2t, 2t+1, 2t+8, 2t+9. delta is divided by deltaUnit, so that it
// stays in fp16's range for values up to some thousands.
constexpr float deltaUnit = 256.0f;

template<int S>
struct LatentTables
{
  LatentRows<S> queries, q, z, w;
  LatentRows<1> delta;
  float4 logFactor[4];
};

// x as a pair of 16-bit numbers that add up to it
template<class T>
__device__ inline unsigned split(float x)
{
  const unsigned high = Packed<T>::pack(x, 0.0f);
  return Packed<T>::pack(x, x - lowOf<T>(high));
}

// Groups of 16 latents that a pass of the second kernel takes: their sums dQ stay in registers.
template<int S>
constexpr int groupsPerPass = 8 / S;

template<int S>
constexpr int latentsPerPass = 16 * groupsPerPass<S>;

struct LatentTerms
{
  const float* z;     // [segments, H, M, D]
  const float* dz;    // [segments, H, M, D], rows brought to [1/2, 1)
  const float* level; // [segments, H, M], logarithm of 2^-L |dZ|; NaN where dZ is 0
  const float2* peak; // [chunks, H], largest |dy| and largest log-sum-exp of a point
};

// W's element (m, c)
struct RowValue
{
  const float *dz, *level;
  int width;
  float base;
  bool shared;

  __device__ float logFactor(int m) const { return isnan(level[m]) ? -INFINITY : base + level[m]; }

  __device__ float factor(int m) const { return shared ? power2(logFactor(m)) : 1.0f; }

  __device__ float operator()(int m, int c) const
  {
    return factor(m) * dz[static_cast<std::int64_t>(m) * width + c];
  }
};

// delta of latent m, sum_d W z, from W as it is narrowed: what rounding a row adds to its dS then cancels over
// the points but for its correlation with the keys.
template<class T>
__device__ inline float narrowedDelta(const RowValue& w, const FloatValue& z, int m, int width)
{
  float sum = 0.0f;
  for (int c = 0; c < width; c += 2)
  {
    const unsigned pair = Packed<T>::pack(w(m, c), w(m, c + 1));
    sum = fmaf(lowOf<T>(pair), z(m, c), fmaf(highOf<T>(pair), z(m, c + 1), sum));
  }
  return sum;
}

// A block for each pass's latents of a segment's head; every warp finds the head's scales for itself.
template<class T, int S>
__global__ void __launch_bounds__(mergeThreads) layGradientTablesKernel(const __grid_constant__ Operands<T> o,
  const __grid_constant__ LatentTerms terms, HeadTerms* heads, LatentTables<S>* tables)
{
  const int passes = (o.latents + latentsPerPass<S> - 1) / latentsPerPass<S>;
  const int row = blockIdx.x / passes, pass = blockIdx.x % passes, lane = threadIdx.x % 32;
  const int segment = row / o.heads, head = row % o.heads;
  const auto latents = static_cast<std::int64_t>(row) * o.latents;
  float highest = -INFINITY, lowest = -INFINITY, peak = 0.0f, highestPoint = -INFINITY; // lowest is negated
  overLanes(0, o.latents,
    [&](int m)
    {
      highest = fmaxf(highest, terms.level[latents + m]);
      lowest = fmaxf(lowest, -terms.level[latents + m]);
    });
  overLanes(o.chunks.first[segment], o.chunks.first[segment + 1],
    [&](int i)
    {
      const float2 here = terms.peak[static_cast<std::int64_t>(i) * o.heads + head];
      peak = fmaxf(peak, here.x);
      highestPoint = fmaxf(highestPoint, here.y * log2e);
    });
  highest = warpMax(highest);
  lowest = warpMax(lowest);
  const int gradientExponent = max(-14, min(15, -exponentOf(warpMax(peak))));
  const float base = highest > -INFINITY ? highestRow - highest : 0.0f;
  HeadTerms common;
  common.base = base - static_cast<float>(gradientExponent);
  common.shared =
    highest + lowest <= rowSpread<T> && warpMax(highestPoint) - common.base <= highestPointFactor;
  common.logScale = gradientShift + static_cast<float>(gradientExponent);
  common.gradientFactor = ldexpf(1.0f, gradientExponent);
  if (pass == 0 && threadIdx.x == 0)
  {
    heads[row] = common;
  }

  const auto q = queryValue(o, head);
  const FloatValue z{ terms.z + latents * o.width, o.width };
  const RowValue w{ terms.dz + latents * o.width, terms.level + latents, o.width, base, common.shared != 0 };
  auto* group = tables + static_cast<std::int64_t>(blockIdx.x) * groupsPerPass<S>;
  for (int i = threadIdx.x; i < groupsPerPass<S> * 16 * S; i += blockDim.x)
  {
    auto& table = group[i / (16 * S)];
    const int at = i % (16 * S), m = (pass * groupsPerPass<S> + i / (16 * S)) * 16;
    layRow<T, S, true>(table.queries, at, m, o.latents, o.width, q);
    layRow<T, S, false>(table.q, at, m, o.latents, o.width, q);
    layRow<T, S, false>(table.z, at, m, o.latents, o.width, z);
    layRow<T, S, false>(table.w, at, m, o.latents, o.width, w);
    if (at < 16)
    {
      const float delta = m + at < o.latents ? narrowedDelta<T>(w, z, m + at, o.width) : 0.0f;
      table.delta.row[0][at] = make_uint4(split<T>(-delta / deltaUnit), 0u, 0u, 0u);
    }
    if (at < 4)
    {
      float logs[4];
#pragma unroll
      for (int c = 0; c < 4; ++c)
      {
        const int latent = m + 2 * at + c % 2 + c / 2 * 8;
        logs[c] = latent >= o.latents ? -INFINITY : w.shared ? 0.0f : w.logFactor(latent);
      }
      table.logFactor[at] = make_float4(logs[0], logs[1], logs[2], logs[3]);
    }
  }
}
}
