#pragma once

#include "flare/architecture.h"

#include <cstdint>

// Elementwise passes over row-major [rows, columns] arrays, computed in T, which is float or double. Arrays
// may be unaligned and of any size; they must not overlap unless they are the same.
namespace flare::cpu
{
template<typename T>
struct RowPasses
{
  // y = act(y + bias) [+ residual]; slope = act'(y + bias). residual and slope may be null.
  // GELU (tanh form) and SiLU are z sigmoid(w): the value's error is below 4 ulp for positive z, and 3 |w| +
  // 4 ulp where the sigmoid is small.
  void (*activate)(Activation activation, const T* bias, const T* residual, T* y, T* slope, std::int64_t rows,
    std::int64_t columns);
  // y += bias [+ residual]; residual may be null.
  void (*addBias)(const T* bias, const T* residual, T* y, std::int64_t rows, std::int64_t columns);
  // slope *= dy; the sums over the rows of the products are added to sums [columns].
  void (*multiplyAndSum)(const T* dy, T* slope, T* sums, std::int64_t rows, std::int64_t columns);
  // The sums over the rows of dy are added to sums [columns].
  void (*sum)(const T* dy, T* sums, std::int64_t rows, std::int64_t columns);
};

// The passes compiled for the best instruction set that the processor has.
template<typename T>
const RowPasses<T>& rowPasses();
}
