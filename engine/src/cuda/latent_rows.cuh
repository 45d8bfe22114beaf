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

// 8 channels of a latent, value(m, c) narrowed, zeros after the last latent. Without branches, so that all
// loads are under way together.
template<class T, class Value>
__device__ inline uint4 latentRow(int slice, int m, int latents, int width, const Value& value)
{
  const int latent = min(m, latents - 1);
  unsigned pairs[4];
#pragma unroll
  for (int j = 0; j < 4; ++j)
  {
    const int c = 8 * slice + 2 * j, channel = min(c, width - 2);
    const unsigned pair = Packed<T>::pack(value(latent, channel), value(latent, channel + 1));
    pairs[j] = m < latents && c < width ? pair : 0u;
  }
  return make_uint4(pairs[0], pairs[1], pairs[2], pairs[3]);
}

// What narrowing x leaves
template<class T>
__device__ inline float restOf(float x)
{
  return x - lowOf<T>(Packed<T>::pack(x, 0.0f));
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
