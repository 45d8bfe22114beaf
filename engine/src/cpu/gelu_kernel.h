#pragma once

#include <cstdint>

// GELU in its tanh form for the CPU, in SIMD (chosen at run time for the machine's instruction set):
//   g(x) = x / (1 + exp(-2 u)),  u = sqrt(2/pi) (x + 0.044715 x^3),
// which is 0.5 x (1 + tanh u) with one exponential. T is float or double.
namespace flare::cpu
{
// y = [added +] g(x); `added` may be null.
template<typename T>
void gelu(const T* x, const T* added, T* y, std::int64_t count);

// The same, and g'(x), which is all that the backward pass needs.
template<typename T>
void geluWithSlope(const T* x, const T* added, T* y, T* slope, std::int64_t count);
}
