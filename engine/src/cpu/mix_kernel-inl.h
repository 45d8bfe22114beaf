// Compiled once per instruction set by mix_kernel.cpp.
#if defined(FLARE_CPU_MIX_KERNEL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef FLARE_CPU_MIX_KERNEL_INL
#undef FLARE_CPU_MIX_KERNEL_INL
#else
#define FLARE_CPU_MIX_KERNEL_INL
#endif

#include "cpu/mix_kernel.h"

#include <hwy/aligned_allocator.h>
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <algorithm>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace flare::cpu
{
namespace HWY_NAMESPACE
{
namespace hn = hwy::HWY_NAMESPACE;

// Heads are padded with zeros to W channels, W known to the compiler: a padded channel adds 0 to every score
// and product. Points are padded with zeros to whole vectors; what padded points give is not stored.
template<typename T>
using Buffer = hwy::AlignedFreeUniquePtr<T[]>;

template<typename T>
Buffer<T> zeros(std::int64_t count)
{
  auto buffer = hwy::AllocateAligned<T>(static_cast<std::size_t>(count));
  std::fill_n(buffer.get(), count, T(0));
  return buffer;
}

template<typename T>
std::int64_t paddedPoints(std::int64_t points)
{
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<T>()));
  return (points + lanes - 1) / lanes * lanes;
}

// [rows, width], rows `stride` apart -> [rows, W]
template<int W, typename T>
Buffer<T> packRows(const T* source, std::int64_t rows, int width, std::int64_t stride)
{
  auto packed = zeros<T>(rows * W);
  for (std::int64_t i = 0; i < rows; ++i)
  {
    std::copy_n(source + i * stride, width, packed.get() + i * W);
  }
  return packed;
}

// [points, width], rows `stride` apart -> [W, pitch]: a channel's values of successive points are
// neighbours
template<int W, typename T>
Buffer<T> packColumns(
  const T* source, std::int64_t points, int width, std::int64_t stride, std::int64_t pitch)
{
  auto packed = zeros<T>(W * pitch);
  for (std::int64_t n = 0; n < points; ++n)
  {
    for (int c = 0; c < width; ++c)
    {
      packed[c * pitch + n] = source[n * stride + c];
    }
  }
  return packed;
}

// sum_c row[c] columns[c][n…] for one vector of points
template<int W, class D, typename T>
HWY_INLINE hn::Vec<D> product(D d, const T* row, const T* columns, std::int64_t pitch)
{
  auto sum = hn::Mul(hn::Set(d, row[0]), hn::Load(d, columns));
  for (int c = 1; c < W; ++c)
  {
    sum = hn::MulAdd(hn::Set(d, row[c]), hn::Load(d, columns + c * pitch), sum);
  }
  return sum;
}

// out[0…W) += sum_i weights[i] rows[i][0…W); vectors run along the channels
template<int W, typename T>
HWY_INLINE void accumulate(const T* weights, const T* rows, std::int64_t count, T* out)
{
  const hn::CappedTag<T, W> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  for (int c = 0; c < W; c += lanes)
  {
    // Four sums side by side hide the latency of the multiply-add.
    auto s0 = hn::LoadU(d, out + c), s1 = hn::Zero(d), s2 = hn::Zero(d), s3 = hn::Zero(d);
    std::int64_t i = 0;
    for (; i + 4 <= count; i += 4)
    {
      s0 = hn::MulAdd(hn::Set(d, weights[i]), hn::LoadU(d, rows + i * W + c), s0);
      s1 = hn::MulAdd(hn::Set(d, weights[i + 1]), hn::LoadU(d, rows + (i + 1) * W + c), s1);
      s2 = hn::MulAdd(hn::Set(d, weights[i + 2]), hn::LoadU(d, rows + (i + 2) * W + c), s2);
      s3 = hn::MulAdd(hn::Set(d, weights[i + 3]), hn::LoadU(d, rows + (i + 3) * W + c), s3);
    }
    for (; i < count; ++i)
    {
      s0 = hn::MulAdd(hn::Set(d, weights[i]), hn::LoadU(d, rows + i * W + c), s0);
    }
    hn::StoreU(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)), d, out + c);
  }
}

template<int W, typename T>
void unpackRows(const T* packed, std::int64_t rows, int width, T* out)
{
  for (std::int64_t i = 0; i < rows; ++i)
  {
    std::copy_n(packed + i * W, width, out + i * width);
  }
}

template<int W, typename T>
void encode(const HeadBlock<T>& b, const T* v, T* top, T* sum, T* value)
{
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto pitch = paddedPoints<T>(b.points);
  const auto q = packRows<W>(b.q, b.latents, b.width, b.width);
  const auto k = packColumns<W>(b.k, b.points, b.width, b.stride, pitch);
  const auto values = packRows<W>(v, b.points, b.width, b.stride);
  auto weights = zeros<T>(pitch);
  auto sums = zeros<T>(b.latents * W);
  const auto lowest = hn::Set(d, -std::numeric_limits<T>::infinity());
  const auto lastValid = hn::FirstN(d, static_cast<std::size_t>(b.points - (pitch - lanes)));
  for (std::int64_t m = 0; m < b.latents; ++m)
  {
    auto highest = lowest;
    for (std::int64_t n = 0; n < pitch; n += lanes)
    {
      auto s = product<W>(d, q.get() + m * W, k.get() + n, pitch);
      s = n + lanes == pitch ? hn::IfThenElse(lastValid, s, lowest) : s;
      highest = hn::Max(highest, s);
      hn::Store(s, d, weights.get() + n);
    }
    highest = hn::MaxOfLanes(d, highest);
    auto total = hn::Zero(d);
    for (std::int64_t n = 0; n < pitch; n += lanes)
    {
      const auto e = hn::Exp(d, hn::Sub(hn::Load(d, weights.get() + n), highest));
      total = hn::Add(total, e);
      hn::Store(e, d, weights.get() + n);
    }
    top[m] = hn::GetLane(highest);
    sum[m] = hn::GetLane(hn::SumOfLanes(d, total));
    accumulate<W>(weights.get(), values.get(), b.points, sums.get() + m * W);
  }
  unpackRows<W>(sums.get(), b.latents, b.width, value);
}

template<int W, typename T>
void decode(const HeadBlock<T>& b, const T* z, T* y, T* logSum, std::int64_t logStride)
{
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto pitch = paddedPoints<T>(b.points);
  const auto q = packRows<W>(b.q, b.latents, b.width, b.width);
  const auto k = packColumns<W>(b.k, b.points, b.width, b.stride, pitch);
  const auto values = packRows<W>(z, b.latents, b.width, b.width);
  auto scores = zeros<T>(b.latents * lanes);
  auto result = zeros<T>(W * lanes);
  auto logs = zeros<T>(lanes);
  for (std::int64_t n = 0; n < pitch; n += lanes)
  {
    auto highest = hn::Set(d, -std::numeric_limits<T>::infinity());
    for (std::int64_t m = 0; m < b.latents; ++m)
    {
      const auto s = product<W>(d, q.get() + m * W, k.get() + n, pitch);
      highest = hn::Max(highest, s);
      hn::Store(s, d, scores.get() + m * lanes);
    }
    auto total = hn::Zero(d);
    hn::Vec<decltype(d)> sums[W];
    for (int c = 0; c < W; ++c)
    {
      sums[c] = hn::Zero(d);
    }
    for (std::int64_t m = 0; m < b.latents; ++m)
    {
      const auto e = hn::Exp(d, hn::Sub(hn::Load(d, scores.get() + m * lanes), highest));
      total = hn::Add(total, e);
      for (int c = 0; c < W; ++c)
      {
        sums[c] = hn::MulAdd(e, hn::Set(d, values[m * W + c]), sums[c]);
      }
    }
    for (int c = 0; c < W; ++c)
    {
      hn::Store(hn::Div(sums[c], total), d, result.get() + c * lanes);
    }
    hn::Store(hn::Add(highest, hn::Log(d, total)), d, logs.get());
    for (std::int64_t i = 0; i < std::min(lanes, b.points - n); ++i)
    {
      logSum[(n + i) * logStride] = logs[i];
      for (int c = 0; c < b.width; ++c)
      {
        y[(n + i) * b.stride + c] = result[c * lanes + i];
      }
    }
  }
}

// One value per point, `stride` apart, padded with zeros
template<typename T>
Buffer<T> packPoints(const T* source, std::int64_t points, std::int64_t stride, std::int64_t pitch)
{
  auto packed = zeros<T>(pitch);
  for (std::int64_t n = 0; n < points; ++n)
  {
    packed[n] = source[n * stride];
  }
  return packed;
}

template<int W, typename T>
void latentGradient(const HeadBlock<T>& b, const T* dy, const T* logSum, std::int64_t logStride, T* dz)
{
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto pitch = paddedPoints<T>(b.points);
  const auto q = packRows<W>(b.q, b.latents, b.width, b.width);
  const auto k = packColumns<W>(b.k, b.points, b.width, b.stride, pitch);
  const auto gradients = packRows<W>(dy, b.points, b.width, b.stride);
  const auto logs = packPoints(logSum, b.points, logStride, pitch);
  auto weights = zeros<T>(pitch);
  auto sums = zeros<T>(b.latents * W);
  for (std::int64_t m = 0; m < b.latents; ++m)
  {
    for (std::int64_t n = 0; n < pitch; n += lanes)
    {
      const auto s = product<W>(d, q.get() + m * W, k.get() + n, pitch);
      hn::Store(hn::Exp(d, hn::Sub(s, hn::Load(d, logs.get() + n))), d, weights.get() + n);
    }
    accumulate<W>(weights.get(), gradients.get(), b.points, sums.get() + m * W);
  }
  unpackRows<W>(sums.get(), b.latents, b.width, dz);
}

template<int W, typename T>
void gradient(const HeadBlock<T>& b, const GradientInputs<T>& in, T* dk, T* dv, T* dq)
{
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto pitch = paddedPoints<T>(b.points);
  const auto q = packRows<W>(b.q, b.latents, b.width, b.width);
  const auto z = packRows<W>(in.z, b.latents, b.width, b.width);
  const auto dz = packRows<W>(in.dz, b.latents, b.width, b.width);
  const auto k = packColumns<W>(b.k, b.points, b.width, b.stride, pitch);
  const auto v = packColumns<W>(in.v, b.points, b.width, b.stride, pitch);
  const auto y = packColumns<W>(in.y, b.points, b.width, b.stride, pitch);
  const auto dy = packColumns<W>(in.dy, b.points, b.width, b.stride, pitch);
  const auto keyRows = packRows<W>(b.k, b.points, b.width, b.stride);
  const auto logs = packPoints(in.logSumPoint, b.points, in.logStride, pitch);
  auto scoreGradients = zeros<T>(b.latents * lanes);
  auto result = zeros<T>(2 * W * lanes);
  auto sums = zeros<T>(b.latents * W);
  for (std::int64_t n = 0; n < pitch; n += lanes)
  {
    auto deltaPoint = hn::Zero(d);
    hn::Vec<decltype(d)> dkSum[W], dvSum[W];
    for (int c = 0; c < W; ++c)
    {
      deltaPoint =
        hn::MulAdd(hn::Load(d, dy.get() + c * pitch + n), hn::Load(d, y.get() + c * pitch + n), deltaPoint);
      dkSum[c] = dvSum[c] = hn::Zero(d);
    }
    const auto logPoint = hn::Load(d, logs.get() + n);
    for (std::int64_t m = 0; m < b.latents; ++m)
    {
      const auto s = product<W>(d, q.get() + m * W, k.get() + n, pitch);
      const auto p = hn::Exp(d, hn::Sub(s, hn::Set(d, in.logSumLatent[m])));
      const auto r = hn::Exp(d, hn::Sub(s, logPoint));
      const auto fromEncode =
        hn::Sub(product<W>(d, dz.get() + m * W, v.get() + n, pitch), hn::Set(d, in.delta[m]));
      const auto fromDecode = hn::Sub(product<W>(d, z.get() + m * W, dy.get() + n, pitch), deltaPoint);
      const auto ds = hn::MulAdd(p, fromEncode, hn::Mul(r, fromDecode));
      hn::Store(ds, d, scoreGradients.get() + m * lanes);
      for (int c = 0; c < W; ++c)
      {
        dvSum[c] = hn::MulAdd(p, hn::Set(d, dz[m * W + c]), dvSum[c]);
        dkSum[c] = hn::MulAdd(ds, hn::Set(d, q[m * W + c]), dkSum[c]);
      }
    }
    for (int c = 0; c < W; ++c)
    {
      hn::Store(dkSum[c], d, result.get() + c * lanes);
      hn::Store(dvSum[c], d, result.get() + (W + c) * lanes);
    }
    const auto valid = std::min(lanes, b.points - n);
    for (std::int64_t i = 0; i < valid; ++i)
    {
      for (int c = 0; c < b.width; ++c)
      {
        dk[(n + i) * b.stride + c] = result[c * lanes + i];
        dv[(n + i) * b.stride + c] = result[(W + c) * lanes + i];
      }
    }
    for (std::int64_t m = 0; m < b.latents; ++m)
    {
      accumulate<W>(scoreGradients.get() + m * lanes, keyRows.get() + n * W, valid, sums.get() + m * W);
    }
  }
  unpackRows<W>(sums.get(), b.latents, b.width, dq);
}

// Calls body(integral_constant W) with the narrowest compiled width that holds the head.
template<class Body>
HWY_INLINE void withWidth(int width, const Body& body)
{
  if (width <= 4)
  {
    body(std::integral_constant<int, 4>());
  }
  else if (width <= 8)
  {
    body(std::integral_constant<int, 8>());
  }
  else if (width <= 16)
  {
    body(std::integral_constant<int, 16>());
  }
  else if (width <= 32)
  {
    body(std::integral_constant<int, 32>());
  }
  else
  {
    body(std::integral_constant<int, widestHead>());
  }
}

#define FLARE_MIX_ENTRIES(T, Suffix)                                                                         \
  void encode##Suffix(const HeadBlock<T>& b, const T* v, T* top, T* sum, T* value)                           \
  {                                                                                                          \
    withWidth(b.width, [&](auto w) HWY_ATTR { encode<decltype(w)::value>(b, v, top, sum, value); });         \
  }                                                                                                          \
  void decode##Suffix(const HeadBlock<T>& b, const T* z, T* y, T* logSum, std::int64_t logStride)            \
  {                                                                                                          \
    withWidth(b.width, [&](auto w) HWY_ATTR { decode<decltype(w)::value>(b, z, y, logSum, logStride); });    \
  }                                                                                                          \
  void latentGradient##Suffix(                                                                               \
    const HeadBlock<T>& b, const T* dy, const T* logSum, std::int64_t logStride, T* dz)                      \
  {                                                                                                          \
    withWidth(                                                                                               \
      b.width, [&](auto w) HWY_ATTR { latentGradient<decltype(w)::value>(b, dy, logSum, logStride, dz); });  \
  }                                                                                                          \
  void gradient##Suffix(const HeadBlock<T>& b, const GradientInputs<T>& in, T* dk, T* dv, T* dq)             \
  {                                                                                                          \
    withWidth(b.width, [&](auto w) HWY_ATTR { gradient<decltype(w)::value>(b, in, dk, dv, dq); });           \
  }

FLARE_MIX_ENTRIES(float, Float)
FLARE_MIX_ENTRIES(double, Double)
#undef FLARE_MIX_ENTRIES
}
}
HWY_AFTER_NAMESPACE();
#endif
