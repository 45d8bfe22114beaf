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

// Rows that are read and written 16 bytes at a time
template<int W, class A>
__device__ inline void readRow(A (&out)[W], const A* from)
{
#pragma unroll
  for (int i = 0; i < W * static_cast<int>(sizeof(A)) / 16; ++i)
  {
    const uint4 piece = reinterpret_cast<const uint4*>(from)[i];
    memcpy(reinterpret_cast<char*>(out) + 16 * i, &piece, 16);
  }
}

template<int W, class A>
__device__ inline void writeRow(A* to, const A (&values)[W])
{
#pragma unroll
  for (int i = 0; i < W * static_cast<int>(sizeof(A)) / 16; ++i)
  {
    uint4 piece;
    memcpy(&piece, reinterpret_cast<const char*>(values) + 16 * i, 16);
    reinterpret_cast<uint4*>(to)[i] = piece;
  }
}

// Whether a lane's part of a row, W values from `channel` on, is one of those
template<class P>
__device__ inline bool isWhole(const typename P::Storage* part, int channel, int width)
{
  return P::channels * sizeof(typename P::Storage) % 16 == 0 && channel + P::channels <= width &&
         reinterpret_cast<std::uintptr_t>(part) % 16 == 0;
}

// The part, zeros from `width` on
template<class P>
__device__ inline void loadPart(
  typename P::Sum (&out)[P::channels], const typename P::Storage* row, int channel, int width)
{
  typename P::Storage values[P::channels];
  if (isWhole<P>(row + channel, channel, width))
  {
    readRow(values, row + channel);
  }
  else
  {
#pragma unroll
    for (int c = 0; c < P::channels; ++c)
    {
      values[c] = channel + c < width ? row[channel + c] : typename P::Storage(0.0f);
    }
  }
#pragma unroll
  for (int c = 0; c < P::channels; ++c)
  {
    out[c] = static_cast<typename P::Sum>(values[c]);
  }
}

template<class P>
__device__ inline void storePart(typename P::Storage* row, int channel, int width,
  const typename P::Sum (&values)[P::channels], typename P::Sum factor)
{
  typename P::Storage narrowed[P::channels];
#pragma unroll
  for (int c = 0; c < P::channels; ++c)
  {
    narrowed[c] = static_cast<typename P::Storage>(values[c] * factor);
  }
  if (isWhole<P>(row + channel, channel, width))
  {
    writeRow(row + channel, narrowed);
    return;
  }
#pragma unroll
  for (int c = 0; c < P::channels; ++c)
  {
    if (channel + c < width)
    {
      row[channel + c] = narrowed[c];
    }
  }
}

// A product over channels on top of `start`, which the first lane of a group adds: exchanges join the group.
template<class P>
__device__ inline typename P::Sum dot(const typename P::Sum (&a)[P::channels],
  const typename P::Sum (&b)[P::channels], typename P::Sum start = typename P::Sum(0))
{
  using A = typename P::Sum;
  A sum = P::lanes == 1 || threadIdx.x % P::lanes == 0 ? start : A(0);
#pragma unroll
  for (int c = 0; c < P::channels; ++c)
  {
    sum = fma(a[c], b[c], sum);
  }
#pragma unroll
  for (int lanes = P::lanes / 2; lanes > 0; lanes /= 2)
  {
    sum += exchanged(sum, lanes);
  }
  return sum;
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
constexpr int plainBatch = 2;

// A softmax whose R rows a lane group keeps and whose columns stream past: encode's rows are latents and its
// columns points, decode's the other way around. Weights are 2^(S - top); a row's reference `top` follows its
// largest score lazily: it is raised only when the weights of a batch exceed 2^20.
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
      top[i] = weight[i] = A(0); // no weight: no reference yet
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
    A w[R][Batch], added[R];
    if (weigh(w, added, columns, count))
    {
      raise(w, columns, count);
      weigh(w, added, columns, count);
    }
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      weight[i] += added[i];
    }
#pragma unroll
    for (int j = 0; j < Batch; ++j)
    {
      A x[W];
      readRow(x, values + j * P::width);
#pragma unroll
      for (int i = 0; i < R; ++i)
      {
        addScaled<P>(sum[i], w[i][j], x);
      }
    }
  }

private:
  // Scores relative to the references
  template<int Batch>
  __device__ void score(A (&s)[R][Batch], const A* columns, int count) const
  {
#pragma unroll
    for (int j = 0; j < Batch; ++j)
    {
      A x[W];
      readRow(x, columns + j * P::width);
#pragma unroll
      for (int i = 0; i < R; ++i)
      {
        s[i][j] = dot<P>(row[i], x, -top[i]);
      }
    }
    if (count < Batch)
    {
#pragma unroll
      for (int i = 0; i < R; ++i)
      {
#pragma unroll
        for (int j = 0; j < Batch; ++j)
        {
          s[i][j] = j < count ? s[i][j] : A(-INFINITY);
        }
      }
    }
  }

  // Weights and their sums; whether a lane of the warp has to raise a reference
  template<int Batch>
  __device__ bool weigh(A (&w)[R][Batch], A (&added)[R], const A* columns, int count) const
  {
    score(w, columns, count);
    bool high = false;
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      added[i] = A(0);
#pragma unroll
      for (int j = 0; j < Batch; ++j)
      {
        w[i][j] = power2(w[i][j]);
        added[i] += w[i][j];
      }
      high = high || added[i] > A(1 << 20) || weight[i] == A(0);
    }
    return anyLane(high);
  }

  template<int Batch>
  __device__ void raise(A (&s)[R][Batch], const A* columns, int count)
  {
    score(s, columns, count);
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      A highest = weight[i] == A(0) ? s[i][0] : A(0);
#pragma unroll
      for (int j = 0; j < Batch; ++j)
      {
        highest = larger(highest, s[i][j]);
      }
      const A factor = weight[i] == A(0) ? A(0) : power2(-highest);
      top[i] += highest;
      weight[i] *= factor;
#pragma unroll
      for (int c = 0; c < W; ++c)
      {
        sum[i][c] *= factor;
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
