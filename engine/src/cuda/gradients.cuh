#pragma once

#include "cuda/gradient_tables.cuh"
#include "cuda/point_blocks.cuh"
#include "cuda/stage.cuh"

// The second pass of the backward: dK and dV, which belong to points, and dQ, which is a sum over points,
// from one computation of the scores. A warp takes 16 R points at a time and walks over the latents of a
// pass, whose tables lie in shared memory; scores are tiles of 16 points (rows) x 8 latents (columns). A tile
// of dS is the left operand of dK as it is, and that of dQ after its 8 x 8 pieces have been transposed. dQ of
// the pass's latents stays in the warp's registers. More latents than one pass holds take further passes over
// the chunk's points, whose dK and dV meanwhile lie in shared memory.
namespace flare::cuda
{
constexpr int gradientWarps = 4;

template<int S>
struct GradientShape
{
  static constexpr int points = S == 1 ? 2 : 1;               // R
  static constexpr int perStep = 16 * points * gradientWarps; // points of a block
  static constexpr int passBytes = groupsPerPass<S> * sizeof(LatentTables<S>);
  // Where warps add up their dQ, in place of the tables: half of them at a time
  static constexpr int sumBytes = gradientWarps / 2 * groupsPerPass<S> * S * 32 * sizeof(float4);
  static constexpr int tableBytes = passBytes > sumBytes ? passBytes : sumBytes;
  // A step's dK and dV between passes
  static constexpr int stepBytes = gradientWarps * points * 2 * S * 32 * sizeof(float4);
};

// Keys, values, dy, y, and the points' log-sum-exps
template<class T, int S>
using GradientStages = Stages<T, S, 16 * GradientShape<S>::points, 4, 1>;

// What a block holds: its tables and, for one pass, two stages of points; for more, all `steps` of its points
// and their sums.
template<class T, int S>
constexpr int gradientBytes(int steps)
{
  return GradientShape<S>::tableBytes +
         (steps > 0 ? steps : 2) * gradientWarps * GradientStages<T, S>::stage +
         steps * GradientShape<S>::stepBytes;
}

template<class T>
struct GradientArguments
{
  const T *y, *dy;
  const float* pointLogSum;
  const HeadTerms* terms; // [segments, H]
  const void* tables;     // LatentTables [segments, H, groups of 16]
  T *dk, *dv;
  float* dq; // partial sums [chunks, H, M, 8 S]
  int steps; // that a chunk has at most, when latents take several passes; else 0
};

// 16 points with their sums, rows g and g + 8
template<int S>
struct PointRows
{
  Tile<S> k, keyColumns, v, dy;
  float shift[2], factor[2];
  unsigned moreDy[2],
    moreV[2]; // for the further channels: -delta' as two numbers, and deltaUnit twice, then dy, v
  float dk[S][4], dv[S][4];
};

template<class T, int S>
__device__ inline void loadPoints(PointRows<S>& rows, const GradientStages<T, S>& stages, int slot,
  int offset, const bool (&valid)[2], const HeadTerms& terms)
{
  Tile<S> y;
  stages.tile(rows.k, slot, 0, offset);
  stages.transposedTile(rows.keyColumns, slot, 0, offset);
  stages.tile(rows.v, slot, 1, offset);
  stages.tile(rows.dy, slot, 2, offset);
  stages.tile(y, slot, 3, offset);
  const unsigned factors = Packed<T>::pack(terms.gradientFactor, terms.gradientFactor);
#pragma unroll
  for (int r = 0; r < 2; ++r)
  {
    float delta = 0.0f;
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      rows.dy[r][s] = Packed<T>::multiply(rows.dy[r][s], factors);
      delta = fmaf(lowOf<T>(y[r][s]), lowOf<T>(rows.dy[r][s]), delta);
      delta = fmaf(highOf<T>(y[r][s]), highOf<T>(rows.dy[r][s]), delta);
    }
    delta = quadSum(delta);
    rows.moreDy[r] = threadIdx.x % 4 == 0 ? split<T>(-delta) : rows.dy[r][0];
    rows.moreV[r] = threadIdx.x % 4 == 0 ? Packed<T>::pack(deltaUnit, deltaUnit) : rows.v[r][0];
    const float log = stages.numbers(slot, 0)[offset + 8 * r + threadIdx.x % 32 / 4] * log2e;
    rows.shift[r] = gradientShift - log;
    rows.factor[r] = valid[r] ? power2(log - terms.base) : 0.0f;
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

// Adds 16 latents' part to the gradients of 16 R points, and these points' part to the latents' dQ. Beyond
// the last latent W is 0, and dS meets queries that are 0; beyond the last point dy, y and the factor are 0.
template<class T, int S, int R, bool Shared>
__device__ inline void addLatents(
  PointRows<S> (&rows)[R], float (&dq)[S][4], SharedAddress table, const Operands<T>& o, float base)
{
  using Tables = LatentTables<S>;
  const float zero[4] = {};
  Tile<S> q, z, w, queryColumns, rowColumns;
  Tile<1> moreZ, moreW;
  loadAcross(q, table + offsetof(Tables, queries));
  loadAcross(z, table + offsetof(Tables, z));
  loadAcross(w, table + offsetof(Tables, w));
  loadAcross(moreZ, table + offsetof(Tables, moreZ));
  loadAcross(moreW, table + offsetof(Tables, moreW));
  loadAlong(queryColumns, table + offsetof(Tables, q));
  loadAlong(rowColumns, table + offsetof(Tables, w));
  Tile<1> moreColumns; // of W's; the first two hold delta
  loadAlong(moreColumns, table + offsetof(Tables, moreW));
#pragma unroll
  for (int j = 0; j < 2; ++j)
  {
    moreColumns[j][0] = threadIdx.x % 32 < 8 ? 0u : moreColumns[j][0];
  }
  float logFactor[4] = {};
  if (!Shared)
  {
    loadNumbers(logFactor, table + offsetof(Tables, logFactor) + threadIdx.x % 4 * 16);
  }
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    auto& points = rows[i];
    float weight[2][4], ds[2][4];
    float pointLog[2]; // log2 of the factor, which may be infinite
    if (!Shared)
    {
#pragma unroll
      for (int r = 0; r < 2; ++r)
      {
        pointLog[r] = points.factor[r] > 0.0f ? gradientShift - points.shift[r] - base : -INFINITY;
      }
    }
#pragma unroll
    for (int j = 0; j < 2; ++j)
    {
      float x[4], fromDecode[4], fromEncode[4];
      product<T, S>(x, points.k, q[j], zero);
      extendedProduct<T, S>(fromDecode, points.dy, points.moreDy, z[j], moreZ[j][0]);
      extendedProduct<T, S>(fromEncode, points.v, points.moreV, w[j], moreW[j][0]);
#pragma unroll
      for (int c = 0; c < 4; ++c)
      {
        const float exponent = fmaf(x[c], o.scale2, points.shift[c / 2]), r = power2(exponent);
        if (Shared)
        {
          weight[j][c] = r;
          ds[j][c] = r * fmaf(points.factor[c / 2], fromEncode[c], fromDecode[c]);
        }
        else
        {
          weight[j][c] = power2(exponent + logFactor[2 * j + c % 2] + pointLog[c / 2]);
          ds[j][c] = fmaf(weight[j][c], fromEncode[c], r * fromDecode[c]);
        }
      }
    }
    unsigned weights[4], gradients[4];
    narrow<T>(weights, weight[0], weight[1]);
    narrow<T>(gradients, ds[0], ds[1]);
    const unsigned turned[4] = { transposed(gradients[0]), transposed(gradients[2]), transposed(gradients[1]),
      transposed(gradients[3]) };
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      Packed<T>::mma16(points.dv[s], weights, rowColumns[0][s], rowColumns[1][s], points.dv[s]);
      Packed<T>::mma16(points.dk[s], gradients, queryColumns[0][s], queryColumns[1][s], points.dk[s]);
      Packed<T>::mma16(dq[s], turned, points.keyColumns[0][s], points.keyColumns[1][s], dq[s]);
    }
    Packed<T>::mma16(points.dv[0], weights, moreColumns[0][0], moreColumns[1][0], points.dv[0]);
  }
}

template<class T, int S, int R, bool Shared>
__device__ inline void addPass(PointRows<S> (&rows)[R], float (&dq)[groupsPerPass<S>][S][4],
  SharedAddress tables, int groups, const Operands<T>& o, float base)
{
#pragma unroll
  for (int i = 0; i < groupsPerPass<S>; ++i)
  {
    if (i < groups)
    {
      addLatents<T, S, R, Shared>(rows, dq[i], tables + i * sizeof(LatentTables<S>), o, base);
    }
  }
}

// Results of 16 points; `dk` and `dv` belong to the chunk's first point.
template<class T, int S>
__device__ inline void storePoints(
  const PointRows<S>& rows, const Operands<T>& o, T* dk, T* dv, int first, int last, const HeadTerms& terms)
{
  const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const float unscaled = power2(-terms.logScale), keyFactor = unscaled * o.scale2 * ln2;
#pragma unroll
  for (int r = 0; r < 2; ++r)
  {
    const int point = first + 8 * r + g;
    const bool valid = point <= last;
    const auto row = static_cast<std::int64_t>(point) * o.stride;
    const float valueFactor = terms.shared ? rows.factor[r] * unscaled : unscaled;
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      const int c = 8 * s + 2 * t;
      storePair(
        valid, dk + row, c, o.width, rows.dk[s][2 * r] * keyFactor, rows.dk[s][2 * r + 1] * keyFactor);
      storePair(
        valid, dv + row, c, o.width, rows.dv[s][2 * r] * valueFactor, rows.dv[s][2 * r + 1] * valueFactor);
    }
  }
}

// Moves the sums of 16 points to or from a lane's place in shared memory.
template<int S, bool Load>
__device__ inline void exchangeSums(PointRows<S>& rows, float4* place)
{
#pragma unroll
  for (int s = 0; s < 2 * S; ++s)
  {
    auto& sum = s < S ? rows.dk[s % S] : rows.dv[s % S];
    float4& at = place[32 * s];
    if (Load)
    {
      const float4 x = at;
      sum[0] = x.x;
      sum[1] = x.y;
      sum[2] = x.z;
      sum[3] = x.w;
    }
    else
    {
      at = make_float4(sum[0], sum[1], sum[2], sum[3]);
    }
  }
}

// Adds up the warps' dQ, always in the same order, and writes the block's part, [latents, 8 S].
template<int S>
__device__ inline void storeQueryPart(
  float (&dq)[groupsPerPass<S>][S][4], float4* shared, float* out, int first, int latents)
{
  constexpr int count = groupsPerPass<S> * S;
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  for (int half = gradientWarps / 2; half > 0; half /= 2)
  {
    float4* place = shared + warp % half * count * 32 + lane;
    blockBarrier();
    if (warp >= half && warp < 2 * half)
    {
#pragma unroll
      for (int i = 0; i < count; ++i)
      {
        const auto& sum = dq[i / S][i % S];
        place[32 * i] = make_float4(sum[0], sum[1], sum[2], sum[3]);
      }
    }
    blockBarrier();
    if (warp < half)
    {
#pragma unroll
      for (int i = 0; i < count; ++i)
      {
        auto& sum = dq[i / S][i % S];
        const float4 x = place[32 * i];
        sum[0] += x.x;
        sum[1] += x.y;
        sum[2] += x.z;
        sum[3] += x.w;
      }
    }
  }
#pragma unroll
  for (int i = 0; i < 2 * count; ++i)
  {
    const int m = first + i / (2 * S) * 16 + i % 2 * 8 + lane / 4, s = i / 2 % S;
    const auto& sum = dq[i / (2 * S)][s];
    if (warp == 0 && m < latents)
    {
      *reinterpret_cast<float2*>(out + static_cast<std::int64_t>(m) * 8 * S + 8 * s + 2 * (lane % 4)) =
        make_float2(sum[i % 2 * 2], sum[i % 2 * 2 + 1]);
    }
  }
}

template<class T, int S>
__global__ void __launch_bounds__(32 * gradientWarps, 3)
  gradientKernel(const __grid_constant__ Operands<T> o, const __grid_constant__ GradientArguments<T> a)
{
  using Shape = GradientShape<S>;
  constexpr int R = Shape::points, G = groupsPerPass<S>;
  const PointBlock block(o.chunks, o.heads);
  const HeadTerms terms = a.terms[block.row];
  const int passes = (o.latents + latentsPerPass<S> - 1) / latentsPerPass<S>;
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, last = block.last, begin = warp * 16 * R;
  const auto start = block.chunk.begin * o.stride + block.head * o.width;
  const float* logSum = a.pointLogSum + block.head * o.points + block.chunk.begin;
  const int slots = a.steps > 0 ? a.steps : 2;
  char* staged = sharedMemory() + Shape::tableBytes;
  const GradientStages<T, S> stages(staged, slots, o, last);
  float4* sums = reinterpret_cast<float4*>(staged + slots * gradientWarps * GradientStages<T, S>::stage) +
                 warp * 64 * S * R + lane;
  const SharedAddress tables = sharedAddress(sharedMemory());
  const auto copy = [&](int slot, int first)
  {
    stages.template copyRows<true>(slot, 0, o.k + start, first);
    stages.template copyRows<true>(slot, 1, o.v + start, first);
    stages.template copyRows<false>(slot, 2, a.dy + start, first);
    stages.template copyRows<false>(slot, 3, a.y + start, first);
    stages.copyNumbers(slot, 0, logSum, first);
    commitCopies();
  };
  for (int i = 0; i < (a.steps > 0 ? a.steps : 1); ++i)
  {
    copy(i, begin + i * Shape::perStep);
  }
  for (int pass = 0; pass < passes; ++pass)
  {
    const char* from = static_cast<const char*>(a.tables) + (block.row * passes + pass) * Shape::passBytes;
    blockBarrier();
    for (int i = 16 * threadIdx.x; i < Shape::passBytes; i += 16 * 32 * gradientWarps)
    {
      copyAsync<16>(tables + i, from + i, true);
    }
    commitCopies();
    awaitCopies<0>();
    blockBarrier();
    const int groups = min(G, (o.latents - pass * latentsPerPass<S> + 15) / 16);
    float dq[G][S][4] = {};
    for (int n = begin, at = 0; n - begin <= last; n += Shape::perStep, ++at)
    {
      PointRows<S> rows[R];
      float4* place = sums + at * gradientWarps * 64 * S * R;
      const int slot = a.steps > 0 ? at : at % 2;
      if (a.steps == 0)
      {
        stages.template await<0>();
        copy(slot ^ 1, n + Shape::perStep);
      }
#pragma unroll
      for (int i = 0; i < R; ++i)
      {
        const int point = n + 16 * i + lane / 4;
        const bool valid[2] = { point <= last, point + 8 <= last };
        loadPoints<T, S>(rows[i], stages, slot, 16 * i, valid, terms);
        if (pass > 0)
        {
          exchangeSums<S, true>(rows[i], place + 64 * S * i);
        }
      }
      if (terms.shared)
      {
        addPass<T, S, R, true>(rows, dq, tables, groups, o, terms.base);
      }
      else
      {
        addPass<T, S, R, false>(rows, dq, tables, groups, o, terms.base);
      }
#pragma unroll
      for (int i = 0; i < R; ++i)
      {
        if (pass + 1 < passes)
        {
          exchangeSums<S, false>(rows[i], place + 64 * S * i);
        }
        else
        {
          storePoints<T, S>(rows[i], o, a.dk + start, a.dv + start, n + 16 * i, last, terms);
        }
      }
    }
    awaitCopies<0>();
    storeQueryPart<S>(dq, reinterpret_cast<float4*>(sharedMemory()),
      a.dq + static_cast<std::int64_t>(blockIdx.x) * o.latents * 8 * S, pass * latentsPerPass<S>, o.latents);
  }
}
}
