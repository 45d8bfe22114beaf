#pragma once

#include "cuda/partial.cuh"
#include "cuda/softmax_rows.cuh"
#include "cuda/stage.cuh"

// Tensor-core kernels whose results are sums over points. A warp owns 16 R latents of one head, keeps their
// operands and sums in registers, and walks over its chunk of points, which it stages in shared memory;
// scores are tiles of 16 latents (rows) x 8 points (columns). A block's warps take different heads, so that
// they share the lines of the points' rows in the L1 cache. Each chunk's sums go to a slot of their own, and
// merge.cuh adds them in order.
namespace flare::cuda
{
struct WarpTask
{
  int head, latent; // first latent
  int index;        // of the chunk
  Chunk chunk;
  int last; // last point of the chunk, counted from its first
};

template<class T>
__device__ inline WarpTask warpTask(const Operands<T>& o, int latents)
{
  const auto part = sumPart(o.heads, o.latents, latents);
  WarpTask task;
  task.head = part.head;
  task.latent = part.latent;
  task.index = part.chunk;
  task.chunk = locate(o.chunks, task.index);
  task.last = static_cast<int>(task.chunk.end - task.chunk.begin) - 1;
  return task;
}

template<int R, int S, class T>
__device__ inline void storeSums(
  const Partial<float>& out, const Operands<T>& o, const WarpTask& task, const float (&sum)[R][S][4])
{
  const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
#pragma unroll
  for (int i = 0; i < 2 * R; ++i)
  {
    const int m = task.latent + 8 * i + g;
    if (m >= o.latents)
    {
      continue;
    }
    const auto row = (static_cast<std::int64_t>(task.index) * o.heads + task.head) * o.latents + m;
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      *reinterpret_cast<float2*>(out.sum + row * out.channels + 8 * s + 2 * t) =
        make_float2(sum[i / 2][s][i % 2 * 2], sum[i / 2][s][i % 2 * 2 + 1]);
    }
  }
}

constexpr int stagedPoints = 32, stageSlots = 4;

template<class T, int S>
using EncodeStages = Stages<T, S, stagedPoints, 2, 0>; // keys and values

// sum_n 2^(S - top) v_n and sum_n 2^(S - top), S in powers of two
template<class T, int S, int R>
__global__ void __launch_bounds__(32 * pointSumWarps, 4)
  encodeKernel(const __grid_constant__ Operands<T> o, const __grid_constant__ Partial<float> out)
{
  const auto task = warpTask(o, 16 * R);
  if (task.head >= o.heads)
  {
    return;
  }
  const auto start = task.chunk.begin * o.stride + task.head * o.width;
  const T *k = o.k + start, *v = o.v + start;
  const EncodeStages<T, S> stages(sharedMemory(), stageSlots, o, task.last);
  const auto copy = [&](int slot, int first)
  {
    if (first <= task.last)
    {
      stages.template copyRows<true>(slot, 0, k, first);
      stages.template copyRows<false>(slot, 1, v, first);
    }
    commitCopies();
  };
  SoftmaxRows<T, S, R> state;
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    loadQueries(state.rows[i], o, task.head, task.latent + 16 * i);
  }
  for (int i = 0; i < stageSlots - 1; ++i)
  {
    copy(i, i * stagedPoints);
  }
  for (int n = 0, slot = 0; n <= task.last; n += stagedPoints, slot = (slot + 1) % stageSlots)
  {
    stages.template await<stageSlots - 2>();
    copy((slot + stageSlots - 1) % stageSlots, n + (stageSlots - 1) * stagedPoints);
#pragma unroll 2
    for (int point = 0; point < stagedPoints; point += 16)
    {
      Tile<S> keys[1], values[1];
      Tile<1> ones[1];
      stages.tile(keys[0], slot, 0, point);
      stages.transposedTile(values[0], slot, 1, point);
      countRows<T>(ones[0], n + point, task.last);
      if (n + point == 0)
      {
        state.begin(keys[0][0], o.scale2);
      }
      state.add(keys, values, ones, o.scale2);
    }
  }

  storeSums<R, S>(out, o, task, state.sum);
  const int lane = threadIdx.x % 32;
#pragma unroll
  for (int i = 0; i < 2 * R; ++i)
  {
    const int m = task.latent + 8 * i + lane / 4;
    if (lane % 4 == 0 && m < o.latents)
    {
      const auto row = (static_cast<std::int64_t>(task.index) * o.heads + task.head) * o.latents + m;
      out.top[row] = state.top[i / 2][i % 2];
      out.weight[row] = state.extra[i / 2][i % 2 * 2];
    }
  }
}

template<class T, int S>
using LatentStages = Stages<T, S, stagedPoints, 2, 1>; // keys, dy, and the points' log-sum-exps

// dZ: sum_n R_nm dy_n times 2^weightShift, and the largest |dy| and c. Clears `merged`, [segments, H], for
// the next kernel.
template<class T, int S, int R>
__global__ void __launch_bounds__(32 * pointSumWarps)
  latentGradientKernel(const __grid_constant__ Operands<T> o, const T* dy, const float* pointLogSum,
    const __grid_constant__ Partial<float> out, unsigned* merged)
{
  for (int i = threadIdx.x; blockIdx.x == 0 && i < o.chunks.segments * o.heads; i += blockDim.x)
  {
    merged[i] = 0;
  }
  const auto task = warpTask(o, 16 * R);
  if (task.head >= o.heads)
  {
    return;
  }
  const auto start = task.chunk.begin * o.stride + task.head * o.width;
  const T *k = o.k + start, *gradients = dy + start;
  const float* logSum = pointLogSum + task.head * o.points + task.chunk.begin;
  const LatentStages<T, S> stages(sharedMemory(), stageSlots, o, task.last);
  const auto copy = [&](int slot, int first)
  {
    if (first <= task.last)
    {
      stages.template copyRows<true>(slot, 0, k, first);
      stages.template copyRows<false>(slot, 1, gradients, first);
      stages.copyNumbers(slot, 0, logSum, first);
    }
    commitCopies();
  };
  Tile<S> q[R];
  float sum[R][S][4] = {};
  unsigned peak = 0;
  float highest = -INFINITY;
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    loadQueries(q[i], o, task.head, task.latent + 16 * i);
  }
  for (int i = 0; i < stageSlots - 1; ++i)
  {
    copy(i, i * stagedPoints);
  }
  for (int n = 0, slot = 0; n <= task.last; n += stagedPoints, slot = (slot + 1) % stageSlots)
  {
    stages.template await<stageSlots - 2>();
    copy((slot + stageSlots - 1) % stageSlots, n + (stageSlots - 1) * stagedPoints);
#pragma unroll
    for (int i = threadIdx.x % 32; i < stagedPoints; i += 32)
    {
      highest = fmaxf(highest, stages.numbers(slot, 0)[i]);
    }
#pragma unroll 2
    for (int point = 0; point < stagedPoints; point += 16)
    {
      Tile<S> keys, values;
      float shift[2][2];
      stages.tile(keys, slot, 0, point);
      stages.transposedTile(values, slot, 1, point);
#pragma unroll
      for (int i = 0; i < 2; ++i)
      {
        const float2 logs =
          *reinterpret_cast<const float2*>(stages.numbers(slot, 0) + point + 8 * i + 2 * (threadIdx.x % 4));
        shift[i][0] = fmaf(-log2e, logs.x, weightShift);
        shift[i][1] = fmaf(-log2e, logs.y, weightShift);
      }
#pragma unroll
      for (int s = 0; s < S; ++s)
      {
        peak = largestHalves(peak, values[0][s] & 0x7fff7fffu, values[1][s] & 0x7fff7fffu);
      }
      const float zero[4] = {};
#pragma unroll
      for (int i = 0; i < R; ++i)
      {
        float x[2][4];
#pragma unroll
        for (int j = 0; j < 2; ++j)
        {
          product<T, S>(x[j], q[i], keys[j], zero);
#pragma unroll
          for (int c = 0; c < 4; ++c)
          {
            x[j][c] = power2(fmaf(x[j][c], o.scale2, shift[j][c % 2]));
          }
        }
        unsigned weights[4];
        narrow<T>(weights, x[0], x[1]);
#pragma unroll
        for (int s = 0; s < S; ++s)
        {
          Packed<T>::mma16(sum[i][s], weights, values[0][s], values[1][s], sum[i][s]);
        }
      }
    }
  }

  storeSums<R, S>(out, o, task, sum);
  peak = max(peak & 0xffffu, peak >> 16);
#pragma unroll
  for (int lanes = 16; lanes > 0; lanes /= 2)
  {
    peak = max(peak, exchanged(peak, lanes));
    highest = fmaxf(highest, exchanged(highest, lanes));
  }
  if (threadIdx.x % 32 == 0 && task.latent == 0)
  {
    out.peak[static_cast<std::int64_t>(task.index) * o.heads + task.head] =
      make_float2(lowOf<T>(peak), highest);
  }
}
}
