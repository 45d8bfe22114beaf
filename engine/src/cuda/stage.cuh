#pragma once

#include "cuda/fragments.cuh"

// Rows of points on their way to a warp: stages in shared memory that the warp fills ahead of itself, in
// turn, so that no tile waits for memory. A stage holds, of each tensor, S slices of Points rows of 8
// channels, and numbers of the points. Slices lie apart, so that ldmatrix reads rows of 16 bytes without bank
// conflicts, and the caches join what neighbouring heads read of a row.
namespace flare::cuda
{
template<class T, int S, int Points, int Tensors, int Numbers>
class Stages
{
public:
  static constexpr int slice = Points * 16, numbersAt = Tensors * S * slice;
  static constexpr int stage = numbersAt + Numbers * Points * 4;

  // `memory` is the block's; each warp has `slots` stages of it. Points after `last` of the chunk are not
  // read.
  __device__ Stages(char* memory, int slots, const Operands<T>& o, int last)
    : memory_(memory + threadIdx.x / 32 * slots * stage)
    , address_(sharedAddress(memory_))
    , last_(last)
    , o_(o)
  {
  }

  // Begins to copy the points from `first` on of a head's rows, `rows` the chunk's first. After the last
  // point come zeros, or, when Repeat, the last one again.
  template<bool Repeat>
  __device__ void copyRows(int slot, int index, const T* rows, int first) const
  {
    const SharedAddress to = address_ + slot * stage + index * S * slice;
#pragma unroll
    for (int j = 0; j < S * Points; j += 32)
    {
      const int i = j + threadIdx.x % 32, s = i / Points, point = first + i % Points;
      const T* from = rows + static_cast<std::int64_t>(min(point, last_)) * o_.stride + 8 * s;
      const bool valid = Repeat || point <= last_;
      if (o_.wide)
      {
        copyAsync<16>(to + 16 * i, from, valid);
        continue;
      }
#pragma unroll
      for (int c = 0; c < 8; c += 2)
      {
        const bool inside = 8 * s + c < o_.width;
        copyAsync<4>(to + 16 * i + 2 * c, inside ? from + c : rows, valid && inside);
      }
    }
  }

  __device__ void copyNumbers(int slot, int index, const float* numbers, int first) const
  {
    const SharedAddress to = address_ + slot * stage + numbersAt + index * Points * 4;
#pragma unroll
    for (int j = 0; j < Points; j += 32)
    {
      const int i = j + threadIdx.x % 32;
      if (Points >= 32 || i < Points)
      {
        copyAsync<4>(to + 4 * i, numbers + min(first + i, last_), true);
      }
    }
  }

  // Waits until all groups of copies but the last `Pending` have come, for all lanes.
  template<int Pending>
  __device__ static void await()
  {
    awaitCopies<Pending>();
    warpBarrier();
  }

  __device__ const float* numbers(int slot, int index) const
  {
    return reinterpret_cast<const float*>(memory_ + slot * stage + numbersAt) + index * Points;
  }

  // 16 points, `point` and on, of a stage
  __device__ void tile(Tile<S>& out, int slot, int index, int point) const
  {
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      loadMatrices(out[0][s], out[1][s], row(slot, index, s, point));
    }
  }

  // The tile as a B fragment whose rows are the points: channels become columns.
  __device__ void transposedTile(Tile<S>& out, int slot, int index, int point) const
  {
#pragma unroll
    for (int s = 0; s < S; ++s)
    {
      loadTransposed(out[0][s], out[1][s], row(slot, index, s, point));
    }
  }

private:
  __device__ SharedAddress row(int slot, int index, int s, int point) const
  {
    return address_ + slot * stage + (index * S + s) * slice + (point + threadIdx.x % 16) * 16;
  }

  char* memory_;
  SharedAddress address_;
  int last_;
  const Operands<T>& o_;
};
}
