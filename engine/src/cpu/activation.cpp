#include "cpu/activation.h"

#include <algorithm>

// This file is compiled once per instruction set: foreach_target.h includes it again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/activation.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace flare::cpu::HWY_NAMESPACE
{
namespace
{
namespace hn = hwy::HWY_NAMESPACE;

// 1 / x for 1 <= x <= 2. Where the estimate has 14 bits, a Newton step makes it as good as a division, in a
// quarter of the time.
template<class D, class V>
HWY_INLINE V reciprocal(D d, V x)
{
#if HWY_TARGET <= HWY_AVX3
  if constexpr (sizeof(hn::TFromD<D>) == 4)
  {
    const V r = hn::ApproximateReciprocal(x);
    return hn::MulAdd(r, hn::NegMulAdd(x, r, hn::Set(d, hn::TFromD<D>(1))), r);
  }
#endif
  return hn::Div(hn::Set(d, hn::TFromD<D>(1)), x);
}

// What exp(-w), w >= 0, needs to know of its type. Beyond the limit it is 0: the least normal number is near.
template<typename T>
struct Exponential;

template<>
struct Exponential<float>
{
  static constexpr float limit = 87.0f, shift = 0x1.8p23f; // 2^23 + 2^22: adding it rounds to an integer
  static constexpr float log2High = 0.693359375f, log2Low = -2.12194440e-4f;
  static constexpr int mantissaBits = 23, degree = 7; // the series' next term is 5e-9
};

template<>
struct Exponential<double>
{
  static constexpr double limit = 708.0, shift = 0x1.8p52;
  static constexpr double log2High = 6.93147180369123816490e-01, log2Low = 1.90821492927058770002e-10;
  static constexpr int mantissaBits = 52, degree = 13; // the series' next term is 4e-18
};

constexpr double reciprocalFactorials[] = { 1.0, 1.0, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720,
  1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800 };

// exp(-w) = 2^n exp(r), |r| <= log(2) / 2. Highway's Exp takes all arguments, at half the speed.
template<class D, class V>
HWY_INLINE V exponentialOfMinus(D d, V w)
{
  using T = hn::TFromD<D>;
  using E = Exponential<T>;
  const hn::RebindToUnsigned<D> bits;
  const V shifted = hn::NegMulAdd(w, hn::Set(d, static_cast<T>(1.4426950408889634)), hn::Set(d, E::shift));
  const V n = hn::Sub(shifted, hn::Set(d, E::shift));
  const V r = hn::NegMulAdd(n, hn::Set(d, E::log2Low), hn::NegMulSub(n, hn::Set(d, E::log2High), w));
  V sum = hn::Set(d, static_cast<T>(reciprocalFactorials[E::degree]));
  for (int i = E::degree - 1; i >= 0; --i)
  {
    sum = hn::MulAdd(sum, r, hn::Set(d, static_cast<T>(reciprocalFactorials[i])));
  }
  // n stands in the lowest bits of `shifted`; added to the exponent it multiplies by 2^n.
  const auto exponent = hn::ShiftLeft<E::mantissaBits>(hn::BitCast(bits, shifted));
  const V power = hn::BitCast(d, hn::Add(hn::BitCast(bits, sum), exponent));
  return hn::IfThenElseZero(hn::Le(w, hn::Set(d, E::limit)), power);
}

template<class V>
struct ValueAndSlope
{
  V value;
  V slope;
};

// z sigmoid(w) and its derivative sigmoid + z w' sigmoid (1 - sigmoid), given |w| and z w'. With
// e = exp(-|w|) <= 1 nothing overflows, and neither sigmoid nor 1 - sigmoid is a difference.
template<class D, class V>
HWY_INLINE ValueAndSlope<V> gate(D d, V z, V absoluteW, V zTimesSlopeOfW)
{
  const V e = exponentialOfMinus(d, absoluteW);
  const V larger = reciprocal(d, hn::Add(e, hn::Set(d, hn::TFromD<D>(1))));
  const V smaller = hn::Mul(e, larger);
  const V sigmoid = hn::IfThenElse(hn::Lt(z, hn::Zero(d)), smaller, larger);
  return { hn::Mul(z, sigmoid), hn::MulAdd(zTimesSlopeOfW, hn::Mul(smaller, larger), sigmoid) };
}

// Beyond the limit the sigmoid is 0 or 1 in either type; below it no power of z overflows.
template<class D, class V>
HWY_INLINE V clamp(D d, V z, double limit)
{
  using T = hn::TFromD<D>;
  return hn::Min(hn::Max(z, hn::Set(d, static_cast<T>(-limit))), hn::Set(d, static_cast<T>(limit)));
}

// 0.5 z (1 + tanh u) = z sigmoid(2 u) with u = sqrt(2/pi) (z + 0.044715 z^3)
struct Gelu
{
  template<class D, class V>
  static HWY_INLINE ValueAndSlope<V> apply(D d, V z)
  {
    using T = hn::TFromD<D>;
    constexpr double linear = 1.5957691216057307117597842397375; // 2 sqrt(2/pi)
    constexpr double cubic = linear * 0.044715;
    const V a = clamp(d, z, 30.0);
    const V square = hn::Mul(a, a);
    const V first = hn::Set(d, static_cast<T>(linear));
    const V w = hn::Mul(a, hn::MulAdd(square, hn::Set(d, static_cast<T>(cubic)), first));
    const V slope = hn::Mul(a, hn::MulAdd(square, hn::Set(d, static_cast<T>(3.0 * cubic)), first));
    return gate(d, z, hn::Abs(w), slope);
  }
};

struct Silu
{
  template<class D, class V>
  static HWY_INLINE ValueAndSlope<V> apply(D d, V z)
  {
    const V a = clamp(d, z, 1000.0);
    return gate(d, z, hn::Abs(a), a);
  }
};

// A vector's worth of an array, or the n values that are left of a row. Masked loads are not used, because
// some instruction sets lack them and read beyond the array.
template<class D>
HWY_INLINE hn::Vec<D> load(D d, const hn::TFromD<D>* p, std::size_t n)
{
  if (n == hn::Lanes(d))
  {
    return hn::LoadU(d, p);
  }
  HWY_ALIGN hn::TFromD<D> lanes[HWY_MAX_BYTES / sizeof(hn::TFromD<D>)] = {};
  std::copy_n(p, n, lanes);
  return hn::Load(d, lanes);
}

template<class D>
HWY_INLINE void store(D d, hn::Vec<D> v, hn::TFromD<D>* p, std::size_t n)
{
  if (n == hn::Lanes(d))
  {
    hn::StoreU(v, d, p);
    return;
  }
  HWY_ALIGN hn::TFromD<D> lanes[HWY_MAX_BYTES / sizeof(hn::TFromD<D>)];
  hn::Store(v, d, lanes);
  std::copy_n(lanes, n, p);
}

// Calls visit(first column, number of columns) for the vectors of a row.
template<class D, class Visit>
HWY_INLINE void forColumns(D d, std::int64_t columns, const Visit& visit)
{
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t j = 0;
  for (; j + lanes <= columns; j += lanes)
  {
    visit(j, static_cast<std::size_t>(lanes));
  }
  if (j < columns)
  {
    visit(j, static_cast<std::size_t>(columns - j));
  }
}

template<class Function, bool hasResidual, bool hasSlope, typename T>
void activateExactly(
  const T* bias, const T* residual, T* y, T* slope, std::int64_t rows, std::int64_t columns)
{
  const hn::ScalableTag<T> d;
  for (std::int64_t i = 0; i < rows * columns; i += columns)
  {
    forColumns(d, columns,
      [&](std::int64_t j, std::size_t n) HWY_ATTR
      {
        const auto z = hn::Add(load(d, y + i + j, n), load(d, bias + j, n));
        const auto result = Function::apply(d, z);
        store(
          d, hasResidual ? hn::Add(result.value, load(d, residual + i + j, n)) : result.value, y + i + j, n);
        if constexpr (hasSlope)
        {
          store(d, result.slope, slope + i + j, n);
        }
      });
  }
}

template<class Function, typename T>
void activateWith(const T* bias, const T* residual, T* y, T* slope, std::int64_t rows, std::int64_t columns)
{
  const auto pass =
    residual
      ? (slope ? activateExactly<Function, true, true, T> : activateExactly<Function, true, false, T>)
      : (slope ? activateExactly<Function, false, true, T> : activateExactly<Function, false, false, T>);
  pass(bias, residual, y, slope, rows, columns);
}

template<typename T>
void activateRows(Activation activation, const T* bias, const T* residual, T* y, T* slope, std::int64_t rows,
  std::int64_t columns)
{
  const auto pass = activation == Activation::Gelu ? activateWith<Gelu, T> : activateWith<Silu, T>;
  pass(bias, residual, y, slope, rows, columns);
}

template<typename T>
void addBiasRows(const T* bias, const T* residual, T* y, std::int64_t rows, std::int64_t columns)
{
  const hn::ScalableTag<T> d;
  for (std::int64_t i = 0; i < rows * columns; i += columns)
  {
    forColumns(d, columns,
      [&](std::int64_t j, std::size_t n) HWY_ATTR
      {
        auto sum = hn::Add(load(d, y + i + j, n), load(d, bias + j, n));
        if (residual)
        {
          sum = hn::Add(sum, load(d, residual + i + j, n));
        }
        store(d, sum, y + i + j, n);
      });
  }
}

template<typename T>
void multiplyAndSumRows(const T* dy, T* slope, T* sums, std::int64_t rows, std::int64_t columns)
{
  const hn::ScalableTag<T> d;
  forColumns(d, columns,
    [&](std::int64_t j, std::size_t n) HWY_ATTR
    {
      auto sum = hn::Zero(d);
      for (std::int64_t i = j; i < rows * columns; i += columns)
      {
        const auto product = hn::Mul(load(d, dy + i, n), load(d, slope + i, n));
        store(d, product, slope + i, n);
        sum = hn::Add(sum, product);
      }
      store(d, hn::Add(sum, load(d, sums + j, n)), sums + j, n);
    });
}

template<typename T>
void sumRows(const T* dy, T* sums, std::int64_t rows, std::int64_t columns)
{
  const hn::ScalableTag<T> d;
  forColumns(d, columns,
    [&](std::int64_t j, std::size_t n) HWY_ATTR
    {
      auto sum = hn::Zero(d);
      for (std::int64_t i = j; i < rows * columns; i += columns)
      {
        sum = hn::Add(sum, load(d, dy + i, n));
      }
      store(d, hn::Add(sum, load(d, sums + j, n)), sums + j, n);
    });
}

template<typename T>
RowPasses<T> passes()
{
  return { activateRows<T>, addBiasRows<T>, multiplyAndSumRows<T>, sumRows<T> };
}

}

RowPasses<float> floatPasses()
{
  return passes<float>();
}

RowPasses<double> doublePasses()
{
  return passes<double>();
}
}
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flare::cpu
{
HWY_EXPORT(floatPasses);
HWY_EXPORT(doublePasses);

template<>
const RowPasses<float>& rowPasses<float>()
{
  static const auto passes = HWY_DYNAMIC_DISPATCH(floatPasses)();
  return passes;
}

template<>
const RowPasses<double>& rowPasses<double>()
{
  static const auto passes = HWY_DYNAMIC_DISPATCH(doublePasses)();
  return passes;
}
}
#endif
