#include "spectrum/similarity.h"

#include "flare/error.h"
#include "spectrum/head_problem.h"
#include "spectrum/small_model.h"
#include "threaded_communicator.h"

#include <gtest/gtest.h>

#include <cmath>

namespace flare
{
namespace
{
using namespace test;
using torch::Tensor;

Tensor similarityOf(const std::vector<HeadProblem>& heads, const std::vector<spectrum::LatentModes>& modes)
{
  std::vector<Tensor> q, k;
  for (const auto& head : heads)
  {
    q.push_back(head.q);
    k.push_back(head.k);
  }
  return spectrum::similarity(
    modes, torch::stack(q), torch::stack(k), heads.front().scale, *serialCommunicator());
}

Tensor similarityOf(const std::vector<HeadProblem>& heads, int count)
{
  std::vector<spectrum::LatentModes> modes;
  for (const auto& head : heads)
  {
    modes.push_back(spectrum::latentModes(gramOf(head), count, *serialCommunicator()));
  }
  return similarityOf(heads, modes);
}

// Each point has one of the two clusters' keys.
HeadProblem twoClusters(const Tensor& second)
{
  const auto eye = torch::eye(2, torch::dtype(torch::kFloat64));
  return { 40.0 * eye, eye.index_select(0, second.to(torch::kInt64)), 1.0 };
}

TEST(Similarity, OfEqualAndOfOrthogonalSpaces)
{
  // Four groups of points: one head tells left from right, one top from bottom, one is the first again with
  // its latents in the other order.
  const auto right = torch::arange(400) % 2 == 1, top = torch::arange(400) >= 200;
  const auto found = similarityOf({ twoClusters(right), twoClusters(top), twoClusters(~right) }, 2);
  const auto wanted =
    torch::tensor({ { 1.0, 0.0, 1.0 }, { 0.0, 1.0, 0.0 }, { 1.0, 0.0, 1.0 } }, torch::kFloat64);
  // Sums over 400 points of magnitude 1.
  EXPECT_TRUE(largestDifference(found, wanted) <= 400.0 * 4.0 * unitRoundoff) << found;
}

TEST(Similarity, AHeadThatHandsOutTheMeanAloneIsLikeNone)
{
  const auto right = torch::arange(40) % 2 == 1;
  auto idle = twoClusters(right);
  idle.q.zero_();
  const auto found = similarityOf({ twoClusters(right), idle }, 2);
  EXPECT_NEAR(found[0][0].item<double>(), 1.0, 1e-13);
  EXPECT_TRUE(std::isnan(found[0][1].item<double>()) && std::isnan(found[1][0].item<double>()) &&
              std::isnan(found[1][1].item<double>()));
}

// The dense way: an orthonormal basis by QR, the angles' cosines by a singular value decomposition.
Tensor basisOf(const HeadModes& modes)
{
  std::vector<Tensor> columns;
  for (std::size_t i = 1; i < modes.right.size(); ++i)
  {
    const auto v = torch::tensor(modes.right[i], torch::dtype(torch::kFloat64));
    columns.push_back(v - v.mean());
  }
  return std::get<0>(torch::linalg_qr(torch::stack(columns, 1)));
}

TEST(Similarity, AgreesWithTheDenseAngles)
{
  Small small;
  small.precise.similarity = true;
  const auto c = makeCase(small.x);
  const auto all = spectra(*small.model, c, Device::Cpu, small.precise);
  small.precise.similarity = false;
  for (const auto& head : all)
  {
    ASSERT_EQ(head.similarity.size(), 2u);
    EXPECT_NEAR(head.similarity[static_cast<std::size_t>(head.head)], 1.0, 1e-6);
    const auto& other = all[static_cast<std::size_t>(head.block * 2 + 1 - head.head)];
    std::vector<Tensor> bases;
    for (const auto& one : { head, other })
    {
      const auto count = static_cast<int>(modesToEnergy(one.eigenvalues, 0.99));
      bases.push_back(
        basisOf(modes(*small.model, c, Device::Cpu, one.block, one.head, count, small.precise)));
    }
    const auto cosines = torch::linalg_svdvals(bases[0].t().matmul(bases[1]));
    // similarity.cpp: a cosine is right to 1e-6.
    EXPECT_NEAR(
      head.similarity[static_cast<std::size_t>(other.head)], cosines.square().mean().item<double>(), 1e-6);
    EXPECT_EQ(head.similarity[static_cast<std::size_t>(other.head)],
      other.similarity[static_cast<std::size_t>(head.head)]);
  }
}

// Modes of sharp heads are of very different size on most points, where many live on few latents.
TEST(Similarity, OfSharpHeads)
{
  for (const double size : { 10.0, 60.0, 300.0 })
  {
    const auto head = makeHead(8, 200, size);
    const HeadProblem other{ head.q, head.k.roll(1, 0), head.scale };
    std::vector<Tensor> bases;
    for (const auto& one : { head, other })
    {
      const auto gram = gramOf(one);
      bases.push_back(
        basisOf(spectrum::pointModes(gram, spectrum::latentModes(gram, 4, *serialCommunicator()), one.q,
          one.k, one.scale, {}, *serialCommunicator())));
    }
    const auto cosines = torch::linalg_svdvals(bases[0].t().matmul(bases[1]));
    const auto found = similarityOf({ head, other }, 4);
    EXPECT_NEAR(found[0][1].item<double>(), cosines.square().mean().item<double>(), 1e-6) << size;
  }
}

// So many modes that their sums are kept for fewer parts of the points: above 1448 in all. The heads have the
// same keys at other points, and so the same modes of their latents.
TEST(Similarity, OfManyModesIsThatOfTwoHeadsAlone)
{
  const auto head = makeHead(160, 701, 60.0);
  const auto modes = spectrum::latentModes(gramOf(head), 160, *serialCommunicator());
  std::vector<HeadProblem> heads;
  while (heads.size() * (modes.eigenvalues.size() - 1) <= 1448)
  {
    heads.push_back({ head.q, head.k.roll(static_cast<std::int64_t>(heads.size()), 0), head.scale });
  }
  ASSERT_LE(heads.size(), 16u);
  const auto found = similarityOf(heads, std::vector<spectrum::LatentModes>(heads.size(), modes));
  const auto alone = similarityOf({ heads.front(), heads.back() }, { modes, modes });
  // similarity.cpp: a cosine is right to 1e-6.
  EXPECT_NEAR(
    found[0][static_cast<std::int64_t>(heads.size()) - 1].item<double>(), alone[0][1].item<double>(), 1e-6);
}

TEST(Similarity, PartsOnThreeRanksGiveTheWhole)
{
  Small small;
  small.precise.similarity = true;
  const auto whole = spectra(*small.model, makeCase(small.x), Device::Cpu, small.precise);
  const std::vector<std::int64_t> bounds{ 0, 40, 40, 90 }; // the second rank has no points
  ThreadedRanks::run(3,
    [&](std::shared_ptr<Communicator> communicator)
    {
      const auto part =
        makeCase(small.x.slice(0, bounds[communicator->rank()], bounds[communicator->rank() + 1]));
      const auto found = spectra(*small.model, part, Device::Cpu, small.precise, communicator);
      ASSERT_EQ(found.size(), whole.size());
      for (std::size_t h = 0; h < found.size(); ++h)
      {
        EXPECT_NEAR(found[h].similarity[0], whole[h].similarity[0], 1e-6);
        EXPECT_NEAR(found[h].similarity[1], whole[h].similarity[1], 1e-6);
      }
    });
}

TEST(Similarity, OfOneHeadAloneIsRefused)
{
  Small small;
  small.precise.similarity = true;
  small.precise.head = 1;
  EXPECT_THROW(spectra(*small.model, makeCase(small.x), Device::Cpu, small.precise), Error);
}
}
}
