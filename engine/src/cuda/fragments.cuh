#pragma once

#include "cuda/chunks.cuh"
#include "cuda/primitives.cuh"

// How the tensor-core kernels read their operands. Heads are cut into S slices of 8 channels, the last one
// padded with zeros; widths are even, so that channels travel in pairs of 32 bits.
namespace flare::cuda
{
// Weights are multiplied by 2^weightShift before they are narrowed to 16 bits, or the tail of a softmax over
// a million points would be lost to fp16's smallest numbers. It is part of the exponent, and costs nothing.
constexpr float weightShift = 14.0f;
constexpr float log2e = 1.4426950408889634f;
constexpr float ln2 = 0.6931471805599453f;

// All that the tensor-core kernels share. q holds sign(s) q in effect: `flip` negates it, so that scores are
// |s| q k and their largest can be found before they are scaled.
template<class T>
struct Operands
{
  Chunks chunks;
  int heads, latents, width;
  int stride;          // values from a point's row to the next
  std::int64_t points; // of the batch: pointwise numbers are [H, points]
  float scale2;        // |s| log2(e)
  unsigned flip;       // sign bits of a pair
  bool wide;           // rows are made of aligned pieces of 16 bytes
  const T *q, *k, *v;
};

// 16 points x 8 S channels: tile[i][s] is the pair of channels 8s + 2t of point 8i + g. That is a B fragment
// of 8 points each, and tile[0], tile[1] are an A fragment of 16 points.
template<int S>
using Tile = unsigned[2][S];

// 16 latents of q as an A fragment, zeros after the last
template<int S, class T>
__device__ inline void loadQueries(Tile<S>& a, const Operands<T>& o, int head, int first)
{
  const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
#pragma unroll
  for (int i = 0; i < 2; ++i)
  {
    const int m = first + 8 * i + g;
    const T* row = o.q + (static_cast<std::int64_t>(head) * o.latents + m) * o.width;
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      const int c = 8 * s + 2 * t;
      a[i][s] = m < o.latents && c < o.width ? *reinterpret_cast<const unsigned*>(row + c) ^ o.flip : 0u;
    }
  }
}

// C = A B over all channels, on top of `start`
template<class T, int S>
__device__ inline void product(
  float (&c)[4], const Tile<S>& a, const unsigned (&b)[S], const float (&start)[4])
{
  Packed<T>::mma8(c, a[0][0], a[1][0], b[0], start);
#pragma unroll
  for (int s = 1; s < S; ++s)
  {
    Packed<T>::mma8(c, a[0][s], a[1][s], b[s], c);
  }
}

// The same from 0, and the product of two more pairs for each row, `more`, with those of a column
template<class T, int S>
__device__ inline void extendedProduct(
  float (&c)[4], const Tile<S>& a, const unsigned (&more)[2], const unsigned (&b)[S], unsigned moreOfColumn)
{
  const float zero[4] = {};
  if (S == 1)
  {
    const unsigned both[4] = { a[0][0], a[1][0], more[0], more[1] };
    Packed<T>::mma16(c, both, b[0], moreOfColumn, zero);
    return;
  }
  product<T, S>(c, a, b, zero);
  Packed<T>::mma8(c, more[0], more[1], moreOfColumn, c);
}

// Two results of 8 columns each as one A fragment of 16
template<class T>
__device__ inline void narrow(unsigned (&a)[4], const float (&left)[4], const float (&right)[4])
{
  a[0] = Packed<T>::pack(left[0], left[1]);
  a[1] = Packed<T>::pack(left[2], left[3]);
  a[2] = Packed<T>::pack(right[0], right[1]);
  a[3] = Packed<T>::pack(right[2], right[3]);
}

// 1 in rows `first` and on up to `last`, as a B fragment of 16 rows whose columns are all equal: weights
// times it are added up.
template<class T>
__device__ inline void countRows(Tile<1>& ones, int first, int last)
{
  ones[0][0] = ones[1][0] = Packed<T>::ones;
  if (first + 15 > last)
  {
    const int t = threadIdx.x % 4;
#pragma unroll
    for (int i = 0; i < 2; ++i)
    {
      const int n = first + 8 * i + 2 * t;
      ones[i][0] = n < last ? Packed<T>::ones : n == last ? Packed<T>::ones & 0xffffu : 0u;
    }
  }
}

template<class T>
__device__ inline float lowOf(unsigned pair)
{
  T x;
  const unsigned short bits = static_cast<unsigned short>(pair & 0xffffu);
  memcpy(&x, &bits, 2);
  return static_cast<float>(x);
}

template<class T>
__device__ inline float highOf(unsigned pair)
{
  return lowOf<T>(pair >> 16);
}

// The sum, or the largest, of the four lanes that share a row
__device__ inline float quadSum(float x)
{
  x += exchanged(x, 1);
  return x + exchanged(x, 2);
}

__device__ inline float quadMax(float x)
{
  x = fmaxf(x, exchanged(x, 1));
  return fmaxf(x, exchanged(x, 2));
}
}
