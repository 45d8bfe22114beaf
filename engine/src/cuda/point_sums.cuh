#pragma once

#include "cuda/fragments.cuh"

// Tensor-core kernels whose results are sums over points. A warp owns 16 R latents of one head, keeps their
// operands and sums in registers, and walks over its chunk of points, 16 at a time; scores are tiles of
// 16 latents (rows) x 8 points (columns). A block's warps take different heads, so that they share the lines
// of the points' rows in the L1 cache. Each chunk's sums go to a slot of their own, and merge.cuh adds them
// in order.
namespace flare::cuda
{
constexpr int pointSumWarps = 4;

// Partial sums, [chunks, H, M] and [chunks, H, M, channels]
template<class A>
struct Partial
{
  A* top = nullptr;    // reference of the exponent, in powers of two
  A* weight = nullptr; // sum of weights
  A* sum = nullptr;
  A* peak = nullptr; // [chunks, H], largest |dy|
  int channels = 0;  // width, padded
};

struct WarpTask
{
  int head, latent; // first latent
  int index;        // of the chunk
  Chunk chunk;
  int last; // last point of the chunk, counted from its first
};

// Blocks are numbered so that those of one chunk, for all heads and latents, run side by side: they read the
// same rows, of which each head needs 16 bytes or so, and the L2 cache then fetches every row from memory
// once.
struct SumPart
{
  int head, latent, chunk;
};

__device__ inline SumPart sumPart(int heads, int latents, int latentsPerWarp)
{
  const int warps = blockDim.x / 32, headGroups = (heads + warps - 1) / warps;
  const int parts = headGroups * ((latents + latentsPerWarp - 1) / latentsPerWarp), part = blockIdx.x % parts;
  SumPart result;
  result.head = part % headGroups * warps + threadIdx.x / 32;
  result.latent = part / headGroups * latentsPerWarp;
  result.chunk = blockIdx.x / parts;
  return result;
}

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

// The head's part of a [T, H*D] tensor from the chunk's first point on
template<class T>
__device__ inline const T* rowsOf(const T* tensor, const Operands<T>& o, const WarpTask& task)
{
  return tensor + task.chunk.begin * o.stride + task.head * o.width;
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

// Encode's state of 16 R latents: sums relative to 2^top, rows g and g + 8.
template<int R, int S>
struct EncodeState
{
  float top[R][2], weight[R][4], sum[R][S][4];
};

// Weights may grow to 2^highest before the reference must follow; it then puts the largest at 2^target.
constexpr float highestWeight = 15.0f, targetWeight = 10.0f;

template<int R, int S>
__device__ inline void raiseReference(EncodeState<R, S>& state, float (&x)[R][2][4], bool first)
{
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
#pragma unroll
    for (int r = 0; r < 2; ++r)
    {
      float h = fmaxf(fmaxf(x[i][0][2 * r], x[i][0][2 * r + 1]), fmaxf(x[i][1][2 * r], x[i][1][2 * r + 1]));
      h = quadMax(h) - targetWeight;
      h = first ? h : fmaxf(h, 0.0f);
      const float factor = first ? 0.0f : power2(-h);
      state.top[i][r] += h;
#pragma unroll
      for (int c = 2 * r; c < 2 * r + 2; ++c)
      {
        x[i][0][c] -= h;
        x[i][1][c] -= h;
        state.weight[i][c] *= factor;
#pragma unroll
        for (int s = 0; s < S; ++s)
        {
          state.sum[i][s][c] *= factor;
        }
      }
    }
  }
}

// sum_n 2^(S - top) v_n and sum_n 2^(S - top), S in powers of two
template<class T, int S, int R>
__global__ void __launch_bounds__(32 * pointSumWarps)
  encodeKernel(const __grid_constant__ Operands<T> o, const __grid_constant__ Partial<float> out)
{
  const auto task = warpTask(o, 16 * R);
  if (task.head >= o.heads)
  {
    return;
  }
  const T *k = rowsOf(o.k, o, task), *v = rowsOf(o.v, o, task);
  Tile<S> q[R], nextK, nextV;
  EncodeState<R, S> state{};
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    loadQueries(q[i], o, task.head, task.latent + 16 * i);
  }
  loadTile<S>(nextK, k, 0, task.last, o.stride, o.width);
  loadTile<S>(nextV, v, 0, task.last, o.stride, o.width);
  for (int n = 0; n <= task.last; n += 16)
  {
    Tile<S> keys, values;
    unsigned ones[2] = { Packed<T>::ones, Packed<T>::ones };
#pragma unroll
    for (int i = 0; i < 2 * S; ++i)
    {
      keys[i / S][i % S] = nextK[i / S][i % S];
    }
    transposeTile<S>(values, nextV, n, task.last);
    loadTile<S>(nextK, k, n + 16, task.last, o.stride, o.width);
    loadTile<S>(nextV, v, n + 16, task.last, o.stride, o.width);
    if (n + 15 > task.last)
    {
      countedRows<T>(ones, n, task.last);
    }

    const float zero[4] = {};
    float x[R][2][4], highest[4] = { -INFINITY, -INFINITY, -INFINITY, -INFINITY };
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
#pragma unroll
      for (int j = 0; j < 2; ++j)
      {
        product<T, S>(x[i][j], q[i], keys[j], zero);
#pragma unroll
        for (int c = 0; c < 4; ++c)
        {
          x[i][j][c] = fmaf(x[i][j][c], o.scale2, -state.top[i][c / 2]);
          highest[c] = fmaxf(highest[c], x[i][j][c]);
        }
      }
    }
    if (n == 0 ||
        anyLane(fmaxf(fmaxf(highest[0], highest[1]), fmaxf(highest[2], highest[3])) > highestWeight))
    {
      raiseReference(state, x, n == 0);
    }
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
#pragma unroll
      for (int c = 0; c < 8; ++c)
      {
        x[i][c / 4][c % 4] = power2(x[i][c / 4][c % 4]);
      }
      unsigned weights[4];
      narrow<T>(weights, x[i][0], x[i][1]);
      Packed<T>::mma16(state.weight[i], weights, ones[0], ones[1]);
#pragma unroll
      for (int s = 0; s < S; ++s)
      {
        Packed<T>::mma16(state.sum[i][s], weights, values[0][s], values[1][s]);
      }
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
      out.weight[row] = state.weight[i / 2][i % 2 * 2];
    }
  }
}

// The numbers of the tile's points in the order of a C fragment's columns: 8 i + 2 t and the next
__device__ inline void loadColumns(float (&out)[2][2], const float* values, int first, int last)
{
  const int t = threadIdx.x % 4;
#pragma unroll
  for (int i = 0; i < 4; ++i)
  {
    out[i / 2][i % 2] = values[min(first + 8 * (i / 2) + 2 * t + i % 2, last)];
  }
}

// Largest magnitude of the pair so far; fp16 and bf16 order like integers.
__device__ inline unsigned peakOf(unsigned peak, unsigned pair)
{
  return max(peak, max(pair & 0x7fffu, pair >> 16 & 0x7fffu));
}

// dZ: sum_n R_nm dy_n times 2^weightShift, and the largest |dy|
template<class T, int S, int R>
__global__ void __launch_bounds__(32 * pointSumWarps)
  latentGradientKernel(const __grid_constant__ Operands<T> o, const T* dy, const float* pointLogSum,
    const __grid_constant__ Partial<float> out)
{
  const auto task = warpTask(o, 16 * R);
  if (task.head >= o.heads)
  {
    return;
  }
  const T *k = rowsOf(o.k, o, task), *gradients = rowsOf(dy, o, task);
  const float* logSum = pointLogSum + task.head * o.points + task.chunk.begin;
  Tile<S> q[R], nextK, nextG;
  float sum[R][S][4] = {}, nextLog[2][2];
  unsigned peak = 0;
#pragma unroll
  for (int i = 0; i < R; ++i)
  {
    loadQueries(q[i], o, task.head, task.latent + 16 * i);
  }
  loadTile<S>(nextK, k, 0, task.last, o.stride, o.width);
  loadTile<S>(nextG, gradients, 0, task.last, o.stride, o.width);
  loadColumns(nextLog, logSum, 0, task.last);
  for (int n = 0; n <= task.last; n += 16)
  {
    Tile<S> keys, values;
    float shift[2][2];
#pragma unroll
    for (int i = 0; i < 2 * S; ++i)
    {
      keys[i / S][i % S] = nextK[i / S][i % S];
      peak = peakOf(peak, nextG[i / S][i % S]);
    }
#pragma unroll
    for (int i = 0; i < 4; ++i)
    {
      shift[i / 2][i % 2] = fmaf(-log2e, nextLog[i / 2][i % 2], weightShift);
    }
    transposeTile<S>(values, nextG, n, task.last);
    loadTile<S>(nextK, k, n + 16, task.last, o.stride, o.width);
    loadTile<S>(nextG, gradients, n + 16, task.last, o.stride, o.width);
    loadColumns(nextLog, logSum, n + 16, task.last);

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
        Packed<T>::mma16(sum[i][s], weights, values[0][s], values[1][s]);
      }
    }
  }

  storeSums<R, S>(out, o, task, sum);
#pragma unroll
  for (int lanes = 16; lanes > 0; lanes /= 2)
  {
    peak = max(peak, exchanged(peak, lanes));
  }
  if (threadIdx.x % 32 == 0 && task.latent == 0)
  {
    out.peak[static_cast<std::int64_t>(task.index) * o.heads + task.head] = lowOf<T>(peak);
  }
}
}
