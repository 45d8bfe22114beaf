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

// Products over the channels have room for 8 more. Two of them carry the delta, as a sum of two 16-bit
// numbers; the others what narrowing channels 2 to 7 of Z and W left, so that most of that rounding is
// undone. delta of a latent is divided by deltaUnit, so that it stays in fp16's range for values up to some
// thousands.
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
  const float *z, *logSum; // [segments, H, M, D], natural [segments, H, M]
  float* dz;               // [segments, H, M, D], rows brought to [1/2, 1) by powers of two
  float* level;            // [segments, H, M], log2 of 2^-L times a row's power of two; NaN where dZ is 0
  HeadTerms* heads;        // [segments, H]
  unsigned* merged;        // [segments, H], blocks that are done
};

// The exponent e of 2^(e-1) <= x < 2^e; 0 for zero and for what is not finite
__device__ inline int exponentOf(float x)
{
  return x > 0.0f && x < INFINITY ? ilogbf(x) + 1 : 0;
}

// Rows of W
struct RowValue
{
  const float *dz, *level;
  int width;
  float base;
  bool shared;

  __device__ float logFactor(int m) const { return isnan(level[m]) ? -INFINITY : base + level[m]; }

  __device__ float factor(int m) const { return shared ? power2(logFactor(m)) : 1.0f; }
};

// One of them, all of whose channels have one factor
struct ScaledValue
{
  const float* dz;
  int width;
  float factor;

  __device__ float operator()(int m, int c) const
  {
    return factor * dz[static_cast<std::int64_t>(m) * width + c];
  }
};

// The channels beside those of Z or W: 1 for the two of the deltas, then what narrowing left
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

// dz and level of a latent; `factor` undoes the scale of the partial sums
__device__ inline void mergeLatentRow(const MergeShape& shape, const Partial<float>& in, int segment,
  int head, int latent, float factor, const LatentTerms& terms)
{
  const int lane = threadIdx.x % 32;
  const auto out = (static_cast<std::int64_t>(segment) * shape.heads + head) * shape.latents + latent;
  float* row = terms.dz + out * shape.width;
  float value = 0.0f, largest = 0.0f;
  for (int first = 0; first < shape.width; first += mergeChannels)
  {
    ChunkSums<float, false> sums;
    sums.add(shape, in, segment, head, latent, first);
    value = sums.joined() * factor;
    if (lane < mergeChannels && first + lane < shape.width)
    {
      row[first + lane] = value;
      largest = fmaxf(largest, fabsf(value));
    }
  }
  largest = warpMax(largest);
  const int exponent = exponentOf(largest);
  for (int c = lane; lane < mergeChannels && c < shape.width; c += mergeChannels)
  {
    // The last value is still there: reading it back would take as long as a chunk's sums.
    const bool last = c / mergeChannels == (shape.width - 1) / mergeChannels;
    row[c] = ldexpf(last ? value : row[c], -exponent);
  }
  if (lane == 0)
  {
    terms.level[out] = largest > 0.0f ? static_cast<float>(exponent) - terms.logSum[out] * log2e : NAN;
  }
}

// What a head's points and latents share, and the base of W; every warp finds it for itself.
template<class T>
__device__ inline HeadTerms headTerms(
  const MergeShape& shape, const Partial<float>& in, int segment, int head, const float* level, float& base)
{
  float highest = -INFINITY, lowest = -INFINITY, peak = 0.0f, highestPoint = -INFINITY; // lowest is negated
  overLanes(0, shape.latents,
    [&](int m)
    {
      highest = fmaxf(highest, level[m]);
      lowest = fmaxf(lowest, -level[m]);
    });
  overLanes(shape.chunks.first[segment], shape.chunks.first[segment + 1],
    [&](int i)
    {
      const float2 here = in.peak[static_cast<std::int64_t>(i) * shape.heads + head];
      peak = fmaxf(peak, here.x);
      highestPoint = fmaxf(highestPoint, here.y * log2e);
    });
  highest = warpMax(highest);
  lowest = warpMax(lowest);
  const int gradientExponent = max(-14, min(15, -exponentOf(warpMax(peak))));
  base = highest > -INFINITY ? highestRow - highest : 0.0f;
  HeadTerms common;
  common.base = base - static_cast<float>(gradientExponent);
  common.shared =
    highest + lowest <= rowSpread<T> && warpMax(highestPoint) - common.base <= highestPointFactor;
  common.logScale = gradientShift + static_cast<float>(gradientExponent);
  common.gradientFactor = ldexpf(1.0f, gradientExponent);
  return common;
}

// The tables of a head, padded to whole passes
template<class T, int S>
__device__ inline void layTables(
  LatentTables<S>* tables, const Operands<T>& o, int head, const FloatValue& z, const RowValue& rowsOfW)
{
  const auto q = queryValue(o, head);
  const FurtherChannels<T, FloatValue> moreZ{ z };
  const int passes = (o.latents + latentsPerPass<S> - 1) / latentsPerPass<S>;
  for (int i = threadIdx.x; i < passes * groupsPerPass<S> * 16 * S; i += blockDim.x)
  {
    auto& table = tables[i / (16 * S)];
    const int at = i % (16 * S), slice = at / 16, first = i / (16 * S) * 16;
    const int m = first + at % 16, latent = min(m, o.latents - 1);
    const ScaledValue w{ rowsOfW.dz, o.width, rowsOfW.factor(latent) };
    const FurtherChannels<T, ScaledValue> moreW{ w };
    // All is read before anything is written, and so comes together. Queries of scores repeat after the last.
    const uint4 queries = latentRow<T>(slice, latent, o.latents, o.width, q);
    const uint4 rows[2] = { latentRow<T>(slice, m, o.latents, o.width, z),
      latentRow<T>(slice, m, o.latents, o.width, w) };
    uint4 more[2] = { latentRow<T>(0, m, o.latents, o.width, moreZ),
      latentRow<T>(0, m, o.latents, o.width, moreW) };
    // sum_d W z of W as it is kept: what rounding a row adds to its dS then cancels over the points, but for
    // its correlation with the keys.
    float delta = 0.0f;
#pragma unroll
    for (int c = 0; c < 8 * S; ++c)
    {
      const int channel = min(c, o.width - 1);
      const float term = moreW.kept(latent, channel) * z(latent, channel);
      delta += m < o.latents && c < o.width ? term : 0.0f;
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
        const int l = first + 2 * at + c % 2 + c / 2 * 8;
        const float log = rowsOfW.shared ? 0.0f : rowsOfW.logFactor(min(l, o.latents - 1));
        logs[c] = l < o.latents ? log : -INFINITY;
      }
      table.logFactor[at] = make_float4(logs[0], logs[1], logs[2], logs[3]);
    }
  }
}

// Merges dZ, a block for some latents of a segment's head; the last block of a head lays its tables.
template<class T, int S>
__global__ void __launch_bounds__(mergeThreads) mergeLatentTermsKernel(const __grid_constant__ Operands<T> o,
  const __grid_constant__ MergeShape shape, const __grid_constant__ Partial<float> in, float factor,
  const __grid_constant__ LatentTerms terms, LatentTables<S>* tables)
{
  constexpr int warps = mergeThreads / 32;
  const int blocks = (o.latents + warps - 1) / warps, row = blockIdx.x / blocks;
  const int segment = row / o.heads, head = row % o.heads, m = blockIdx.x % blocks * warps + threadIdx.x / 32;
  if (m < o.latents)
  {
    mergeLatentRow(shape, in, segment, head, m, factor, terms);
  }
  if (!lastBlock(terms.merged + row, blocks))
  {
    return;
  }
  const auto latents = static_cast<std::int64_t>(row) * o.latents;
  float base;
  const HeadTerms common = headTerms<T>(shape, in, segment, head, terms.level + latents, base);
  if (threadIdx.x == 0)
  {
    terms.heads[row] = common;
  }
  const int padded = (o.latents + latentsPerPass<S> - 1) / latentsPerPass<S> * groupsPerPass<S>;
  layTables<T, S>(tables + static_cast<std::int64_t>(row) * padded, o, head,
    { terms.z + latents * o.width, o.width },
    { terms.dz + latents * o.width, terms.level + latents, o.width, base, common.shared != 0 });
}
}
