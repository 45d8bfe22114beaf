#include "ops/gelu.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace flare
{
namespace
{
using torch::Tensor;

double argument(double x)
{
  return std::sqrt(2.0 / std::acos(-1.0)) * (x + 0.044715 * x * x * x);
}

double geluByDefinition(double x)
{
  return 0.5 * x * (1.0 + std::tanh(argument(x)));
}

double slopeByDefinition(double x)
{
  const double t = std::tanh(argument(x));
  const double slopeOfArgument = std::sqrt(2.0 / std::acos(-1.0)) * (1.0 + 3.0 * 0.044715 * x * x);
  return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t) * (1.0 + t) * slopeOfArgument;
}

// 2u is formed with five roundings, exp turns 5 |2u| eps of them into a relative error and adds a few of its
// own; the rest is a division and some products. |x| is the scale for values that the definition, too, loses
// to rounding: 1 + tanh u is wrong by eps.
double geluBound(double x, double eps)
{
  return eps * (8.0 * std::abs(geluByDefinition(x)) + 10.0 * std::abs(argument(x) * geluByDefinition(x)) +
                 std::abs(x));
}

void expectGelu(torch::ScalarType type, std::int64_t count)
{
  const double eps = type == torch::kFloat64 ? 1.2e-16 : 6e-8;
  auto generator = at::make_generator<at::CPUGeneratorImpl>(5 + count);
  const auto x =
    (3.0 * torch::randn({ count }, generator, torch::dtype(torch::kFloat64))).to(type).requires_grad_(true);
  const auto added =
    torch::randn({ count }, generator, torch::dtype(torch::kFloat64)).to(type).requires_grad_(true);
  const auto y = ops::gelu(x), z = ops::addGelu(added, x);
  z.backward(torch::full_like(z, 2.0));
  const auto values = x.detach().to(torch::kFloat64), results = y.detach().to(torch::kFloat64),
             sums = z.detach().to(torch::kFloat64), slopes = x.grad().to(torch::kFloat64),
             plus = added.detach().to(torch::kFloat64);
  for (std::int64_t i = 0; i < count; ++i)
  {
    const double v = values[i].item<double>(), bound = geluBound(v, eps);
    const double g = geluByDefinition(v), a = plus[i].item<double>();
    ASSERT_TRUE(std::abs(results[i].item<double>() - g) <= bound) << v;
    ASSERT_TRUE(std::abs(sums[i].item<double>() - (a + g)) <= bound + 2.0 * eps * std::abs(a + g)) << v;
    // The slope is a sum of two such terms, the second times 2 u' x, which is below 3 |2u| + 2.
    const double slopeBound = eps * (10.0 + 20.0 * std::abs(argument(v)));
    ASSERT_TRUE(std::abs(slopes[i].item<double>() - 2.0 * slopeByDefinition(v)) <= 2.0 * slopeBound) << v;
  }
  EXPECT_TRUE(torch::equal(added.grad(), torch::full_like(added, 2.0)));
  torch::NoGradGuard inference;
  EXPECT_TRUE(torch::equal(ops::gelu(x), y)) << "with and without a graph";
}

TEST(Gelu, FollowsItsDefinition)
{
  for (const auto type : { torch::kFloat32, torch::kFloat64 })
  {
    for (const std::int64_t count : { 1, 7, 33, 2000 })
    {
      expectGelu(type, count);
    }
  }
}

TEST(Gelu, TakesAnyNumber)
{
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> values{ 0.0, -0.0, 1e-30, 60.0, -60.0, 1e30, -1e30, infinity };
  for (const auto type : { torch::kFloat32, torch::kFloat64 })
  {
    const auto x = torch::tensor(values, torch::kFloat64).to(type).requires_grad_(true);
    const auto y = ops::gelu(x);
    y.sum().backward();
    const auto g = y.detach().to(torch::kFloat64), slope = x.grad().to(torch::kFloat64);
    for (std::size_t i = 0; i < values.size(); ++i)
    {
      const auto index = static_cast<std::int64_t>(i);
      const double v = x.detach()[index].to(torch::kFloat64).item<double>();
      EXPECT_EQ(g[index].item<double>(), v > 1.0 ? v : std::abs(v) < 1e-20 ? 0.5 * v : 0.0) << v;
      EXPECT_EQ(slope[index].item<double>(), v > 1.0 ? 1.0 : std::abs(v) < 1e-20 ? 0.5 : 0.0) << v;
    }
    const auto bad = torch::full({ 20 }, std::nan(""), torch::dtype(type));
    EXPECT_TRUE(torch::isnan(ops::gelu(bad)).all().item<bool>()) << "a NaN is not hidden";
  }
  EXPECT_EQ(ops::gelu(torch::empty({ 0, 4 })).numel(), 0);
}

TEST(Gelu, SplitsLongTensorsAmongThreads)
{
  const auto x = torch::randn({ 1001, 130 }, at::make_generator<at::CPUGeneratorImpl>(3));
  const auto parts = torch::cat({ ops::gelu(x.slice(0, 0, 17)), ops::gelu(x.slice(0, 17)) });
  EXPECT_TRUE(torch::allclose(ops::gelu(x), parts, 1e-6, 1e-7));
  EXPECT_TRUE(torch::equal(ops::gelu(x.t()), ops::gelu(x.t().contiguous())));
}
}
}
