#include "spectrum/modes.h"

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
using torch::Tensor;

HeadModes modesOf(const HeadProblem& head, int count, Communicator& communicator = *serialCommunicator(),
  const Tensor& owned = {})
{
  spectrum::GramStream stream(head.q, head.scale);
  stream.add(owned.defined() ? head.k.index_select(0, owned) : head.k);
  const auto gram = stream.finish(communicator);
  const auto latent = spectrum::latentModes(gram, count, communicator);
  return spectrum::pointModes(gram, latent, head.q, head.k, head.scale, owned, communicator);
}

Tensor table(const std::vector<std::vector<double>>& rows)
{
  std::vector<Tensor> tensors;
  for (const auto& row : rows)
  {
    tensors.push_back(torch::tensor(row, torch::dtype(torch::kFloat64)));
  }
  return torch::stack(tensors);
}

// The largest |W v - lambda v| of every mode over the largest |v|: W's rows are averages, so that rounding
// of W itself adds only a few u.
Tensor residuals(const HeadProblem& head, const HeadModes& modes)
{
  const auto w = reference::mixingOperator(head.q, head.k, head.scale);
  const auto v = table(modes.right);
  const auto lambda = torch::tensor(modes.eigenvalues, v.options()).unsqueeze(1);
  return (v.matmul(w.t()) - lambda * v).abs().amax(1) / v.abs().amax(1);
}

// eigenvalueBound is the absolute error of B B^T's eigenpairs, eps. A vector's norm is
// u^T B B^T u / lambda: eps / lambda for the smallest eigenvalue that is looked at.
double vectorBound(const HeadProblem& head, const HeadModes& modes)
{
  return eigenvalueBound(head) / modes.eigenvalues.back();
}

class Modes : public testing::TestWithParam<std::pair<std::int64_t, std::int64_t>>
{
};

TEST_P(Modes, AreBiorthogonalEigenvectors)
{
  const auto head = makeHead(GetParam().first, GetParam().second, 4.0);
  const auto modes = modesOf(head, 6);
  const auto dense = reference::spectrum(head.q, head.k, head.scale);
  const auto count = static_cast<std::int64_t>(modes.eigenvalues.size());
  const auto offered = (dense.eigenvalues >= 1e-10).sum().item<std::int64_t>();
  EXPECT_EQ(count, std::min<std::int64_t>(6, offered));
  const auto v = table(modes.right), l = table(modes.left);
  const auto eye = torch::eye(count, v.options());
  const double bound = vectorBound(head, modes);
  EXPECT_TRUE(largestDifference((v * dense.weights).matmul(v.t()), eye) <= bound);
  EXPECT_TRUE(largestDifference(l.matmul(v.t()), eye) <= bound);
  // e^{c} spreads over less than e^16 here: what is within the bound under the weights is within e^8 of it
  // everywhere.
  EXPECT_TRUE(residuals(head, modes).max().item<double>() <= std::exp(8.0) * bound);
  EXPECT_TRUE(largestDifference(l, v * dense.weights) <= bound);
}

TEST_P(Modes, MatchTheOraclesVectorsUpToSign)
{
  const auto head = makeHead(GetParam().first, GetParam().second, 4.0);
  const auto modes = modesOf(head, 4);
  const auto dense = reference::spectrum(head.q, head.k, head.scale);
  const auto v = table(modes.right);
  for (std::int64_t i = 1; i < v.size(0); ++i)
  {
    double gap = modes.eigenvalues[i - 1] - modes.eigenvalues[i];
    if (i + 1 < dense.eigenvalues.size(0))
    {
      gap = std::min(gap, modes.eigenvalues[i] - dense.eigenvalues[i + 1].item<double>());
    }
    const auto inner = (v[i] * dense.weights * dense.right[i]).sum();
    const auto difference = v[i] - inner.sign() * dense.right[i];
    // An eigenvector turns by the matrix's error over the gap; / sigma, from u to v. Both sides have it.
    const double bound = 2.0 * eigenvalueBound(head) / (gap * std::sqrt(modes.eigenvalues[i]));
    EXPECT_TRUE((dense.weights * difference.square()).sum().sqrt().item<double>() <= bound) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Modes,
  testing::Values(std::pair(1, 1), std::pair(1, 7), std::pair(3, 1), std::pair(3, 2), std::pair(16, 7),
    std::pair(16, 1000), std::pair(130, 200)));

TEST(ModesConvention, ConstantFirstAndLargestComponentPositive)
{
  const auto head = makeHead(16, 200, 4.0);
  const auto modes = modesOf(head, 5);
  EXPECT_EQ(modes.eigenvalues[0], 1.0);
  EXPECT_TRUE((table(modes.right)[0] == 1.0).all().item<bool>());
  for (const auto& v : table(modes.right).unbind(0))
  {
    EXPECT_TRUE(v[v.abs().argmax()].item<double>() > 0.0);
  }
  // The weights add up to 1: N + a few roundings.
  EXPECT_TRUE(std::abs(table(modes.left)[0].sum().item<double>() - 1.0) <= eigenvalueBound(head));
}

TEST(ModesConvention, NothingBelowTheThresholdIsOffered)
{
  auto head = makeHead(16, 200, 1.0);
  head.q.zero_();
  EXPECT_EQ(modesOf(head, 5).right.size(), 1u);
}

// The solver mixes u_0 into the u of a mode by eps over the distance of their eigenvalues, here at least 1,
// and v carries that times sigma_0 / sigma.
TEST(ModesConvention, SmallModesStayOrthogonalToTheConstant)
{
  const auto head = makeHead(16, 200, 1.0, 2);
  const auto modes = modesOf(head, 16);
  EXPECT_TRUE(modes.eigenvalues.back() < 1e-8);
  const auto weights = table(modes.left)[0];
  for (std::size_t i = 1; i < modes.right.size(); ++i)
  {
    const double inner = (weights * table(modes.right)[static_cast<std::int64_t>(i)]).sum().item<double>();
    EXPECT_TRUE(std::abs(inner) <= eigenvalueBound(head) / std::sqrt(modes.eigenvalues[i])) << i;
  }
}

// An antisymmetric mode has two components of largest magnitude: the first point's decides.
TEST(ModesConvention, TiesGoToTheFirstPoint)
{
  const auto eye = torch::eye(2, torch::dtype(torch::kFloat64));
  const HeadProblem head{ 3.0 * eye, eye, 1.0 };
  const auto modes = modesOf(head, 2);
  EXPECT_TRUE(modes.right[1][0] > 0.0 && modes.right[1][1] < 0.0);
}

// Points of weight e^-80 and less, where an eigen-solver's rounding would be the largest thing to be seen.
// Above its threshold of 1e-7 a component of u carries eps, and so z has eps / 1e-7 of its largest
// component; below, T z = lambda z is solved. W averages, so that this is also the residual's bound.
TEST(ModesSharp, LightPointsAreEigenvectorsToo)
{
  for (const double size : { 40.0, 80.0, 150.0 })
  {
    const auto head = makeHead(16, 200, size);
    const auto c = torch::logsumexp(head.scores(), 0);
    EXPECT_TRUE((c.max() - c.min()).item<double>() > 0.5 * size);
    const auto modes = modesOf(head, 4);
    const double bound = eigenvalueBound(head) / 1e-7 / modes.eigenvalues.back();
    EXPECT_TRUE(residuals(head, modes).max().item<double>() <= bound) << size << residuals(head, modes);
  }
}

TEST(ModesSharp, NothingOverflows)
{
  for (const double size : { 1e3, 1e4 })
  {
    for (const std::int64_t latents : { 3, 16, 130 })
    {
      const auto modes = modesOf(makeHead(latents, 200, size), 8);
      EXPECT_TRUE(torch::isfinite(table(modes.right)).all().item<bool>());
      EXPECT_TRUE(torch::isfinite(table(modes.left)).all().item<bool>());
    }
  }
}

// N - 1 equal eigenvalues: any basis of their space would do, but the same one must come out whichever way
// rounding falls.
TEST(ModesDegenerate, TheBasisDependsOnTheSpaceAlone)
{
  const std::int64_t n = 40;
  const auto eye = torch::eye(n, torch::dtype(torch::kFloat64));
  const HeadProblem head{ 3.0 * eye, eye, 1.0 };
  const auto order = torch::randperm(n, at::make_generator<at::CPUGeneratorImpl>(5));
  const auto before = table(modesOf(head, 6).right);
  const auto modes = modesOf({ head.q, head.k.index_select(0, order), 1.0 }, 6);
  const auto after = table(modes.right);
  // The space turns by eps over its gap of about 1 - 0.1; signs follow the first of equal points, which
  // the permutation changes.
  const double bound = 10.0 * eigenvalueBound(head) / modes.eigenvalues.back();
  EXPECT_TRUE(largestDifference(before.index_select(1, order).abs(), after.abs()) <= bound);
  const HeadProblem permuted{ head.q, head.k.index_select(0, order), 1.0 };
  EXPECT_TRUE(residuals(permuted, modes).max().item<double>() <= bound);
}

TEST(ModesParallel, PartsGiveTheWholesVectors)
{
  const auto head = makeHead(16, 1000, 6.0);
  const std::vector<std::int64_t> bounds{ 0, 300, 300, 1000 };
  std::vector<HeadModes> parts(3);
  ThreadedRanks::run(3,
    [&](std::shared_ptr<Communicator> communicator)
    {
      const auto rank = communicator->rank();
      const HeadProblem part{ head.q, head.k.slice(0, bounds[rank], bounds[rank + 1]), head.scale };
      parts[rank] = modesOf(part, 4, *communicator);
    });
  const auto whole = modesOf(head, 4);
  const auto right = torch::cat({ table(parts[0].right), table(parts[2].right) }, 1);
  const auto left = torch::cat({ table(parts[0].left), table(parts[2].left) }, 1);
  // Gaps of the leading eigenvalues are above 1e-3 (seeded), weights spread over less than e^24.
  const double bound = 1e3 * std::exp(12.0) * eigenvalueBound(head);
  EXPECT_TRUE(largestDifference(right, table(whole.right)) <= bound);
  EXPECT_TRUE(largestDifference(left, table(whole.left)) <= bound);
}

TEST(ModesParallel, PointsOfOthersTakeNoPartButGetValues)
{
  const auto head = makeHead(16, 50, 4.0);
  const auto whole = modesOf(head, 4);
  const auto repeated = HeadProblem{ head.q, torch::cat({ head.k.slice(0, 0, 10), head.k }), head.scale };
  const auto modes = modesOf(repeated, 4, *serialCommunicator(), torch::arange(10, 60));
  const auto v = table(modes.right), l = table(modes.left);
  // The same sums over the same points in the same order: the same bits.
  EXPECT_TRUE(torch::equal(v.slice(1, 10), table(whole.right)));
  EXPECT_TRUE(torch::equal(l.slice(1, 10), table(whole.left)));
  // A row of the same numbers at another place of the block: a few roundings.
  EXPECT_TRUE(largestDifference(v.slice(1, 0, 10), v.slice(1, 10, 20)) <= vectorBound(head, modes));
}
}
}
