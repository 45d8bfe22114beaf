#include "flare/latents.h"

#include "flare/error.h"
#include "flare/predictor.h"
#include "io/expect_error.h"
#include "spectrum/head_problem.h"
#include "spectrum/pivots.h"
#include "spectrum/small_model.h"
#include "threaded_communicator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

namespace flare
{
namespace
{
using namespace test;
using spectrum::pivotsOf;
using testing::HasSubstr;
using torch::Tensor;

Tensor diagonal(const std::vector<double>& values)
{
  return torch::diag(torch::tensor(values, torch::dtype(torch::kFloat64)));
}

TEST(Pivots, TakeTheLargestFirst)
{
  const auto pivots = pivotsOf(diagonal({ 0.25, 1.0, 0.5 }));
  EXPECT_EQ(pivots.order, (std::vector<std::int64_t>{ 1, 2, 0 }));
  EXPECT_EQ(pivots.left, (std::vector<double>{ 1.75, 0.75, 0.25, 0.0 }));
  EXPECT_EQ(pivots.countFor(0.5), 1);
  EXPECT_EQ(pivots.countFor(0.6), 2);
  EXPECT_EQ(pivots.countFor(0.9), 3);
  EXPECT_EQ(pivots.countFor(1.0), 3);
}

TEST(Pivots, RowsOfOneSpanAreNeededOnce)
{
  // Rows 0 and 1 of B are the same, row 2 is orthogonal to them.
  const auto b = torch::tensor({ { 0.6, 0.0 }, { 0.6, 0.0 }, { 0.0, 0.5 } }, torch::dtype(torch::kFloat64));
  const auto pivots = pivotsOf(b.matmul(b.t()));
  EXPECT_EQ(pivots.order[0], 0);
  EXPECT_EQ(pivots.order[1], 2);
  EXPECT_EQ(pivots.countFor(1.0), 2);
}

TEST(Pivots, LeaveWhatIsOutsideOfTheirSpan)
{
  const auto b = torch::randn({ 6, 9 }, at::make_generator<at::CPUGeneratorImpl>(2), torch::kFloat64);
  const auto pivots = pivotsOf(b.matmul(b.t()));
  for (std::int64_t count = 1; count <= 6; ++count)
  {
    const std::vector<std::int64_t> chosen(pivots.order.begin(), pivots.order.begin() + count);
    const auto span = std::get<0>(torch::linalg_qr(b.index_select(0, torch::tensor(chosen)).t()));
    const auto outside = b - b.matmul(span).matmul(span.t());
    // Sums of some 50 numbers of magnitude 1, conditioned like the chosen rows (seeded).
    EXPECT_NEAR(pivots.left[static_cast<std::size_t>(count)], outside.square().sum().item<double>(), 1e-11);
  }
}

HeadSpectrum head(std::int64_t block, std::int64_t number, const std::vector<double>& eigenvalues)
{
  return { block, number, eigenvalues, {} };
}

TEST(SuggestLatents, AsManyAsTheNeediestHeadNeedsInAnyCase)
{
  const std::vector<double> one{ 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0 };
  const std::vector<double> three{ 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0 };
  const std::vector<double> all(8, 0.5);
  const auto found = suggestLatents({ { head(0, 0, one), head(0, 1, one), head(1, 0, all), head(1, 1, one) },
    { head(0, 0, one), head(0, 1, three), head(1, 0, all), head(1, 1, one) } });
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].suggested, 3);
  EXPECT_EQ(found[0].latents, 8);
  EXPECT_EQ(found[0].reason, "of head 1, 3 of 8 modes hold 99.9 % of the energy; of the others at most 1");
  EXPECT_EQ(found[1].suggested, 16);
  EXPECT_THAT(found[1].reason, HasSubstr("more may help"));
  EXPECT_THROW(suggestLatents({}, 0.0), Error);
  EXPECT_TRUE(suggestLatents({}).empty());
}

DataSet dataOf(const Small& small, std::shared_ptr<Communicator> communicator = serialCommunicator(),
  std::int64_t first = 0, std::int64_t last = 90)
{
  Signature signature;
  signature.targets = { FieldSpec{ "p", 1, {}, "", false } };
  DataSet data(signature);
  data.setCommunicator(std::move(communicator));
  for (const double stretch : { 1.0, 1.5 })
  {
    auto c = makeCase(stretch * small.x.slice(0, first, last));
    c.targets = { view(small.x.slice(0, first, last).slice(1, 0, 1)) };
    data.add(c);
  }
  return data;
}

LatentUse useOf(const Model& model, const DataSet& data)
{
  LatentUse use(model, Device::Cpu);
  for (std::size_t i = 0; i < data.size(); ++i)
  {
    EXPECT_TRUE(use.add(data[i], {}, data.communicator()));
  }
  return use;
}

Tensor predictionOf(const Model& model, const Case& c)
{
  Predictor predictor(model, Device::Cpu, Precision::Float64);
  auto values = torch::empty({ c.count(), 1 }, torch::kFloat64);
  predictor.predict(c, { { values.data_ptr(), ScalarType::Float64, c.count(), 1 } });
  return values;
}

// The variants of the latents' memory.
std::vector<Model> variants(const Small& small)
{
  std::vector<Model> models{ *small.model };
  for (const bool shared : { false, true })
  {
    auto info = small.model->info();
    info.architecture.queryKeyNorm = true;
    info.architecture.sharedLatents = shared;
    models.push_back(Model::create(info, 7));
  }
  return models;
}

TEST(GrowLatents, LeavesTheFunctionAsItWas)
{
  const Small small;
  const auto c = makeCase(small.x);
  for (const auto& model : variants(small))
  {
    const auto grown = grow(model);
    EXPECT_EQ(grown.info().architecture.latents, 24);
    EXPECT_TRUE(grown.info().architecture.blockLatents.empty());
    const auto before = predictionOf(model, c), after = predictionOf(grown, c);
    EXPECT_TRUE(largestDifference(after, before) <= 1e-6 * before.abs().max().item<double>())
      << largestDifference(after, before);
    EXPECT_FALSE(torch::equal(after, before)) << "twins are not the same";
    EXPECT_GT(grown.info().parameters, model.info().parameters);
  }
}

TEST(GrowLatents, InSomeBlocks)
{
  const Small small;
  const auto c = makeCase(small.x);
  const auto grown = grow(*small.model, { 1 });
  EXPECT_EQ(grown.info().architecture.blockLatents, (std::vector<std::int64_t>{ 12, 24, 12 }));
  EXPECT_EQ(grown.info().architecture.latentsText(), "12, 24, 12");
  EXPECT_TRUE(largestDifference(predictionOf(grown, c), predictionOf(*small.model, c)) <= 1e-6);
  EXPECT_EQ(grown.fingerprint(), grow(*small.model, { 1 }).fingerprint());
  EXPECT_NE(grown.fingerprint(), grow(*small.model, { 1 }, 2).fingerprint());
  EXPECT_THROW(grow(*small.model, { 3 }), Error);
}

TEST(PruneLatents, TwinsAreNeededOnce)
{
  const Small small;
  const auto c = makeCase(small.x);
  const auto data = dataOf(small);
  for (const auto& model : variants(small))
  {
    const auto back = useOf(grow(model), data).prune(std::vector<std::int64_t>{ 12, 12, 12 });
    EXPECT_EQ(back.info().architecture, model.info().architecture);
    // One of each pair of twins is left, 1e-4 from where the latent was.
    EXPECT_TRUE(largestDifference(predictionOf(back, c), predictionOf(model, c)) <=
                1e-2 * predictionOf(model, c).abs().max().item<double>());
  }
}

TEST(PruneLatents, KeepsTheEnergyInEveryHead)
{
  const Small small;
  const auto data = dataOf(small);
  const auto use = useOf(*small.model, data);
  const auto pruned = use.prune(0.9);
  const auto& a = pruned.info().architecture;
  std::int64_t total = 0;
  for (std::int64_t b = 0; b < 3; ++b)
  {
    EXPECT_GE(a.latentsOf(b), 1);
    EXPECT_LE(a.latentsOf(b), 12);
    total += a.latentsOf(b);
  }
  EXPECT_LT(total, 36);
  EXPECT_THAT(pruned.info().training.notes.back(), HasSubstr("pruned: latents 12 to "));
  // Never fewer than the modes that hold as much of both cases: a subspace of rows is no better than the
  // best.
  const auto spectrum = spectra(*small.model, data[0], Device::Cpu, small.precise);
  EXPECT_GE(use.prune(1.0).info().architecture.latentsOf(2), a.latentsOf(2));
  EXPECT_EQ(use.prune(std::vector<std::int64_t>{ 12, 12, 12 }).fingerprint(), small.model->fingerprint());
  EXPECT_EQ(spectra(pruned, data[0], Device::Cpu, small.precise).front().eigenvalues.size(),
    static_cast<std::size_t>(a.latentsOf(0)));
}

TEST(PruneLatents, IsTheSameOnSplitMeshes)
{
  const Small small;
  const auto whole = useOf(*small.model, dataOf(small)).prune(0.95);
  const std::vector<std::int64_t> bounds{ 0, 40, 40, 90 };
  ThreadedRanks::run(3,
    [&](std::shared_ptr<Communicator> communicator)
    {
      const auto rank = communicator->rank();
      const auto part = dataOf(small, communicator, bounds[rank], bounds[rank + 1]);
      EXPECT_EQ(useOf(*small.model, part).prune(0.95).fingerprint(), whole.fingerprint());
    });
}

TEST(LatentUse, SuggestsFromTheSpectraOfItsCases)
{
  const Small small;
  const auto data = dataOf(small);
  const auto use = useOf(*small.model, data);
  EXPECT_EQ(use.cases(), 2u);
  std::vector<std::vector<HeadSpectrum>> spectraOfCases;
  for (std::size_t i = 0; i < data.size(); ++i)
  {
    spectraOfCases.push_back(spectra(*small.model, data[i], Device::Cpu));
  }
  const auto expected = suggestLatents(spectraOfCases, 0.9), found = use.suggestions(0.9);
  ASSERT_EQ(found.size(), 3u);
  for (std::size_t b = 0; b < found.size(); ++b)
  {
    EXPECT_EQ(found[b].suggested, expected[b].suggested);
    EXPECT_EQ(found[b].latents, 12);
    EXPECT_EQ(found[b].reason, expected[b].reason);
  }
}

// Two cases that alone lead to other latents count alike, whichever comes last.
TEST(LatentUse, LooksAtAllOfItsCases)
{
  const Small small;
  const auto prunedBy = [&](const std::vector<double>& scales)
  {
    LatentUse use(*small.model, Device::Cpu);
    for (const double scale : scales)
    {
      EXPECT_TRUE(use.add(makeCase(scale * small.x)));
    }
    return use.prune(std::vector<std::int64_t>{ 4, 4, 4 }).fingerprint();
  };
  ASSERT_NE(prunedBy({ 1.0 }), prunedBy({ 4.0 }));
  EXPECT_EQ(prunedBy({ 1.0, 4.0 }), prunedBy({ 4.0, 1.0 }));
}

TEST(LatentUse, ACaseThatWasStoppedDoesNotCount)
{
  const Small small;
  const auto data = dataOf(small);
  LatentUse use(*small.model, Device::Cpu);
  ASSERT_TRUE(use.add(data[0]));
  const auto before = use.prune(0.9).fingerprint();
  EXPECT_FALSE(use.add(data[1], [](double part) { return part < 0.5; }));
  EXPECT_EQ(use.cases(), 1u);
  EXPECT_EQ(use.prune(0.9).fingerprint(), before);
  ASSERT_TRUE(use.add(data[1]));
  EXPECT_EQ(use.prune(0.9).fingerprint(), useOf(*small.model, data).prune(0.9).fingerprint());
}

TEST(LatentUse, SaysWhatCannotBe)
{
  const Small small;
  const auto use = useOf(*small.model, dataOf(small));
  using Latents = std::vector<std::int64_t>;
  EXPECT_THAT(errorOf([&] { use.prune(1.5); }), HasSubstr("energy"));
  EXPECT_THAT(errorOf([&] { use.suggestions(0.0); }), HasSubstr("energy"));
  EXPECT_THAT(errorOf([&] { use.prune(Latents{ 3, 3 }); }), HasSubstr("the model has 3"));
  EXPECT_THAT(errorOf([&] { use.prune(Latents{ 3, 13, 3 }); }), HasSubstr("block 1 has 12"));
  EXPECT_THAT(errorOf([&] { use.prune(Latents{ 3, 0, 3 }); }), HasSubstr("keep 1 to 12, not 0"));
  EXPECT_THAT(
    errorOf([&] { LatentUse(*small.model, Device::Cpu).prune(); }), HasSubstr("none has been looked at"));
}

TEST(PrunedOrGrown, UntilItIsTrained)
{
  const Small small;
  EXPECT_FALSE(isPrunedOrGrown(small.model->info()));
  auto info = grow(*small.model).info();
  EXPECT_TRUE(isPrunedOrGrown(info));
  EXPECT_TRUE(isPrunedOrGrown(useOf(*small.model, dataOf(small)).prune().info()));
  info.training.settingsFingerprint = "of a training";
  EXPECT_FALSE(isPrunedOrGrown(info));
}

TEST(BlockLatents, AreKeptInTheFile)
{
  const Small small;
  const auto path =
    (std::filesystem::temp_directory_path() / ("block-latents-" + std::to_string(getpid()))).string();
  const auto grown = grow(*small.model, { 0 });
  grown.save(path);
  const auto loaded = Model::load(path);
  EXPECT_EQ(loaded.info().architecture, grown.info().architecture);
  EXPECT_EQ(loaded.fingerprint(), grown.fingerprint());
  EXPECT_TRUE(torch::equal(predictionOf(loaded, makeCase(small.x)), predictionOf(grown, makeCase(small.x))));
  std::filesystem::remove(path);
  auto wrong = grown.info().architecture;
  wrong.blockLatents.pop_back();
  EXPECT_THROW(wrong.validate(), Error);
}
}
}
