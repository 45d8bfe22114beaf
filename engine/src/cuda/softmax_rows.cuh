#pragma once

#include "cuda/fragments.cuh"

// A softmax whose rows a warp keeps and whose columns stream past: encode's rows are latents and its columns
// points, decode's the other way around. Weights are 2^(S - top); a row's reference `top` follows its largest
// score lazily: it is raised only when a weight would exceed 2^15, and then puts the largest at 2^7. fp16
// thus keeps all digits of weights down to 2^-21 of the largest, and no step has to look for its largest
// score.
namespace flare::cuda
{
constexpr float targetWeight = 7.0f;

// 16 R rows; sums over the columns of weights times values, and of weights times 8 extra values, at least one
// of which is 1 for every column that counts: rows g and g + 8 of each 16
template<class T, int S, int R>
struct SoftmaxRows
{
  Tile<S> rows[R];
  float top[R][2], sum[R][S][4], extra[R][4];

  // Begins with references from the first 8 columns.
  __device__ void begin(const unsigned (&columns)[S], float scale2)
  {
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      float highest[2] = { -INFINITY, -INFINITY };
      follow(highest, i, columns);
#pragma unroll
      for (int c = 0; c < 4; ++c)
      {
        top[i][c / 2] = reference(highest[c / 2], scale2);
        extra[i][c] = 0.0f;
#pragma unroll
        for (int s = 0; s < S; ++s)
        {
          sum[i][s][c] = 0.0f;
        }
      }
    }
  }

  // Adds 16 C columns: `columns` for the scores, `values` and `more`, whose rows are the columns.
  template<int C>
  __device__ void add(
    const Tile<S> (&columns)[C], const Tile<S> (&values)[C], const Tile<1> (&more)[C], float scale2)
  {
    unsigned w[R][C][4];
    const unsigned largest = weigh(w, columns, scale2);
    if (anyLane(max(largest & 0xffffu, largest >> 16) > Packed<T>::highestWeight))
    {
      raise(columns, scale2);
      weigh(w, columns, scale2);
    }
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
#pragma unroll
      for (int j = 0; j < C; ++j)
      {
#pragma unroll
        for (int s = 0; s < S; ++s)
        {
          Packed<T>::mma16(sum[i][s], w[i][j], values[j][0][s], values[j][1][s], sum[i][s]);
        }
        Packed<T>::mma16(extra[i], w[i][j], more[j][0][0], more[j][1][0], extra[i]);
      }
    }
  }

private:
  // The largest scores of rows g and g + 8 of 16, of this lane's share of 8 columns
  __device__ void follow(float (&highest)[2], int i, const unsigned (&columns)[S]) const
  {
    const float zero[4] = {};
    float x[4];
    product<T, S>(x, rows[i], columns, zero);
    highest[0] = fmaxf(highest[0], fmaxf(x[0], x[1]));
    highest[1] = fmaxf(highest[1], fmaxf(x[2], x[3]));
  }

  static __device__ float reference(float highest, float scale2)
  {
    return quadMax(highest) * scale2 - targetWeight;
  }

  // Raises the references to what these columns ask for.
  template<int C>
  __device__ void raise(const Tile<S> (&columns)[C], float scale2)
  {
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
      float highest[2] = { -INFINITY, -INFINITY };
#pragma unroll
      for (int j = 0; j < 2 * C; ++j)
      {
        follow(highest, i, columns[j / 2][j % 2]);
      }
#pragma unroll
      for (int r = 0; r < 2; ++r)
      {
        const float now = fmaxf(top[i][r], reference(highest[r], scale2));
        const float factor = power2(top[i][r] - now);
        top[i][r] = now;
#pragma unroll
        for (int c = 2 * r; c < 2 * r + 2; ++c)
        {
#pragma unroll
          for (int s = 0; s < S; ++s)
          {
            sum[i][s][c] *= factor;
          }
          extra[i][c] *= factor;
        }
      }
    }
  }

  // Weights as A fragments, and the largest of them
  template<int C>
  __device__ unsigned weigh(unsigned (&w)[R][C][4], const Tile<S> (&columns)[C], float scale2) const
  {
    const float zero[4] = {};
    unsigned largest = 0;
#pragma unroll
    for (int i = 0; i < R; ++i)
    {
#pragma unroll
      for (int j = 0; j < C; ++j)
      {
        float x[2][4];
#pragma unroll
        for (int half = 0; half < 2; ++half)
        {
          product<T, S>(x[half], rows[i], columns[j][half], zero);
#pragma unroll
          for (int c = 0; c < 4; ++c)
          {
            x[half][c] = power2(fmaf(x[half][c], scale2, -top[i][c / 2]));
          }
        }
        narrow<T>(w[i][j], x[0], x[1]);
        largest = largestHalves(largest, w[i][j][0], w[i][j][1]);
        largest = largestHalves(largest, w[i][j][2], w[i][j][3]);
      }
    }
    return largest;
  }
};
}
