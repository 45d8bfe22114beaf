#include "spectrum/gram.h"

#include "flare/error.h"
#include "reference/spectrum.h"
#include "spectrum/head_problem.h"
#include "threaded_communicator.h"

#include <gtest/gtest.h>

#include <cmath>

namespace flare
{
namespace
{
using namespace test;
using spectrum::GramStream;
using torch::Tensor;

Tensor oracle(const HeadProblem& head)
{
  return reference::spectrum(head.q, head.k, head.scale).eigenvalues;
}

TEST(ReferenceSpectrum, AgreesWithTheOperatorItBelongsTo)
{
  const auto head = makeHead(6, 15, 4.0);
  const auto dense = reference::spectrum(head.q, head.k, head.scale);
  const auto w = reference::mixingOperator(head.q, head.k, head.scale);
  const auto [real, order] = torch::real(torch::linalg_eigvals(w)).sort(0, true);
  // W is similar to a symmetric matrix by e^{c/2}, whose condition e^{(max c - min c)/2} a general
  // eigen-solver pays: here below e^4, times 15 u.
  EXPECT_TRUE(largestDifference(real.slice(0, 0, 6), dense.eigenvalues) <= 1e-13);
  EXPECT_TRUE(largestDifference(w.matmul(dense.right.t()), dense.right.t() * dense.eigenvalues) <= 1e-12);
  EXPECT_TRUE(largestDifference(dense.left.matmul(w), dense.left * dense.eigenvalues.unsqueeze(1)) <= 1e-12);
  EXPECT_TRUE(largestDifference(dense.left.matmul(dense.right.t()), torch::eye(6, w.options())) <= 1e-13);
}

struct Shape
{
  std::int64_t latents, points;
};

class Gram : public testing::TestWithParam<Shape>
{
};

TEST_P(Gram, DoubleAgreesWithTheDenseOracle)
{
  for (const double size : { 0.1, 3.0, 40.0 })
  {
    const auto head = makeHead(GetParam().latents, GetParam().points, size);
    const auto values = eigenvaluesOf(gramOf(head));
    EXPECT_EQ(values[0].item<double>(), 1.0);
    const double difference = largestDifference(values, oracle(head));
    EXPECT_TRUE(difference <= eigenvalueBound(head)) << difference << " at scores of " << size;
    const auto beyond = values.slice(0, std::min(head.latents(), head.points()));
    EXPECT_TRUE((beyond == 0.0).all().item<bool>());
  }
}

TEST_P(Gram, FloatFactorsStayWithinTheirRounding)
{
  for (const double size : { 0.1, 3.0, 40.0 })
  {
    const auto head = makeHead(GetParam().latents, GetParam().points, size);
    // Rounding q and k to float moves each product by 2 u32 of its size: less than the promise for float32
    // weights, 2 (D + 2) u32 max sum |s q_d k_d| + 4 u32, twice that for eigenvalues.
    const double u32 = 6e-8;
    const double bound = 2.0 * (2.0 * 7.0 * u32 * scoreMagnitude(head) + 4.0 * u32);
    EXPECT_TRUE(largestDifference(eigenvaluesOf(gramOf(head, torch::kFloat32)), oracle(head)) <= bound)
      << size;
  }
}

TEST_P(Gram, SharpScoresNeitherOverflowNorLoseTheBound)
{
  for (const double size : { 700.0, 1e4 })
  {
    const auto head = makeHead(GetParam().latents, GetParam().points, size);
    const auto gram = gramOf(head);
    EXPECT_TRUE(gram.finite());
    EXPECT_TRUE(torch::isfinite(gram.gram).all().item<bool>());
    EXPECT_TRUE(largestDifference(eigenvaluesOf(gram), oracle(head)) <= eigenvalueBound(head)) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Gram,
  testing::Values(Shape{ 1, 1 }, Shape{ 1, 7 }, Shape{ 3, 1 }, Shape{ 3, 2 }, Shape{ 3, 200 }, Shape{ 16, 7 },
    Shape{ 16, 200 }, Shape{ 16, 1000 }, Shape{ 130, 1 }, Shape{ 130, 2 }, Shape{ 130, 200 },
    Shape{ 130, 1000 }, Shape{ 600, 700 }),
  [](const auto& info)
  { return "M" + std::to_string(info.param.latents) + "N" + std::to_string(info.param.points); });

TEST(GramOperator, IsStochasticAndItsSymmetricFormIsBBt)
{
  const auto head = makeHead(16, 200, 9.0);
  const auto gram = gramOf(head);
  const auto s = head.scores();
  const auto rows = torch::logsumexp(s, 1, true);
  const auto b = torch::exp(s - 0.5 * rows - 0.5 * torch::logsumexp(s, 0, true));
  const double bound = eigenvalueBound(head);
  EXPECT_TRUE(largestDifference(gram.gram, b.matmul(b.t())) <= bound);
  EXPECT_TRUE(largestDifference(gram.transition.sum(1), torch::ones({ 16 }, s.options())) <= bound);
  // A log-sum-exp's absolute error is its argument's plus the sum's relative one.
  EXPECT_TRUE(largestDifference(gram.logSums, rows.squeeze(1)) <= bound);
}

TEST(GramOperator, PiecesOfAnySizeAddUp)
{
  const auto head = makeHead(130, 3000, 12.0);
  GramStream stream(head.q, head.scale);
  std::int64_t first = 0;
  for (const std::int64_t last : { 1, 1, 8, 1500, 2999, 3000 })
  {
    stream.add(head.k.slice(0, first, last));
    first = last;
  }
  const auto values = eigenvaluesOf(stream.finish(*serialCommunicator()));
  EXPECT_TRUE(largestDifference(values, oracle(head)) <= eigenvalueBound(head));
}

// Scores that grow from piece to piece: the running maxima move by hundreds, so that everything before must
// be scaled down each time.
TEST(GramOperator, MaximaThatKeepGrowing)
{
  auto head = makeHead(16, 1000, 900.0);
  const auto order = head.scores().amax(0).argsort();
  head.k = head.k.index_select(0, order);
  GramStream stream(head.q, head.scale);
  for (std::int64_t first = 0; first < 1000; first += 50)
  {
    stream.add(head.k.slice(0, first, first + 50));
  }
  const auto values = eigenvaluesOf(stream.finish(*serialCommunicator()));
  EXPECT_TRUE(largestDifference(values, oracle(head)) <= eigenvalueBound(head));
}

TEST(GramAnalytic, EqualScoresLeaveOnlyTheMean)
{
  auto head = makeHead(16, 200, 1.0);
  head.q.zero_();
  const auto values = eigenvaluesOf(gramOf(head));
  EXPECT_EQ(values[0].item<double>(), 1.0);
  EXPECT_TRUE(values.slice(0, 1).max().item<double>() <= eigenvalueBound(head));
}

// S = t I with M = N: both softmaxes are (J + (e^t - 1) I) / (e^t - 1 + N), J all ones, whose eigenvalues are
// 1 and, N - 1 times, (e^t - 1) / (e^t - 1 + N); W is its square.
TEST(GramAnalytic, ScaledIdentity)
{
  for (const std::int64_t n : { 2, 50, 301 })
  {
    for (const double t : { 0.5, 5.0, 1e4 })
    {
      const auto eye = torch::eye(n, torch::dtype(torch::kFloat64));
      const HeadProblem head{ t * eye, eye, 1.0 };
      const double decay = 1.0 / (1.0 + static_cast<double>(n) / std::expm1(t));
      auto expected = torch::full({ n }, decay * decay, eye.options());
      expected[0] = 1.0;
      EXPECT_TRUE(largestDifference(eigenvaluesOf(gramOf(head)), expected) <= eigenvalueBound(head))
        << n << " " << t;
    }
  }
}

TEST(GramAnalytic, SeparatedClustersEachKeepAConstant)
{
  // Scores are +-900 inside and across the clusters, plus something to mix within each.
  auto head = makeHead(12, 80, 3.0);
  head.scale = 1.0;
  const auto signs = [](std::int64_t count)
  { return torch::where(torch::arange(count) % 2 == 0, 30.0, -30.0).to(torch::kFloat64).unsqueeze(1); };
  head.q = torch::cat({ signs(12), head.q }, 1);
  head.k = torch::cat({ signs(80), head.k }, 1);
  const auto values = eigenvaluesOf(gramOf(head));
  EXPECT_TRUE(std::abs(values[1].item<double>() - 1.0) <= eigenvalueBound(head));
  EXPECT_TRUE(values[2].item<double>() < 0.99);
  EXPECT_TRUE(largestDifference(values, oracle(head)) <= eigenvalueBound(head));
}

TEST(GramSymmetry, OrderOfPointsDoesNotMatter)
{
  auto head = makeHead(16, 1000, 20.0);
  const auto before = eigenvaluesOf(gramOf(head));
  head.k = head.k.flip(0);
  EXPECT_TRUE(largestDifference(eigenvaluesOf(gramOf(head)), before) <= eigenvalueBound(head));
}

TEST(GramSymmetry, RepeatedPointsChangeNothing)
{
  auto head = makeHead(16, 7, 20.0);
  const auto before = eigenvaluesOf(gramOf(head));
  head.k = head.k.repeat({ 3, 1 });
  EXPECT_TRUE(largestDifference(eigenvaluesOf(gramOf(head)), before) <= eigenvalueBound(head));
}

TEST(GramParallel, PartsOnThreeRanksGiveTheWhole)
{
  const auto head = makeHead(16, 1000, 300.0);
  const std::vector<std::int64_t> bounds{ 0, 300, 300, 1000 }; // the second rank has no points
  std::vector<Tensor> values(3);
  ThreadedRanks::run(3,
    [&](std::shared_ptr<Communicator> communicator)
    {
      const auto rank = communicator->rank();
      GramStream stream(head.q, head.scale);
      stream.add(head.k.slice(0, bounds[rank], bounds[rank + 1]));
      const auto gram = stream.finish(*communicator);
      EXPECT_EQ(gram.points, 1000);
      values[rank] = eigenvaluesOf(gram);
    });
  EXPECT_TRUE(largestDifference(values[0], oracle(head)) <= eigenvalueBound(head));
  EXPECT_TRUE(torch::equal(values[0], values[1]) && torch::equal(values[0], values[2]));
}

TEST(GramParallel, NoPointsAnywhereIsAnError)
{
  GramStream stream(torch::zeros({ 3, 2 }), 1.0);
  stream.add(torch::zeros({ 0, 2 }));
  EXPECT_THROW(stream.finish(*serialCommunicator()), Error);
}

TEST(GramInput, ScoresThatAreNotFiniteAreNoticed)
{
  for (const double bad : { std::nan(""), double(INFINITY), -double(INFINITY) })
  {
    auto head = makeHead(16, 300, 1.0);
    head.k[123][2] = bad;
    EXPECT_FALSE(gramOf(head).finite()) << bad;
  }
}
}
}
