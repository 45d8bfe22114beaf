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

// Products over the channels have room for 8 more. Two of them carry the delta, as a sum of two 16-bit numbers;
// the others what narrowing channels 2 to 7 of Z and W left, so that most of that rounding is undone. delta of a
// latent is divided by deltaUnit, so that it stays in fp16's range for values up to some thousands.
constexpr float deltaUnit = 256.0f;

// 16 latents: queries for the scores and for dK, Z, W, their further channels, and the logarithms of what W's
// rows lack, latents 2t, 2t+1, 2t+8, 2t+9
template<int S>
struct LatentTables
{
  LatentRows<S> queries, q, z, w;
  LatentRows<1> moreZ, moreW;
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

template<class T, class Value>
struct FurtherChannels
{
  const Value& value;

  __device__ float operator()(int m, int c) const { return c < 2 ? 1.0f : restOf<T>(value(m, c)); }

  // What the tensor cores have of value(m, c)
  __device__ float kept(int m, int c) const
  {
    const float x = value(m, c);
    return c < 2 || c >= 8 ? x - restOf<T>(x) : x;
  }
};

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
  const FurtherChannels<T, FloatValue> moreZ{ z };
  const FurtherChannels<T, RowValue> moreW{ w };
  auto* group = tables + static_cast<std::int64_t>(blockIdx.x) * groupsPerPass<S>;
  for (int i = threadIdx.x; i < groupsPerPass<S> * 16 * S; i += blockDim.x)
  {
    auto& table = group[i / (16 * S)];
    const int at = i % (16 * S), slice = at / 16, first = (pass * groupsPerPass<S> + i / (16 * S)) * 16;
    const int m = first + at % 16;
    // All is read before anything is written, and so comes together. Queries of scores repeat after the last.
    const uint4 queries = latentRow<T>(slice, min(m, o.latents - 1), o.latents, o.width, q);
    const uint4 rows[2] = { latentRow<T>(slice, m, o.latents, o.width, z),
      latentRow<T>(slice, m, o.latents, o.width, w) };
    uint4 more[2] = { latentRow<T>(0, m, o.latents, o.width, moreZ), latentRow<T>(0, m, o.latents, o.width, moreW) };
    // sum_d W z of W as it is kept: what rounding a row adds to its dS then cancels over the points, but for its
    // correlation with the keys.
    float delta = 0.0f;
#pragma unroll
    for (int c = 0; c < 8 * S; ++c)
    {
      delta = m < o.latents && c < o.width ? fmaf(moreW.kept(m, c), z(m, c), delta) : delta;
    }
    more[1].x = split<T>(-delta / deltaUnit);
    table.queries.row[slice][at % 16] = queries;
    table.q.row[slice][at % 16] = m < o.latents ? queries : make_uint4(0u, 0u, 0u, 0u);
    table.z.row[slice][at % 16] = rows[0];
    table.w.row[slice][at % 16] = rows[1];
    if (slice == 0)
    {
      table.moreZ.row[0][at] = more[0];
      table.moreW.row[0][at] = more[1];
    }
    if (at < 4)
    {
      float logs[4];
#pragma unroll
      for (int c = 0; c < 4; ++c)
      {
        const int latent = first + 2 * at + c % 2 + c / 2 * 8;
        logs[c] = latent >= o.latents ? -INFINITY : w.shared ? 0.0f : w.logFactor(latent);
      }
      table.logFactor[at] = make_float4(logs[0], logs[1], logs[2], logs[3]);
    }
  }
}
}
