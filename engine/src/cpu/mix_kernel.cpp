// Every function is compiled once per instruction set: Highway includes this file again for each.
// SVE is left out because its vectors cannot be kept in arrays; SSE4 because AVX2 is wherever speed is.
#define HWY_DISABLED_TARGETS                                                                                 \
  (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/mix_kernel.cpp"
#include <hwy/foreach_target.h>

#include "cpu/mix_kernel-inl.h"

#if HWY_ONCE
namespace flare::cpu
{
HWY_EXPORT(encodeFloat);
HWY_EXPORT(encodeDouble);
HWY_EXPORT(decodeFloat);
HWY_EXPORT(decodeDouble);
HWY_EXPORT(latentGradientFloat);
HWY_EXPORT(latentGradientDouble);
HWY_EXPORT(gradientFloat);
HWY_EXPORT(gradientDouble);

template<>
void encodeBlock(const HeadBlock<float>& block, const float* v, float* top, float* sum, float* value)
{
  HWY_DYNAMIC_DISPATCH(encodeFloat)(block, v, top, sum, value);
}

template<>
void encodeBlock(const HeadBlock<double>& block, const double* v, double* top, double* sum, double* value)
{
  HWY_DYNAMIC_DISPATCH(encodeDouble)(block, v, top, sum, value);
}

template<>
void decodeBlock(
  const HeadBlock<float>& block, const float* z, float* y, float* logSum, std::int64_t logStride)
{
  HWY_DYNAMIC_DISPATCH(decodeFloat)(block, z, y, logSum, logStride);
}

template<>
void decodeBlock(
  const HeadBlock<double>& block, const double* z, double* y, double* logSum, std::int64_t logStride)
{
  HWY_DYNAMIC_DISPATCH(decodeDouble)(block, z, y, logSum, logStride);
}

template<>
void latentGradientBlock(
  const HeadBlock<float>& block, const float* dy, const float* logSum, std::int64_t logStride, float* dz)
{
  HWY_DYNAMIC_DISPATCH(latentGradientFloat)(block, dy, logSum, logStride, dz);
}

template<>
void latentGradientBlock(
  const HeadBlock<double>& block, const double* dy, const double* logSum, std::int64_t logStride, double* dz)
{
  HWY_DYNAMIC_DISPATCH(latentGradientDouble)(block, dy, logSum, logStride, dz);
}

template<>
void gradientBlock(
  const HeadBlock<float>& block, const GradientInputs<float>& in, float* dk, float* dv, float* dq)
{
  HWY_DYNAMIC_DISPATCH(gradientFloat)(block, in, dk, dv, dq);
}

template<>
void gradientBlock(
  const HeadBlock<double>& block, const GradientInputs<double>& in, double* dk, double* dv, double* dq)
{
  HWY_DYNAMIC_DISPATCH(gradientDouble)(block, in, dk, dv, dq);
}
}
#endif
