#pragma once

#include "flare/architecture.h"

#include <cstdint>

// Elementwise passes over row-major [rows, columns] arrays, compiled for several instruction sets, of which
// the best that the processor has is picked when a pass is first used. T is float or double, and every value
// is computed in that type. Arrays may be unaligned, and of any size; they must not overlap unless they are
// the same.
namespace flare::cpu
{
// y = act(y + bias) [+ residual]. slope, where asked for, gets act'(y + bias); residual and slope may be null.
// GELU in its tanh form and SiLU are both z * sigmoid(w): an error of 4 ulp, and of 3 |w| ulp more where the
// sigmoid is small, that is for negative z.
template <typename T>
void activate(Activation activation, const T* bias, const T* residual, T* y, T* slope, std::int64_t rows,
  std::int64_t columns);

// y += bias [+ residual]; residual may be null.
template <typename T>
void addBias(const T* bias, const T* residual, T* y, std::int64_t rows, std::int64_t columns);

// slope *= dy, and the sums over the rows of the products are added to sums [columns].
template <typename T>
void multiplyAndSum(const T* dy, T* slope, T* sums, std::int64_t rows, std::int64_t columns);

// The sums over the rows of dy are added to sums [columns].
template <typename T>
void sumRows(const T* dy, T* sums, std::int64_t rows, std::int64_t columns);
}
