// Every function is compiled once per instruction set: Highway includes this file again for each. The targets
// are those of mix_kernel.cpp.
#define HWY_DISABLED_TARGETS                                                                                 \
  (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/gelu_kernel.cpp"
#include <hwy/foreach_target.h>

#include "cpu/gelu_kernel-inl.h"

#if HWY_ONCE
namespace flare::cpu
{
HWY_EXPORT(geluFloat);
HWY_EXPORT(geluDouble);
HWY_EXPORT(geluWithSlopeFloat);
HWY_EXPORT(geluWithSlopeDouble);

template<>
void gelu(const float* x, const float* added, float* y, std::int64_t count)
{
  HWY_DYNAMIC_DISPATCH(geluFloat)(x, added, y, count);
}

template<>
void gelu(const double* x, const double* added, double* y, std::int64_t count)
{
  HWY_DYNAMIC_DISPATCH(geluDouble)(x, added, y, count);
}

template<>
void geluWithSlope(const float* x, const float* added, float* y, float* slope, std::int64_t count)
{
  HWY_DYNAMIC_DISPATCH(geluWithSlopeFloat)(x, added, y, slope, count);
}

template<>
void geluWithSlope(const double* x, const double* added, double* y, double* slope, std::int64_t count)
{
  HWY_DYNAMIC_DISPATCH(geluWithSlopeDouble)(x, added, y, slope, count);
}
}
#endif
