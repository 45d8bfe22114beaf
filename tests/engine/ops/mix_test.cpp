#include "ops/mix.h"

#include "mix_problem.h"
#include "relative_error.h"
#include "threaded_communicator.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

namespace flare
{
namespace
{
using test::differentiate;
using test::makeMixProblem;
using test::MixProblem;
using test::MixResult;
using test::reference;
using test::relativeError;
using torch::Tensor;

MixResult streamed(const MixProblem& p, torch::ScalarType type, const Segments& segments)
{
  return differentiate(p, type,
    [&](const Tensor& q, const Tensor& k, const Tensor& v) { return ops::mix(q, k, v, p.scale, segments); });
}

// A softmax weight differs by 2(D+2) u max|terms of S| + 4u (rounding of a score of D terms, of its
// difference to the maximum, exp and the division). Both softmaxes enter y, and each sum over n terms of
// random sign adds about sqrt(n) u; in a gradient three products follow each other and two terms of equal
// size are subtracted: 8 times that covers it.
double bound(const MixProblem& p, torch::ScalarType type, bool gradient)
{
  const double u = type == torch::kFloat64 ? 1.2e-16 : 6e-8;
  const double terms =
    p.scale * p.q.abs().max().item<double>() * p.k.abs().max().item<double>() * p.q.size(2);
  const double weight = 2.0 * (2.0 * (p.q.size(2) + 2) * std::max(1.0, terms) / p.q.size(2) + 4.0);
  const double sums =
    std::sqrt(static_cast<double>(p.k.size(0))) + std::sqrt(static_cast<double>(p.q.size(1)));
  return (weight + sums) * u * (gradient ? 8.0 : 1.0);
}

void expectEqual(const MixResult& a, const MixResult& b, const MixProblem& p, torch::ScalarType type)
{
  EXPECT_TRUE(relativeError(a.y, b.y) <= bound(p, type, false)) << relativeError(a.y, b.y);
  EXPECT_TRUE(relativeError(a.dk, b.dk) <= bound(p, type, true)) << relativeError(a.dk, b.dk);
  EXPECT_TRUE(relativeError(a.dv, b.dv) <= bound(p, type, true)) << relativeError(a.dv, b.dv);
  EXPECT_TRUE(relativeError(a.dq, b.dq) <= bound(p, type, true)) << relativeError(a.dq, b.dq);
}

struct MixShape
{
  std::int64_t heads, latents, width, points;
};

class MixShapes : public testing::TestWithParam<MixShape>
{
};

TEST_P(MixShapes, AgreesWithTheReferenceForwardAndBackward)
{
  const auto s = GetParam();
  const auto p = makeMixProblem(s.heads, s.latents, s.width, s.points, 0.8);
  const auto expected = reference(p);
  for (const auto type : { torch::kFloat64, torch::kFloat32 })
  {
    expectEqual(streamed(p, type, Segments::single(s.points)), expected, p, type);
  }
}

// Points beyond one block of the partition (at least 64 or 512), odd everything.
INSTANTIATE_TEST_SUITE_P(OddShapes, MixShapes,
  testing::Values(MixShape{ 2, 5, 4, 2 }, MixShape{ 3, 17, 5, 63 }, MixShape{ 1, 64, 8, 65 },
    MixShape{ 8, 64, 8, 1031 }, MixShape{ 2, 130, 7, 2049 }, MixShape{ 4, 3, 16, 300 },
    MixShape{ 1, 1500, 4, 131 }, MixShape{ 2, 33, 1, 40 }, MixShape{ 3, 20, 32, 777 },
    MixShape{ 1, 9, 100, 530 }, MixShape{ 2, 7, 12, 1025 },
    // wider than the CPU kernel takes: the streamed composition
    MixShape{ 1, 7, 130, 50 }, MixShape{ 2, 2000, 129, 300 }));

TEST(Mix, OneLatentReturnsTheWeightedMeanEverywhere)
{
  const auto p = makeMixProblem(2, 1, 4, 37, 1.0);
  const auto r = streamed(p, torch::kFloat64, Segments::single(37));
  expectEqual(r, reference(p), p, torch::kFloat64);
  EXPECT_TRUE(relativeError(r.y, r.y.narrow(0, 0, 1).expand_as(r.y)) <= 1e-15);
}

TEST(Mix, OnePointReturnsItsValue)
{
  const auto p = makeMixProblem(2, 9, 4, 1, 1.0);
  const auto r = streamed(p, torch::kFloat64, Segments::single(1));
  EXPECT_TRUE(relativeError(r.y, p.v) <= 1e-15);
  // The mixer of one point is the identity on v whatever q and k are: their gradients vanish. Both are
  // differences of terms of size |dy v| <= 10 D.
  EXPECT_TRUE(r.dq.abs().max().item<double>() <= 1e-13);
  EXPECT_TRUE(r.dk.abs().max().item<double>() <= 1e-13);
  EXPECT_TRUE(relativeError(r.dv, p.dy) <= 1e-14);
}

TEST(Mix, ScoresOfTenThousandNeitherOverflowNorLosePrecisionInDouble)
{
  auto p = makeMixProblem(2, 6, 4, 90, 1.0, 1.0);
  p.q *= 1e4 / (p.q.abs().max() * p.k.abs().max() * 4);
  const auto expected = reference(p);
  const auto r = streamed(p, torch::kFloat64, Segments::single(90));
  expectEqual(r, expected, p, torch::kFloat64);
  const auto narrow = streamed(p, torch::kFloat32, Segments::single(90));
  EXPECT_TRUE(narrow.y.isfinite().all().item<bool>());
  EXPECT_TRUE(narrow.dq.isfinite().all().item<bool>());
}

TEST(Mix, SegmentsAreMeshesOfTheirOwnAndEmptyOnesTakeNoPart)
{
  const auto p = makeMixProblem(2, 12, 4, 150, 0.9);
  const Segments segments{ { 0, 40, 40, 149, 150 }, nullptr, {} };
  const auto r = streamed(p, torch::kFloat64, segments);
  test::expectMeshesOfTheirOwn(
    r, p, segments, bound(p, torch::kFloat64, false), bound(p, torch::kFloat64, true));
}

TEST(Mix, GradientsAgreeWithFiniteDifferences)
{
  const auto p = makeMixProblem(2, 3, 2, 5, 0.8);
  const auto segments = Segments::single(5);
  test::expectFiniteDifferences(streamed(p, torch::kFloat64, segments), p,
    [&](const Tensor& q, const Tensor& k, const Tensor& v) { return ops::mix(q, k, v, p.scale, segments); });
}

TEST(Mix, RunsAreEqualBitForBit)
{
  const auto p = makeMixProblem(4, 48, 8, 3000, 1.0);
  const auto one = streamed(p, torch::kFloat32, Segments::single(3000));
  const auto two = streamed(p, torch::kFloat32, Segments::single(3000));
  EXPECT_TRUE(torch::equal(one.y, two.y));
  EXPECT_TRUE(torch::equal(one.dq, two.dq));
  EXPECT_TRUE(torch::equal(one.dk, two.dk));
  EXPECT_TRUE(torch::equal(one.dv, two.dv));
}

TEST(Mix, RanksThatHoldPartsOfAMeshGiveTheSerialResult)
{
  const auto p = makeMixProblem(2, 11, 4, 210, 0.9);
  const auto expected = reference(p);
  const std::int64_t first[] = { 0, 0, 60 }, count[] = { 0, 60, 150 }; // rank 0 is empty
  Tensor y = torch::empty_like(p.k), dk = torch::empty_like(p.k), dq = torch::zeros_like(p.q);
  std::mutex mutex;
  test::ThreadedRanks::run(3,
    [&](std::shared_ptr<Communicator> c)
    {
      const auto f = first[c->rank()], n = count[c->rank()];
      const MixProblem part{ p.q, p.k.narrow(0, f, n), p.v.narrow(0, f, n), p.dy.narrow(0, f, n), p.scale };
      const auto r = streamed(part, torch::kFloat64, Segments::single(n, c.get()));
      std::lock_guard<std::mutex> lock(mutex);
      y.narrow(0, f, n).copy_(r.y);
      dk.narrow(0, f, n).copy_(r.dk);
      dq += r.dq;
    });
  EXPECT_TRUE(relativeError(y, expected.y) <= bound(p, torch::kFloat64, false));
  EXPECT_TRUE(relativeError(dk, expected.dk) <= bound(p, torch::kFloat64, true));
  EXPECT_TRUE(relativeError(dq, expected.dq) <= bound(p, torch::kFloat64, true));
}
}
}
