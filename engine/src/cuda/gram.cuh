#pragma once

#include "cuda/merge.cuh"

// B B^T of every head, B_mn = exp(S_mn - L_m / 2 - c_n / 2), in full precision: a block owns 128 x 128
// entries and walks over its chunk of points, 16 at a time. Both panels of B are made in shared memory, each
// exponential serves 128 products, and each of 256 threads adds up 8 x 8 entries.
namespace flare::cuda
{
constexpr int gramTile = 128, gramPanel = 16, gramThreads = 256,
              gramPoints = gramPanel * gramTile / gramThreads;

template<class A>
struct GramArguments
{
  Chunks chunks;
  int heads, latents, width, stride, tiles;
  std::int64_t points;
  A scale2;
  const A *q, *k, *latentLogSum, *pointLogSum;
  A* partial; // [chunks, H, M, M], tiles on and above the diagonal
};

// The block's tile: row and column of the blockIdx.z-th one on or above the diagonal
__device__ inline int2 gramTileOf(int index, int tiles)
{
  int row = 0;
  while (index >= tiles - row)
  {
    index -= tiles - row;
    ++row;
  }
  return make_int2(row, row + index);
}

// One latent's entries of B for gramPoints points from `first` on, 0 beyond the last
template<class A>
__device__ inline void fillPanel(A* panel, const GramArguments<A>& a, std::int64_t block, int head,
  int latent, const Chunk& chunk, std::int64_t first)
{
  const int begin = threadIdx.x / gramTile * gramPoints;
  const bool valid = latent < a.latents;
  const A* q = a.q + (static_cast<std::int64_t>(head) * a.latents + (valid ? latent : 0)) * a.width;
  A s[gramPoints] = {};
  const A* rows[gramPoints];
#pragma unroll
  for (int i = 0; i < gramPoints; ++i)
  {
    const auto n = min(static_cast<long long>(first + begin + i), static_cast<long long>(chunk.end - 1));
    rows[i] = a.k + n * a.stride + head * a.width;
  }
  for (int c = 0; c < a.width; ++c)
  {
    const A x = q[c] * a.scale2;
#pragma unroll
    for (int i = 0; i < gramPoints; ++i)
    {
      s[i] = fma(x, rows[i][c], s[i]);
    }
  }
  const A half = A(log2eDouble / 2), log = valid ? a.latentLogSum[block * a.latents + latent] * half : A(0);
#pragma unroll
  for (int i = 0; i < gramPoints; ++i)
  {
    const auto n = first + begin + i;
    A b = A(0);
    if (valid && n < chunk.end)
    {
      b = power2(s[i] - log - a.pointLogSum[head * a.points + n] * half);
    }
    panel[(begin + i) * gramTile + threadIdx.x % gramTile] = b;
  }
}

template<class A>
__global__ void __launch_bounds__(gramThreads) gramKernel(const __grid_constant__ GramArguments<A> a)
{
  const auto chunk = locate(a.chunks, blockIdx.x);
  const int head = blockIdx.y;
  const auto block = static_cast<std::int64_t>(chunk.segment) * a.heads + head;
  const int2 tile = gramTileOf(blockIdx.z, a.tiles);
  A* left = reinterpret_cast<A*>(sharedMemory());
  A* right = tile.x == tile.y ? left : left + gramPanel * gramTile;
  const int row = threadIdx.x / 16 * 4, column = threadIdx.x % 16 * 4, latent = threadIdx.x % gramTile;
  A sum[8][8] = {};
  for (auto n = chunk.begin; n < chunk.end; n += gramPanel)
  {
    fillPanel(left, a, block, head, tile.x * gramTile + latent, chunk, n);
    if (tile.x != tile.y)
    {
      fillPanel(right, a, block, head, tile.y * gramTile + latent, chunk, n);
    }
    blockBarrier();
#pragma unroll 4
    for (int p = 0; p < gramPanel; ++p)
    {
      A x[8], y[8];
#pragma unroll
      for (int i = 0; i < 8; ++i)
      {
        x[i] = left[p * gramTile + row + i % 4 + i / 4 * 64];
        y[i] = right[p * gramTile + column + i % 4 + i / 4 * 64];
      }
#pragma unroll
      for (int i = 0; i < 8; ++i)
      {
#pragma unroll
        for (int j = 0; j < 8; ++j)
        {
          sum[i][j] = fma(x[i], y[j], sum[i][j]);
        }
      }
    }
    blockBarrier();
  }
  A* out = a.partial + (static_cast<std::int64_t>(blockIdx.x) * a.heads + head) * a.latents * a.latents;
#pragma unroll
  for (int i = 0; i < 8; ++i)
  {
#pragma unroll
    for (int j = 0; j < 8; ++j)
    {
      const int r = tile.x * gramTile + row + i % 4 + i / 4 * 64;
      const int c = tile.y * gramTile + column + j % 4 + j / 4 * 64;
      if (r < a.latents && c < a.latents)
      {
        out[static_cast<std::int64_t>(r) * a.latents + c] = sum[i][j];
      }
    }
  }
}

// Adds up the chunks of each segment in order and fills in what lies below the diagonal's tiles.
template<class A>
__global__ void __launch_bounds__(gramThreads)
  mergeGramKernel(const __grid_constant__ MergeShape shape, const A* partial, A* matrix)
{
  const auto square = static_cast<std::int64_t>(shape.latents) * shape.latents;
  const auto index = static_cast<std::int64_t>(blockIdx.x) * gramThreads + threadIdx.x;
  const int segment = static_cast<int>(index / (square * shape.heads));
  if (segment >= shape.chunks.segments)
  {
    return;
  }
  const int head = static_cast<int>(index / square % shape.heads);
  const int a = static_cast<int>(index % square / shape.latents), b = static_cast<int>(index % shape.latents);
  const bool below = a / gramTile > b / gramTile;
  const auto entry = static_cast<std::int64_t>(below ? b : a) * shape.latents + (below ? a : b);
  A total = A(0);
  for (int i = shape.chunks.first[segment]; i < shape.chunks.first[segment + 1]; ++i)
  {
    total += partial[(static_cast<std::int64_t>(i) * shape.heads + head) * square + entry];
  }
  matrix[index] = total;
}
}
