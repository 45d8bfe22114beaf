#pragma once

#include "cuda/fragments.cuh"

#include <cstddef>

// Rows of latents in memory as ldmatrix reads them, 16 latents x 8 S channels: as they are they are B
// fragments of 8 latents (columns) each, for products over channels; transposed, one of 16 latents (rows),
// for sums over latents.
namespace flare::cuda
{
template<int S>
struct LatentRows
{
  uint4 row[S][16];
};

// `rows` is the place of LatentRows<S> in shared memory.
template<int S>
__device__ inline void loadAcross(Tile<S>& out, SharedAddress rows)
{
#pragma unroll
  for (int s = 0; s < S; ++s)
  {
    loadMatrices(out[0][s], out[1][s], rows + (16 * s + threadIdx.x % 16) * 16);
  }
}

template<int S>
__device__ inline void loadAlong(Tile<S>& out, SharedAddress rows)
{
#pragma unroll
  for (int s = 0; s < S; ++s)
  {
    loadTransposed(out[0][s], out[1][s], rows + (16 * s + threadIdx.x % 16) * 16);
  }
}

// Row `i` of the 16 S pieces of the 16 latents from `first` on, value(m, c) narrowed. After the last latent
// come zeros, or, when Repeat, the last one again: queries repeat, so that scores beyond the last latent are
// no larger than the rest and need no masking where their weights meet zeros.
template<class T, int S, bool Repeat, class Value>
__device__ inline void layRow(
  LatentRows<S>& out, int i, int first, int latents, int width, const Value& value)
{
  const int m = first + i % 16, latent = Repeat ? min(m, latents - 1) : m;
  unsigned pairs[4];
#pragma unroll
  for (int j = 0; j < 4; ++j)
  {
    const int c = i / 16 * 8 + 2 * j;
    pairs[j] = latent < latents && c < width ? Packed<T>::pack(value(latent, c), value(latent, c + 1)) : 0u;
  }
  out.row[i / 16][i % 16] = make_uint4(pairs[0], pairs[1], pairs[2], pairs[3]);
}

// Element (m, c) of the head's queries, with the sign of the scale
template<class T>
struct QueryValue
{
  const T* q;
  int width;
  float sign;

  __device__ float operator()(int m, int c) const
  {
    return sign * static_cast<float>(q[static_cast<std::int64_t>(m) * width + c]);
  }
};

struct FloatValue
{
  const float* x;
  int width;

  __device__ float operator()(int m, int c) const { return x[static_cast<std::int64_t>(m) * width + c]; }
};

template<class T>
__device__ inline QueryValue<T> queryValue(const Operands<T>& o, int head)
{
  return { o.q + static_cast<std::int64_t>(head) * o.latents * o.width, o.width, o.flip ? -1.0f : 1.0f };
}
}
