#include "flare/spectrum.h"
#include "model_impl.h"

#include "flare/error.h"
#include "flare/import.h"
#include "io/expect_error.h"
#include "io/safetensors.h"
#include "spectrum/head_problem.h"
#include "spectrum/small_model.h"
#include "threaded_communicator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace flare
{
namespace
{
using namespace test;
using testing::HasSubstr;
using torch::Tensor;

// A folder of fixtures/flare_py: a checkpoint of the published code and the spectra it must have.
struct Fixture
{
  explicit Fixture(const std::string& name)
    : folder(std::string(FLARE_FIXTURES) + "/flare_py/" + name)
    , expected(io::SafetensorsFile::open(folder + "/expected.safetensors"))
  {
  }

  Tensor tensor(const std::string& name) const
  {
    const auto& view = expected.tensors().at(name);
    return torch::from_blob(const_cast<void*>(view.data), view.shape, torch::dtype(torch::kFloat64)).clone();
  }

  Signature signature() const
  {
    Signature signature;
    const auto channels = tensor("x").size(2);
    if (channels > 3)
    {
      signature.inputs = { FieldSpec{ "extra", static_cast<int>(channels - 3), {}, "", false } };
    }
    signature.targets = { FieldSpec{ "y", static_cast<int>(tensor("y64").size(2)), {}, "", false } };
    return signature;
  }

  Model model(const std::string& file = "model.safetensors", ImportWeights weights = ImportWeights::Raw) const
  {
    ImportOptions options;
    options.signature = signature();
    options.weights = weights;
    return importCheckpoint(folder + "/" + file, options);
  }

  std::string folder;
  io::SafetensorsFile expected;
};

// blocks x heads x M
Tensor table(const std::vector<HeadSpectrum>& spectra, at::IntArrayRef shape)
{
  std::vector<Tensor> rows;
  for (const auto& head : spectra)
  {
    rows.push_back(torch::tensor(head.eigenvalues, torch::dtype(torch::kFloat64)));
  }
  return torch::stack(rows).view(shape);
}

void expectSpectra(
  const Fixture& fixture, const Model& model, const std::string& prefix, const std::string& x)
{
  const auto c = makeCase(fixture.tensor(x)[0]);
  const auto expected = fixture.tensor(prefix + "eigenvalues");
  SpectrumOptions options;
  const auto single = table(spectra(model, c, Device::Cpu, options), expected.sizes());
  options.precision = SpectrumPrecision::Precise;
  const auto precise = table(spectra(model, c, Device::Cpu, options), expected.sizes());
  // What is asked of the engine: 1e-4 where the network's float32 rounding meets scores of up to 200, 1e-11
  // in double, where scores of 200 carry 1e-13 and the two ways to sum another 1e-13.
  EXPECT_TRUE(largestDifference(single, expected) <= 1e-4) << fixture.folder << " " << prefix;
  EXPECT_TRUE(largestDifference(precise, expected) <= 1e-11) << fixture.folder << " " << prefix;
}

TEST(Spectra, PublishedCheckpoints)
{
  for (const std::string name : { "", "variant_norms", "variant_ratios", "variant_linear" })
  {
    const Fixture fixture(name);
    expectSpectra(fixture, fixture.model(), "", "x");
    expectSpectra(fixture, fixture.model(), "scaled.", "scaled.x");
  }
}

TEST(Spectra, TrainersSnapshot)
{
  const Fixture fixture("snapshot");
  expectSpectra(fixture, fixture.model("model.pt"), "", "x");
  expectSpectra(fixture, fixture.model("model.pt", ImportWeights::Ema), "ema.", "x");
}

// Every latent_q times 8, exact in float32: scores up to 200, where exp overflows in float32.
TEST(Spectra, SharpScores)
{
  const Fixture fixture("");
  const auto model = fixture.model();
  auto impl = std::make_shared<Model::Impl>(model.impl());
  for (auto& [name, tensor] : impl->state)
  {
    if (name.find("latent_q") != std::string::npos)
    {
      tensor = tensor * fixture.tensor("sharp.latent_factor").item<double>();
    }
  }
  expectSpectra(fixture, Model(impl), "sharp.", "x");
}

TEST(Spectra, ChoosesBlocksAndHeads)
{
  Small small;
  const auto c = makeCase(small.x);
  const auto all = spectra(*small.model, c, Device::Cpu, small.precise);
  ASSERT_EQ(all.size(), 6u);
  small.precise.block = 1;
  const auto block = spectra(*small.model, c, Device::Cpu, small.precise);
  ASSERT_EQ(block.size(), 2u);
  small.precise.head = 1;
  const auto head = spectra(*small.model, c, Device::Cpu, small.precise);
  ASSERT_EQ(head.size(), 1u);
  EXPECT_EQ(head[0].block, 1);
  EXPECT_EQ(head[0].head, 1);
  EXPECT_EQ(head[0].eigenvalues, all[3].eigenvalues);
  EXPECT_EQ(block[0].eigenvalues, all[2].eigenvalues);
}

TEST(Spectra, ModesHaveTheSpectrumsEigenvalues)
{
  Small small;
  const auto c = makeCase(small.x);
  const auto all = spectra(*small.model, c, Device::Cpu, small.precise);
  const auto found = modes(*small.model, c, Device::Cpu, 2, 1, 4, small.precise);
  EXPECT_EQ(found.block, 2);
  EXPECT_EQ(found.head, 1);
  ASSERT_EQ(found.eigenvalues.size(), 4u);
  ASSERT_EQ(found.right.size(), 4u);
  ASSERT_EQ(found.left[3].size(), 90u);
  for (std::size_t i = 0; i < 4; ++i)
  {
    // The solvers with and without vectors: backward stable, 8 M u each.
    EXPECT_TRUE(std::abs(found.eigenvalues[i] - all[5].eigenvalues[i]) <= 200.0 * unitRoundoff);
  }
}

TEST(Spectra, OutOfRangeSaysTheRange)
{
  Small small;
  const auto c = makeCase(small.x);
  SpectrumOptions options;
  options.block = 3;
  EXPECT_ERROR(spectra(*small.model, c, Device::Cpu, options), "blocks 0 to 2");
  options = {};
  options.head = 7;
  EXPECT_ERROR(spectra(*small.model, c, Device::Cpu, options), "heads 0 to 1");
  EXPECT_ERROR(modes(*small.model, c, Device::Cpu, -1, 0, 4), "blocks 0 to 2");
  EXPECT_ERROR(modes(*small.model, c, Device::Cpu, 0, 0, 0), "at least 1");
}

TEST(Spectra, ScoresThatOverflowNameTheHead)
{
  Small small;
  auto impl = std::make_shared<Model::Impl>(small.model->impl());
  auto& latents = impl->state.at("blocks.1.att.latent_q");
  latents = torch::full_like(latents, std::nan(""));
  const auto c = makeCase(small.x);
  try
  {
    spectra(Model(impl), c, Device::Cpu);
    FAIL();
  }
  catch (const Error& error)
  {
    EXPECT_THAT(error.what(), HasSubstr("block 1, head 0"));
    EXPECT_THAT(error.what(), HasSubstr("fixture"));
  }
}

TEST(Spectra, ProgressRisesToOneAndStops)
{
  Small small;
  const auto c = makeCase(small.x);
  std::vector<double> seen;
  small.precise.progress = [&](double done)
  {
    seen.push_back(done);
    return true;
  };
  EXPECT_EQ(spectra(*small.model, c, Device::Cpu, small.precise).size(), 6u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.back(), 1.0);
  small.precise.progress = [&](double done) { return done < 0.5; };
  EXPECT_TRUE(spectra(*small.model, c, Device::Cpu, small.precise).empty());
  EXPECT_TRUE(modes(*small.model, c, Device::Cpu, 2, 0, 3, small.precise).right.empty());
}

TEST(Spectra, PartsOnThreeRanksGiveTheWhole)
{
  const Small small;
  const auto whole = spectra(*small.model, makeCase(small.x), Device::Cpu, small.precise);
  const auto vectors = modes(*small.model, makeCase(small.x), Device::Cpu, 2, 0, 3, small.precise);
  const std::vector<std::int64_t> bounds{ 0, 40, 40, 90 }; // the second rank has no points
  ThreadedRanks::run(3,
    [&](std::shared_ptr<Communicator> communicator)
    {
      const auto first = bounds[communicator->rank()];
      const auto part = makeCase(small.x.slice(0, first, bounds[communicator->rank() + 1]));
      const auto values = spectra(*small.model, part, Device::Cpu, small.precise, communicator);
      ASSERT_EQ(values.size(), whole.size());
      for (std::size_t h = 0; h < values.size(); ++h)
      {
        for (std::size_t i = 0; i < 12; ++i)
        {
          // Scores of a few units after three blocks whose sums ran in another order: 1e3 u at most.
          EXPECT_TRUE(std::abs(values[h].eigenvalues[i] - whole[h].eigenvalues[i]) <= 1e3 * unitRoundoff);
        }
      }
      const auto found = modes(*small.model, part, Device::Cpu, 2, 0, 3, small.precise, communicator);
      // The same over the eigenvalue's distance from its neighbours and over sigma, under the weights.
      const auto& lambda = vectors.eigenvalues;
      const double gap = std::min(lambda[0] - lambda[1], lambda[1] - lambda[2]);
      const double bound = 1e3 * unitRoundoff / (gap * std::sqrt(lambda[1]));
      for (std::size_t n = 0; n < found.right[1].size(); ++n)
      {
        const double difference = found.right[1][n] - vectors.right[1][first + n];
        EXPECT_TRUE(std::sqrt(found.left[0][n]) * std::abs(difference) <= bound) << gap << " " << lambda[1];
      }
    });
}

TEST(Spectra, OneRankStoppingStopsAll)
{
  const Small small;
  ThreadedRanks::run(2,
    [&](std::shared_ptr<Communicator> communicator)
    {
      auto options = small.precise;
      options.progress = [&](double) { return communicator->rank() == 0; };
      const auto part =
        makeCase(small.x.slice(0, 45 * communicator->rank(), 45 * (communicator->rank() + 1)));
      EXPECT_TRUE(spectra(*small.model, part, Device::Cpu, options, communicator).empty());
    });
}
}
}
