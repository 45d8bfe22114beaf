#pragma once

#include <cstdint>

namespace flare::cuda
{
// What the second pass of the backward needs of the latents, made by merge.cuh of the first pass's sums.
//
// One exponential serves both softmaxes: with R = 2^(S - c), P = R 2^(c - L) = R (2^(base - L) 2^(c - base)),
// the product of a latent's factor and a point's. dZ is of any size, so each row is brought to [1/2, 1) by a
// power of two 2^e, which the latent's factor takes up again: P dZ = R 2^logFactor 2^(c - base) dZ', where
// logFactor = base - L + e and dZ' = 2^-e dZ. Weights are scaled by 2^logScale, so that what is narrowed to
// 16 bits is of the size of 1 whatever the size of dY.
struct LatentTerms
{
  const float* z;         // [segments, H, M, D]
  const float* dz;        // [segments, H, M, D], dZ'
  const float* delta;     // [segments, H, M], sum_d dZ' Z
  const float* logFactor; // [segments, H, M]
  const float* base;      // [segments, H], the smallest L
  const float* logScale;  // [segments, H]
};

// 2^(c - base) and the latents' factors stay in range up to here; beyond, weights take an exponential of
// their own.
constexpr float highestPointFactor = 60.0f;
}
