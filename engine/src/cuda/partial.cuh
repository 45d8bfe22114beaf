#pragma once

#include "cuda/chunks.cuh"

// How sums over points are shared out: a warp adds up a chunk's points for some latents of a head.
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
  float2* peak = nullptr; // [chunks, H], largest |dy| and largest log-sum-exp of a point
  int channels = 0;       // width, padded
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
}
