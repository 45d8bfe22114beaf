#include "ops/mix.h"

#include "gpu_test.h"
#include "mix_problem.h"
#include "relative_error.h"
#include "threaded_communicator.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>

// tests/engine/cuda/check_mix.py has the kernels' own grid of shapes; here it is the operator that the engine
// calls. Skipped where there is no GPU.
namespace flare
{
namespace
{
using test::MixProblem;
using test::MixResult;
using test::relativeError;
using torch::Tensor;

using MixCuda = test::GpuKernelTest;

MixProblem onGpu(const MixProblem& p, torch::ScalarType type)
{
  const auto move = [&](const Tensor& t) { return t.to(torch::kCUDA, type); };
  return { move(p.q), move(p.k), move(p.v), move(p.dy), p.scale };
}

MixResult mixOnGpu(const MixProblem& p, torch::ScalarType type, const Segments& segments)
{
  return test::differentiate(onGpu(p, type), type,
    [&](const Tensor& q, const Tensor& k, const Tensor& v) { return ops::mix(q, k, v, p.scale, segments); });
}

// The problem as it is after narrowing, so that only the operator's own rounding is measured.
MixProblem narrowed(const MixProblem& p, torch::ScalarType type)
{
  const auto round = [&](const Tensor& t) { return t.to(type).to(torch::kFloat64); };
  return { round(p.q), round(p.k), round(p.v), round(p.dy), p.scale };
}

// u of the type that weights, values and results are rounded to, once each: 3 u. Scores and exponentials have
// float32's (for double: double's) rounding, 2^-22 with the GPU's approximate powers of two, magnified by the
// terms of a score. Gradients come from two differences of such results: 4 times that.
double gpuBound(const MixProblem& p, torch::ScalarType type, bool gradient)
{
  const double u = type == torch::kHalf       ? 0x1p-11
                   : type == torch::kBFloat16 ? 0x1p-8
                   : type == torch::kFloat32  ? 0x1p-24
                                              : 0x1p-53;
  const double terms =
    p.scale * p.q.abs().max().item<double>() * p.k.abs().max().item<double>() * p.q.size(2);
  const double arithmetic = type == torch::kFloat64 ? 0x1p-53 : 0x1p-22;
  return (3.0 * u + arithmetic * (8.0 * std::max(1.0, terms) + 16.0)) * (gradient ? 4.0 : 1.0);
}

void expectReference(const MixResult& r, const MixProblem& p, torch::ScalarType type)
{
  const auto expected = test::reference(p);
  EXPECT_TRUE(relativeError(r.y, expected.y) <= gpuBound(p, type, false)) << relativeError(r.y, expected.y);
  EXPECT_TRUE(relativeError(r.dq, expected.dq) <= gpuBound(p, type, true))
    << relativeError(r.dq, expected.dq);
  EXPECT_TRUE(relativeError(r.dk, expected.dk) <= gpuBound(p, type, true))
    << relativeError(r.dk, expected.dk);
  EXPECT_TRUE(relativeError(r.dv, expected.dv) <= gpuBound(p, type, true))
    << relativeError(r.dv, expected.dv);
}

const torch::ScalarType types[] = { torch::kHalf, torch::kBFloat16, torch::kFloat32, torch::kFloat64 };

TEST_F(MixCuda, AgreesWithTheReference)
{
  const std::int64_t shapes[][4] = { { 2, 5, 4, 2 }, { 3, 17, 5, 63 }, { 8, 64, 8, 1031 },
    { 2, 130, 7, 2049 }, { 1, 1500, 8, 131 }, { 2, 33, 32, 300 }, { 2, 12, 128, 333 } };
  for (const auto& s : shapes)
  {
    for (const auto type : types)
    {
      SCOPED_TRACE(testing::Message() << s[0] << " x " << s[1] << " x " << s[2] << ", " << s[3] << " points, "
                                      << torch::toString(type));
      const double scale = 2.0 / static_cast<double>(s[2]);
      const auto p = narrowed(test::makeMixProblem(s[0], s[1], s[2], s[3], 1.0, scale), type);
      const auto device = onGpu(p, type);
      EXPECT_EQ(ops::mixBackend(device.q, device.k, Segments::single(s[3])), ops::Backend::Cuda);
      expectReference(mixOnGpu(p, type, Segments::single(s[3])), p, type);
    }
  }
}

TEST_F(MixCuda, GradientsAgreeWithFiniteDifferences)
{
  const auto p = test::makeMixProblem(2, 3, 2, 5, 0.8);
  const auto segments = Segments::single(5);
  test::expectFiniteDifferences(mixOnGpu(p, torch::kFloat64, segments), p,
    [&](const Tensor& q, const Tensor& k, const Tensor& v)
    {
      const auto d = onGpu({ q, k, v, p.dy, p.scale }, torch::kFloat64);
      return ops::mix(d.q, d.k, d.v, p.scale, segments).cpu();
    });
}

TEST_F(MixCuda, SegmentsAreMeshesOfTheirOwn)
{
  const auto p = test::makeMixProblem(2, 12, 8, 150, 0.9);
  const Segments segments{ { 0, 40, 40, 149, 150 }, nullptr, {} };
  const auto r = mixOnGpu(p, torch::kFloat64, segments);
  test::expectMeshesOfTheirOwn(
    r, p, segments, gpuBound(p, torch::kFloat64, false), gpuBound(p, torch::kFloat64, true));
}

TEST_F(MixCuda, RunsAreEqualBitForBit)
{
  const auto p = test::makeMixProblem(8, 128, 8, 5000, 1.0);
  for (const auto type : types)
  {
    const auto one = mixOnGpu(p, type, Segments::single(5000));
    const auto two = mixOnGpu(p, type, Segments::single(5000));
    EXPECT_TRUE(torch::equal(one.y, two.y) && torch::equal(one.dq, two.dq) && torch::equal(one.dk, two.dk) &&
                torch::equal(one.dv, two.dv))
      << torch::toString(type);
  }
}

// What autocast leaves: queries in float32, keys and values narrow.
TEST_F(MixCuda, TakesQueriesOfAnotherType)
{
  const auto p = narrowed(test::makeMixProblem(4, 40, 8, 700, 1.0), torch::kBFloat16);
  const auto q = p.q.to(torch::kCUDA, torch::kFloat32).requires_grad_(true);
  const auto k = p.k.to(torch::kCUDA, torch::kBFloat16), v = p.v.to(torch::kCUDA, torch::kBFloat16);
  const auto y = ops::mix(q, k, v, p.scale, Segments::single(700));
  y.backward(p.dy.to(torch::kCUDA, torch::kBFloat16));
  EXPECT_EQ(y.scalar_type(), torch::kBFloat16);
  EXPECT_EQ(q.grad().scalar_type(), torch::kFloat32);
  const auto expected = test::reference(p);
  EXPECT_TRUE(relativeError(y, expected.y) <= gpuBound(p, torch::kBFloat16, false));
  EXPECT_TRUE(relativeError(q.grad(), expected.dq) <= gpuBound(p, torch::kBFloat16, true));
}

TEST_F(MixCuda, LeavesWhatItDoesNotTakeToTheComposition)
{
  const auto p = test::makeMixProblem(1, 7, 130, 50, 1.0, 0.1); // wider than 128
  const auto device = onGpu(p, torch::kFloat64);
  EXPECT_EQ(ops::mixBackend(device.q, device.k, Segments::single(50)), ops::Backend::Streamed);
  expectReference(mixOnGpu(p, torch::kFloat64, Segments::single(50)), p, torch::kFloat64);
  test::ThreadedRanks::run(2,
    [&](const std::shared_ptr<Communicator>& communicator)
    {
      const auto shared = onGpu(test::makeMixProblem(2, 5, 4, 9, 1.0), torch::kFloat32);
      EXPECT_EQ(
        ops::mixBackend(shared.q, shared.k, Segments::single(9, communicator.get())), ops::Backend::Streamed);
    });
}
}
}
