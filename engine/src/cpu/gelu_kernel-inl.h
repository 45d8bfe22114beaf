// Compiled once per instruction set by gelu_kernel.cpp.
#if defined(FLARE_CPU_GELU_KERNEL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef FLARE_CPU_GELU_KERNEL_INL
#undef FLARE_CPU_GELU_KERNEL_INL
#else
#define FLARE_CPU_GELU_KERNEL_INL
#endif

#include "cpu/gelu_kernel.h"

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace flare::cpu
{
namespace HWY_NAMESPACE
{
namespace hn = hwy::HWY_NAMESPACE;

template<class D>
struct GeluParts
{
  hn::Vec<D> share; // 1 / (1 + exp(-2 u)), what of x is left
  hn::Vec<D> slope;
};

// exp(-|2 u|) is at most 1: nothing overflows, and both share and 1 - share are right to the last bits.
template<class D>
HWY_INLINE GeluParts<D> geluParts(D d, hn::Vec<D> x)
{
  using T = hn::TFromD<D>;
  const auto one = hn::Set(d, T(1));
  // Beyond +-30 share is 0 or 1 to 1e-400; there x^3 may overflow.
  const auto bounded = hn::Min(hn::Max(x, hn::Set(d, T(-30))), hn::Set(d, T(30)));
  const auto factor = hn::Set(d, T(1.5957691216057308)); // 2 sqrt(2/pi)
  const auto cubic = hn::Set(d, T(0.044715));
  const auto square = hn::Mul(bounded, bounded);
  const auto twoU = hn::Mul(hn::Mul(factor, bounded), hn::MulAdd(cubic, square, one));
  const auto e = hn::Exp(d, hn::Neg(hn::Abs(twoU)));
  const auto nearer = hn::Div(one, hn::Add(one, e)); // the greater one of share and 1 - share
  const auto farther = hn::Mul(e, nearer);
  const auto share = hn::IfThenElse(hn::Lt(twoU, hn::Zero(d)), farther, nearer);
  const auto twoSlopeOfU = hn::Mul(factor, hn::MulAdd(hn::Set(d, T(3 * 0.044715)), square, one));
  const auto slope = hn::MulAdd(hn::Mul(bounded, hn::Mul(nearer, farther)), twoSlopeOfU, share);
  return { share, slope };
}

template<bool WithSlope, typename T>
void geluOf(const T* x, const T* added, T* y, T* slope, std::int64_t count)
{
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto add = [&](std::int64_t i, hn::Vec<decltype(d)> v)
  { return added ? hn::Add(hn::LoadU(d, added + i), v) : v; };
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
  {
    const auto value = hn::LoadU(d, x + i);
    const auto parts = geluParts(d, value);
    hn::StoreU(add(i, hn::Mul(value, parts.share)), d, y + i);
    if (WithSlope)
    {
      hn::StoreU(parts.slope, d, slope + i);
    }
  }
  const hn::CappedTag<T, 1> single;
  for (; i < count; ++i)
  {
    const auto value = hn::LoadU(single, x + i);
    const auto parts = geluParts(single, value);
    const auto g = hn::Mul(value, parts.share);
    hn::StoreU(added ? hn::Add(hn::LoadU(single, added + i), g) : g, single, y + i);
    if (WithSlope)
    {
      hn::StoreU(parts.slope, single, slope + i);
    }
  }
}

HWY_NOINLINE void geluFloat(const float* x, const float* added, float* y, std::int64_t count)
{
  geluOf<false, float>(x, added, y, nullptr, count);
}

HWY_NOINLINE void geluDouble(const double* x, const double* added, double* y, std::int64_t count)
{
  geluOf<false, double>(x, added, y, nullptr, count);
}

HWY_NOINLINE void geluWithSlopeFloat(
  const float* x, const float* added, float* y, float* slope, std::int64_t count)
{
  geluOf<true>(x, added, y, slope, count);
}

HWY_NOINLINE void geluWithSlopeDouble(
  const double* x, const double* added, double* y, double* slope, std::int64_t count)
{
  geluOf<true>(x, added, y, slope, count);
}
}
}
HWY_AFTER_NAMESPACE();
#endif
