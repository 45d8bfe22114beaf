#include "train/muon.h"

#include "relative_error.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <vector>

namespace flare::train
{
namespace
{
using test::relativeError;
using Matrix = std::vector<std::vector<double>>;

constexpr double muonPrecision = 1.1e-16; // of double

Matrix zeros(std::size_t rows, std::size_t columns)
{
  return Matrix(rows, std::vector<double>(columns, 0.0));
}

Matrix transposed(const Matrix& a)
{
  auto t = zeros(a[0].size(), a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
  {
    for (std::size_t j = 0; j < a[0].size(); ++j)
    {
      t[j][i] = a[i][j];
    }
  }
  return t;
}

Matrix product(const Matrix& a, const Matrix& b)
{
  auto c = zeros(a.size(), b[0].size());
  for (std::size_t i = 0; i < a.size(); ++i)
  {
    for (std::size_t k = 0; k < b.size(); ++k)
    {
      for (std::size_t j = 0; j < b[0].size(); ++j)
      {
        c[i][j] += a[i][k] * b[k][j];
      }
    }
  }
  return c;
}

// The definition, written out.
Matrix newtonSchulz(Matrix x)
{
  const bool tall = x.size() > x[0].size();
  x = tall ? transposed(x) : x;
  double squares = 0.0;
  for (const auto& row : x)
  {
    for (const auto value : row)
    {
      squares += value * value;
    }
  }
  for (auto& row : x)
  {
    for (auto& value : row)
    {
      value /= std::sqrt(squares) + 1e-7;
    }
  }
  for (int step = 0; step < 5; ++step)
  {
    const auto a = product(x, transposed(x));
    auto polynomial = product(a, a);
    for (std::size_t i = 0; i < a.size(); ++i)
    {
      for (std::size_t j = 0; j < a.size(); ++j)
      {
        polynomial[i][j] = -4.775 * a[i][j] + 2.0315 * polynomial[i][j];
      }
    }
    const auto change = product(polynomial, x);
    for (std::size_t i = 0; i < x.size(); ++i)
    {
      for (std::size_t j = 0; j < x[0].size(); ++j)
      {
        x[i][j] = 3.4445 * x[i][j] + change[i][j];
      }
    }
  }
  return tall ? transposed(x) : x;
}

torch::Tensor draw(at::IntArrayRef shape, std::uint64_t seed)
{
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  return torch::randn(shape, generator, torch::dtype(torch::kFloat64));
}

Matrix matrix(const torch::Tensor& t)
{
  auto m = zeros(t.size(0), t.size(1));
  for (std::int64_t i = 0; i < t.size(0); ++i)
  {
    for (std::int64_t j = 0; j < t.size(1); ++j)
    {
      m[i][j] = t[i][j].item<double>();
    }
  }
  return m;
}

torch::Tensor tensor(const Matrix& m)
{
  std::vector<double> values;
  for (const auto& row : m)
  {
    values.insert(values.end(), row.begin(), row.end());
  }
  return torch::tensor(values, torch::kFloat64)
    .view({ static_cast<std::int64_t>(m.size()), static_cast<std::int64_t>(m[0].size()) });
}

// A small singular value grows by up to 3.4445 a step, and its rounding with it: 3.4445^5 = 485.
constexpr double growth = 485.0;

TEST(Muon, OrthogonalisesEveryMatrixOfAStackByTheDefinition)
{
  const std::int64_t shapes[][2] = { { 1, 1 }, { 1, 4 }, { 5, 3 }, { 3, 5 }, { 7, 7 }, { 33, 16 } };
  for (const auto& shape : shapes)
  {
    const auto stack = draw({ 3, shape[0], shape[1] }, 7 + shape[0]);
    const auto result = orthogonalised(stack);
    ASSERT_EQ(result.sizes(), stack.sizes());
    for (int i = 0; i < 3; ++i)
    {
      const double terms = 5.0 * static_cast<double>(2 * shape[0] + shape[1]);
      EXPECT_TRUE(
        relativeError(result[i], tensor(newtonSchulz(matrix(stack[i])))) <= growth * terms * muonPrecision)
        << shape[0] << " x " << shape[1];
    }
  }
}

TEST(Muon, BringsSingularValuesNearOne)
{
  const auto x = orthogonalised(draw({ 4, 24, 64 }, 3));
  const auto values = torch::linalg_svdvals(x);
  // The quintic's fixed interval is about 0.68 … 1.13 for values that were not tiny.
  EXPECT_TRUE(values.min().item<double>() >= 0.6);
  EXPECT_TRUE(values.max().item<double>() <= 1.3);
}

TEST(Muon, OfAZeroGradientStaysWhereItIs)
{
  auto weights = draw({ 2, 4, 4 }, 1);
  const auto before = weights.clone();
  auto momentum = torch::zeros_like(weights);
  muon(weights, torch::zeros_like(weights), momentum, 0.1);
  EXPECT_TRUE(torch::equal(weights, before));
}

TEST(Muon, UpdatesAsAPlainLoopInPyTorchDoes)
{
  // w -= lr 0.2 sqrt(3) NS(g + 0.95 b), b = 0.95 b + g, lr = 0.01, in double (PyTorch 2.11).
  const double expected[3][6] = {
    { 0.0011402246339500849, 0.09764300850410168, 0.19728652235227195, 0.30083684961153667,
      0.40111818564433677, 0.50166048685888498 },
    { -0.00099691704220009427, 0.096628273540283569, 0.19864182746121845, 0.29947334687995919,
      0.40097687355617584, 0.5043967740291152 },
    { -0.0038735529882145047, 0.095801368859103939, 0.19695561777551879, 0.2994834803491031,
      0.40152288412522347, 0.50749798355331455 },
  };
  const auto index = torch::arange(6, torch::kFloat64).view({ 1, 3, 2 });
  auto weights = index / 10;
  auto momentum = torch::zeros_like(weights);
  for (int i = 0; i < 3; ++i)
  {
    muon(weights, torch::sin(index * (i + 1) + i), momentum, 0.01);
    const auto row =
      torch::from_blob(const_cast<double*>(expected[i]), { 1, 3, 2 }, torch::dtype(torch::kFloat64));
    EXPECT_TRUE(relativeError(weights, row) <= 3 * growth * 40 * muonPrecision) << "step " << i;
  }
}
}
}
