#include "flare/mixing.h"

#include "flare/error.h"
#include "io/expect_error.h"
#include "reference/spectrum.h"
#include "spectrum/head_problem.h"
#include "spectrum/head_routes.h"
#include "spectrum/small_model.h"
#include "threaded_communicator.h"

#include <gtest/gtest.h>

#include <optional>

namespace flare
{
namespace
{
using namespace test;
using spectrum::HeadRoutes;
using torch::Tensor;

Tensor tensor(const std::vector<double>& values)
{
  return torch::tensor(values, torch::dtype(torch::kFloat64));
}

HeadRoutes routesOf(const HeadProblem& head)
{
  return HeadRoutes(head.q, head.k, head.scale);
}

// head_routes.cpp: an entry of P or R is within 2 delta + (8 + M) u, one of W within twice that, relative; so
// is the dense oracle's.
double relativeBound(const HeadProblem& head)
{
  const double delta = static_cast<double>(head.q.size(1) + 2) * unitRoundoff * scoreMagnitude(head);
  return 2.0 * (4.0 * delta + (16.0 + 2.0 * static_cast<double>(head.latents())) * unitRoundoff);
}

// Entries below the smallest normal double have lost digits.
void expectClose(const Tensor& found, const Tensor& wanted, double relative)
{
  ASSERT_EQ(found.sizes(), wanted.sizes());
  EXPECT_TRUE(((found - wanted).abs() <= relative * wanted + 1e-300).all().item<bool>())
    << ((found - wanted).abs() / wanted).max();
}

std::optional<Mixing> prepare(const Small& small, const Case& c, std::int64_t block,
  std::shared_ptr<Communicator> communicator = serialCommunicator())
{
  std::optional<Mixing> kept;
  const bool finished = forEachMixing(
    *small.model, c, Device::Cpu, block, small.precise, [&](Mixing mixing) { kept = std::move(mixing); },
    communicator);
  return finished ? std::move(kept) : std::nullopt;
}

class Route : public testing::TestWithParam<std::tuple<std::int64_t, std::int64_t, double>>
{
};

TEST_P(Route, RowsAndColumnsAreThoseOfTheDenseSoftmaxes)
{
  const auto [latents, points, size] = GetParam();
  const auto head = makeHead(latents, points, size);
  const auto routes = routesOf(head);
  const auto sums = routes.logRowSums({}, *serialCommunicator());
  const auto w = reference::mixingOperator(head.q, head.k, head.scale);
  const auto encode = torch::softmax(head.scores(), 1), decode = torch::softmax(head.scores().t(), 1);
  const double bound = relativeBound(head);
  for (const auto n : { std::int64_t{ 0 }, points / 2, points - 1 })
  {
    const auto loads = routes.decodeSum(torch::tensor({ n }));
    expectClose(loads, decode[n], bound);
    expectClose(routes.encodeFrom(loads, sums), w[n], bound);
  }
  expectClose(routes.decodeSum(torch::arange(points)), decode.sum(0), bound); // of positive numbers
  for (const auto m : { std::int64_t{ 0 }, latents - 1 })
  {
    auto only = torch::zeros({ latents }, torch::kFloat64);
    only[m] = 1.0;
    expectClose(routes.encodeFrom(only, sums), encode[m], bound);
    expectClose(routes.decodeColumn(m), decode.select(1, m), bound);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Route,
  testing::Values(std::tuple(1, 1, 4.0), std::tuple(1, 7, 4.0), std::tuple(3, 1, 4.0), std::tuple(16, 7, 4.0),
    std::tuple(130, 200, 4.0), std::tuple(16, 1500, 4.0), std::tuple(300, 1000, 4.0),
    std::tuple(16, 200, 1e2), std::tuple(5, 200, 1e4)));

// Left and right vectors that were computed in another way: W v = lambda v and l^T W = lambda l^T.
TEST(Mixing, RowsActOnModesAsTheOperatorDoes)
{
  Small small;
  const auto c = makeCase(small.x);
  const auto found = modes(*small.model, c, Device::Cpu, 2, 1, 3, small.precise);
  const auto routes = prepare(small, c, 2);
  ASSERT_TRUE(routes);
  for (const std::int64_t n : { 0, 17, 89 })
  {
    const auto row = tensor(routes->row({ n }, 1));
    EXPECT_NEAR(row.sum().item<double>(), 1.0, 1e-12); // 90 terms, each within 1e3 u
    for (std::size_t i = 0; i < 3; ++i)
    {
      const auto v = tensor(found.right[i]);
      // The mode's own error, 1e3 u over its distance from the others and over sigma.
      EXPECT_NEAR((row * v).sum().item<double>(), found.eigenvalues[i] * v[n].item<double>(), 1e-9);
    }
  }
}

TEST(Mixing, ModesAreThoseOfASinglePass)
{
  Small small;
  const auto c = makeCase(small.x);
  const auto mixing = prepare(small, c, 2);
  const auto one = mixing->modes(1, 4), other = modes(*small.model, c, Device::Cpu, 2, 1, 4, small.precise);
  EXPECT_EQ(one.block, 2);
  EXPECT_EQ(one.head, 1);
  EXPECT_EQ(one.eigenvalues, other.eigenvalues);
  EXPECT_EQ(one.right, other.right);
  EXPECT_EQ(one.left, other.left);
  EXPECT_EQ(mixing->latents(), 12);

  const auto later = mixing->modes(1, 2, 2);
  ASSERT_EQ(later.right.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i)
  {
    // The same sums over latents, up to their order.
    EXPECT_TRUE(largestDifference(tensor(later.right[i]), tensor(one.right[i + 2])) <= 1e3 * unitRoundoff);
    EXPECT_TRUE(largestDifference(tensor(later.left[i]), tensor(one.left[i + 2])) <= 1e3 * unitRoundoff);
  }
  EXPECT_TRUE(mixing->modes(1, 2, 12).right.empty()) << "there are 12 latents";
  EXPECT_ERROR(mixing->modes(1, 2, -1), "count from 0");
}

TEST(Mixing, SeveralPointsAndAllHeads)
{
  Small small;
  const auto routes = prepare(small, makeCase(small.x), 1);
  const auto mean = 0.5 * (tensor(routes->row({ 3 }, 0)) + tensor(routes->row({ 40 }, 0)));
  EXPECT_TRUE(largestDifference(tensor(routes->row({ 3, 40 }, 0)), mean) <= 1e3 * unitRoundoff);
  const auto sum = tensor(routes->row({ 3 }, 0)) + tensor(routes->row({ 3 }, 1));
  EXPECT_TRUE(largestDifference(tensor(routes->row({ 3 }, -1)), sum) <= 1e3 * unitRoundoff);
  EXPECT_NEAR(tensor(routes->latentsOf({ 3 }, 1)).sum().item<double>(), 1.0, 1e-13);
  EXPECT_NEAR(tensor(routes->encodeWeights(1, 11)).sum().item<double>(), 1.0, 1e-12);
  // What a latent says to a point is that point's share of the latent.
  EXPECT_NEAR(routes->decodeWeights(1, 11)[3], routes->latentsOf({ 3 }, 1)[11], 1e3 * unitRoundoff);
}

TEST(Mixing, PartsOnThreeRanksGiveTheWhole)
{
  const Small small;
  const auto whole = prepare(small, makeCase(small.x), 2);
  const auto row = whole->row({ 50 }, -1);
  const auto encode = whole->encodeWeights(0, 5), decode = whole->decodeWeights(0, 5);
  const std::vector<std::int64_t> bounds{ 0, 40, 40, 90 }; // the second rank has no points
  ThreadedRanks::run(3,
    [&](std::shared_ptr<Communicator> communicator)
    {
      const auto rank = communicator->rank();
      const auto first = bounds[rank];
      const auto part = makeCase(small.x.slice(0, first, bounds[rank + 1]));
      const auto routes = prepare(small, part, 2, communicator);
      // The point is the third rank's tenth.
      const auto mine =
        routes->row(rank == 2 ? std::vector<std::int64_t>{ 10 } : std::vector<std::int64_t>(), -1);
      const auto listens = routes->encodeWeights(0, 5), speaks = routes->decodeWeights(0, 5);
      ASSERT_EQ(mine.size(), static_cast<std::size_t>(bounds[rank + 1] - first));
      for (std::size_t n = 0; n < mine.size(); ++n)
      {
        // Scores of a few units after three blocks whose sums ran in another order.
        EXPECT_NEAR(mine[n], row[first + n], 1e3 * unitRoundoff);
        EXPECT_NEAR(listens[n], encode[first + n], 1e3 * unitRoundoff);
        EXPECT_NEAR(speaks[n], decode[first + n], 1e3 * unitRoundoff);
      }
      // One rank's mistake is everyone's error.
      EXPECT_THROW(routes->row({ rank == 0 ? 1000 : 0 }, 0), Error);
      EXPECT_THROW(routes->row({}, 0), Error);
    });
}

TEST(Mixing, PointsOfOthersTakeNoPartButGetValues)
{
  const Small small;
  const auto whole = prepare(small, makeCase(small.x), 1);
  auto c = makeCase(torch::cat({ small.x.slice(0, 0, 10), small.x }));
  const std::vector<unsigned char> owned = []
  {
    std::vector<unsigned char> marks(100, 1);
    std::fill_n(marks.begin(), 10, 0);
    return marks;
  }();
  c.owned = ArrayView{ owned.data(), ScalarType::UInt8, 100, 1, {} };
  const auto routes = prepare(small, c, 1);
  const auto row = tensor(routes->row({ 30 }, 0));
  EXPECT_TRUE(largestDifference(row.slice(0, 10), tensor(whole->row({ 20 }, 0))) <= 1e3 * unitRoundoff);
  EXPECT_TRUE(largestDifference(row.slice(0, 0, 10), row.slice(0, 10, 20)) <= 1e3 * unitRoundoff);
}

TEST(Mixing, ScoresThatAreNotFiniteAreNoticed)
{
  Small small;
  auto impl = std::make_shared<Model::Impl>(small.model->impl());
  auto& latents = impl->state.at("blocks.1.att.latent_q");
  latents = torch::full_like(latents, std::nan(""));
  small.model = std::make_unique<Model>(impl);
  const auto broken = prepare(small, makeCase(small.x), 1);
  const std::string text = "case 'fixture': the attention scores of block 1, head 0 are not finite";
  EXPECT_ERROR(broken->row({ 0 }, 0), text);
  EXPECT_ERROR(broken->row({ 0 }, -1), text);
  EXPECT_ERROR(broken->latentsOf({ 0 }, 0), text);
  EXPECT_ERROR(broken->encodeWeights(0, 1), text);
  EXPECT_ERROR(broken->decodeWeights(0, 1), text);
}

TEST(Mixing, SaysWhatDoesNotExist)
{
  Small small;
  const auto c = makeCase(small.x);
  EXPECT_ERROR(prepare(small, c, 3), "blocks 0 to 2");
  const auto routes = prepare(small, c, 0);
  EXPECT_ERROR(routes->row({ 0 }, 2), "heads 0 to 1");
  EXPECT_ERROR(routes->encodeWeights(0, 12), "latents 0 to 11");
  EXPECT_ERROR(routes->decodeWeights(-1, 0), "heads 0 to 1");
  EXPECT_ERROR(routes->row({ 90 }, 0), "points 0 to 89");
  EXPECT_ERROR(routes->row({}, 0), "no point is chosen");
  small.precise.progress = [](double) { return false; };
  EXPECT_FALSE(prepare(small, c, 2));
}
}
}
