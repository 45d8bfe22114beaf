#pragma once

#include "cuda/merge.cuh"

// The mixer with multiply-adds in full precision: float32 and float64, and 16-bit types of widths that the
// tensor cores do not take. A group of G lanes shares one latent, or one point, and each lane holds W of its
// channels; products over channels are joined by exchanges within the group.
namespace flare::cuda
{
template<class T, class A, int W, int G>
struct PlainShape
{
  using Storage = T;
  using Sum = A;
  static constexpr int channels = W, lanes = G, width = W * G, perWarp = 32 / G;
};

template<class T, class A>
struct PlainOperands
{
  Chunks chunks;
  int heads, latents, width, stride;
  std::int64_t points;
  A scale2; // s log2(e)
  const T *q, *k, *v;
};

// A lane's part of a row: W values from `channel` on, zeros from `width` on.
template<class P>
__device__ inline void loadPart(
  typename P::Sum (&out)[P::channels], const typename P::Storage* row, int channel, int width)
{
  using T = typename P::Storage;
  const T* from = row + channel;
  constexpr int bytes = P::channels * sizeof(T);
  if (bytes % 16 == 0 && channel + P::channels <= width && reinterpret_cast<std::uintptr_t>(from) % 16 == 0)
  {
    T values[P::channels];
#pragma unroll
    for (int i = 0; i < bytes / 16; ++i)
    {
      const uint4 piece = reinterpret_cast<const uint4*>(from)[i];
      memcpy(reinterpret_cast<char*>(values) + 16 * i, &piece, 16);
    }
#pragma unroll
    for (int c = 0; c < P::channels; ++c)
    {
      out[c] = static_cast<typename P::Sum>(values[c]);
    }
    return;
  }
#pragma unroll
  for (int c = 0; c < P::channels; ++c)
  {
    out[c] = channel + c < width ? static_cast<typename P::Sum>(from[c]) : typename P::Sum(0);
  }
}

template<class P>
__device__ inline void storePart(typename P::Storage* row, int channel, int width,
  const typename P::Sum (&values)[P::channels], typename P::Sum factor)
{
#pragma unroll
  for (int c = 0; c < P::channels; ++c)
  {
    if (channel + c < width)
    {
      row[channel + c] = static_cast<typename P::Storage>(values[c] * factor);
    }
  }
}

// Aligned rows of shared memory
template<int W, class A>
__device__ inline void readShared(A (&out)[W], const A* from)
{
#pragma unroll
  for (int i = 0; i < W * static_cast<int>(sizeof(A)) / 16; ++i)
  {
    const uint4 piece = reinterpret_cast<const uint4*>(from)[i];
    memcpy(reinterpret_cast<char*>(out) + 16 * i, &piece, 16);
  }
}

template<int W, class A>
__device__ inline void writeShared(A* to, const A (&values)[W])
{
#pragma unroll
  for (int i = 0; i < W * static_cast<int>(sizeof(A)) / 16; ++i)
  {
    uint4 piece;
    memcpy(&piece, reinterpret_cast<const char*>(values) + 16 * i, 16);
    reinterpret_cast<uint4*>(to)[i] = piece;
  }
}

template<class P>
__device__ inline typename P::Sum dot(
  const typename P::Sum (&a)[P::channels], const typename P::Sum (&b)[P::channels])
{
  typename P::Sum sum = a[0] * b[0];
#pragma unroll
  for (int c = 1; c < P::channels; ++c)
  {
    sum = fma(a[c], b[c], sum);
  }
  return sum;
}

template<class P>
__device__ inline typename P::Sum groupSum(typename P::Sum x)
{
#pragma unroll
  for (int lanes = P::lanes / 2; lanes > 0; lanes /= 2)
  {
    x += exchanged(x, lanes);
  }
  return x;
}

template<class P>
__device__ inline void addScaled(
  typename P::Sum (&sum)[P::channels], typename P::Sum factor, const typename P::Sum (&x)[P::channels])
{
#pragma unroll
  for (int c = 0; c < P::channels; ++c)
  {
    sum[c] = fma(factor, x[c], sum[c]);
  }
}

// Columns that a streamed softmax takes at a time
constexpr int plainBatch = 8;

// A softmax whose R rows a lane group keeps and whose columns stream past: encode's rows are latents and its
// columns points, decode's the other way around. Weights are 2^(S - top), top the row's largest score so far.
template<class P, int R>
struct PlainSoftmax
{
  using A = typename P::Sum;
  static constexpr int W = P::channels;

  A row[R][W], top[R], weight[R], sum[R][W];

  __device__ void clear()
  {
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      top[i] = -INFINITY;
      weight[i] = A(0);
#pragma unroll
      for (int c = 0; c < W; ++c)
      {
        sum[i][c] = A(0);
      }
    }
  }

  // Adds Batch columns, of which the first `count` count; the pointers are the lane's parts in shared memory.
  template<int Batch>
  __device__ void add(const A* columns, const A* values, int count)
  {
    A s[R][Batch];
#pragma unroll
    for (int j = 0; j < Batch; ++j)
    {
      A x[W];
      readShared(x, columns + j * P::width);
#pragma unroll
      for (int i = 0; i < R; ++i)
      {
        s[i][j] = groupSum<P>(dot<P>(row[i], x));
        s[i][j] = j < count ? s[i][j] : A(-INFINITY);
      }
    }
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      A highest = top[i];
#pragma unroll
      for (int j = 0; j < Batch; ++j)
      {
        highest = larger(highest, s[i][j]);
      }
      if (highest > top[i])
      {
        const A factor = power2(top[i] - highest);
        top[i] = highest;
        weight[i] *= factor;
#pragma unroll
        for (int c = 0; c < W; ++c)
        {
          sum[i][c] *= factor;
        }
      }
    }
#pragma unroll
    for (int j = 0; j < Batch; ++j)
    {
      A x[W];
      readShared(x, values + j * P::width);
#pragma unroll
      for (int i = 0; i < R; ++i)
      {
        const A p = power2(s[i][j] - top[i]);
        weight[i] += p;
        addScaled<P>(sum[i], p, x);
      }
    }
  }
};

// What the second pass of the backward needs, in full precision: [segments, H, M, ..] and [H, T]
template<class A>
struct PlainTerms
{
  const A *z, *dz, *delta, *latentLogSum, *pointLogSum;
  A* pointDelta; // written by plainPointGradientKernel
};
}
