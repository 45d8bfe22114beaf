#pragma once

#include <cstdint>

// The mixer's arithmetic on one head and one block of points, for the CPU, in SIMD (chosen at run time for
// the machine's instruction set). Notation and formulas: ops/mix.h and docs/model.md. T is float or double.
namespace flare::cpu
{
constexpr int widestHead = 128;

template<typename T>
struct HeadBlock
{
  std::int64_t latents = 0;
  std::int64_t points = 0;
  int width = 0;           // head dimension, 1 to widestHead
  std::int64_t stride = 0; // values from a point's row to the next in k, v, y, dy, dk, dv
  const T* q = nullptr;    // [latents, width], times the attention scale
  const T* k = nullptr;    // the head's part of the first point's row
};

// Relative to the block's largest score of each latent, top [latents]:
// sum [latents] = sum_n exp(S - top), value [latents, width] = sum_n exp(S - top) v_n
template<typename T>
void encodeBlock(const HeadBlock<T>& block, const T* v, T* top, T* sum, T* value);

// y_n = sum_m softmax_m(S) z_m; logSum of a point: log sum_m exp S, `logStride` values apart
template<typename T>
void decodeBlock(const HeadBlock<T>& block, const T* z, T* y, T* logSum, std::int64_t logStride);

// dz [latents, width] = sum_n R_nm dy_n
template<typename T>
void latentGradientBlock(
  const HeadBlock<T>& block, const T* dy, const T* logSum, std::int64_t logStride, T* dz);

template<typename T>
struct GradientInputs
{
  const T* v = nullptr;
  const T* y = nullptr;
  const T* dy = nullptr;
  const T* z = nullptr;            // [latents, width]
  const T* dz = nullptr;           // [latents, width], summed over all points
  const T* delta = nullptr;        // [latents], sum_d dz z
  const T* logSumLatent = nullptr; // [latents]
  const T* logSumPoint = nullptr;
  std::int64_t logStride = 0;
};

// dk and dv of the block's points; dq [latents, width] = sum_n dS_nm k_n, not yet times the scale
template<typename T>
void gradientBlock(const HeadBlock<T>& block, const GradientInputs<T>& in, T* dk, T* dv, T* dq);
}
