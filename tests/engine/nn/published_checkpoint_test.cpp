// Outputs and gradients of the published code's checkpoints (tests/fixtures/flare_py/README.md).

#include "flare/import.h"
#include "io/safetensors.h"
#include "io/torch_tensors.h"
#include "nn/flare_model.h"
#include "relative_error.h"

#include <gtest/gtest.h>

#include <string>

namespace flare
{
namespace
{
using test::relativeError;

// The project's bounds for whole networks of random weights: some forty layers, each with an error of a few
// units in the last place of its type, amplified by softmaxes that are far from uniform; a gradient passes
// through all of them twice.
constexpr double outputBound32 = 1e-5, gradientBound32 = 2e-4, bound64 = 1e-12;

class PublishedCheckpoint : public testing::TestWithParam<const char*>
{
protected:
  std::string folder() const { return std::string(FLARE_FIXTURES) + "/flare_py/" + GetParam(); }

  io::SafetensorsFile expected() const
  {
    return io::SafetensorsFile::open(folder() + "/expected.safetensors");
  }

  static torch::Tensor tensor(const io::SafetensorsFile& file, const std::string& name)
  {
    return io::toTensor(file.tensors().at(name));
  }

  Model model(const std::string& file, ImportWeights weights = ImportWeights::Raw) const
  {
    const auto data = expected();
    ImportOptions options;
    options.weights = weights;
    const int extra = static_cast<int>(tensor(data, "x").size(2)) - 3;
    if (extra > 0)
    {
      FieldSpec field;
      field.name = "extra";
      field.components = extra;
      options.signature.inputs = { field };
    }
    FieldSpec target;
    target.name = "y";
    target.components = static_cast<int>(tensor(data, "y64").size(2));
    options.signature.targets = { target };
    return importCheckpoint(folder() + "/" + file, options);
  }

  static torch::Tensor run(nn::FlareModel network, const torch::Tensor& x, torch::ScalarType type)
  {
    return network->forward(x[0].to(type), Segments::single(x.size(1)));
  }
};

TEST_P(PublishedCheckpoint, GivesTheExpectedOutput)
{
  const auto data = expected();
  for (const auto* file : { "model.pt", "model.safetensors" })
  {
    if (std::string(GetParam()) == "snapshot" && std::string(file) == "model.safetensors")
    {
      continue; // the trainer wrote torch.save files only
    }
    for (const std::string prefix : { "", "scaled." })
    {
      if (!data.tensors().count(prefix + "x"))
      {
        continue;
      }
      const auto x = tensor(data, prefix + "x"), y = tensor(data, prefix + "y64")[0];
      const auto wide = nn::instantiate(model(file), torch::kCPU, torch::kFloat64);
      const auto narrow = nn::instantiate(model(file), torch::kCPU, torch::kFloat32);
      EXPECT_TRUE(relativeError(run(wide, x, torch::kFloat64), y) <= bound64) << file << prefix;
      EXPECT_TRUE(relativeError(run(narrow, x, torch::kFloat32), y) <= outputBound32)
        << file << prefix << relativeError(run(narrow, x, torch::kFloat32), y);
    }
  }
}

TEST_P(PublishedCheckpoint, GivesTheExpectedGradients)
{
  const auto data = expected();
  for (const std::string prefix : { "", "scaled." })
  {
    if (!data.tensors().count(prefix + "grad.blocks.0.att.latent_q"))
    {
      continue;
    }
    for (const auto type : { torch::kFloat64, torch::kFloat32 })
    {
      auto network = nn::instantiate(model("model.pt"), torch::kCPU, type);
      for (auto& p : network->parameters())
      {
        p.requires_grad_(true);
      }
      run(network, tensor(data, prefix + "x"), type).square().mean().backward();
      for (const auto& item : network->named_parameters())
      {
        const auto error = relativeError(item.value().grad(), tensor(data, prefix + "grad." + item.key()));
        EXPECT_TRUE(error <= (type == torch::kFloat64 ? bound64 : gradientBound32))
          << prefix << item.key() << " " << error;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllVariants, PublishedCheckpoint,
  testing::Values(".", "variant_norms", "variant_ratios", "variant_linear", "snapshot"),
  [](const auto& info)
  { return std::string(info.param) == "." ? std::string("published") : std::string(info.param); });

class SharpCheckpoint : public PublishedCheckpoint
{
};

// Scores up to 200, where exp overflows in float32.
TEST_P(SharpCheckpoint, GivesTheExpectedOutput)
{
  const auto data = expected();
  const auto factor = tensor(data, "sharp.latent_factor").item<double>();
  for (const auto type : { torch::kFloat64, torch::kFloat32 })
  {
    auto network = nn::instantiate(model("model.pt"), torch::kCPU, type);
    for (auto& item : network->named_parameters())
    {
      if (item.key().find("latent_q") != std::string::npos)
      {
        torch::NoGradGuard guard;
        item.value().mul_(factor);
      }
    }
    const auto error = relativeError(run(network, tensor(data, "x"), type), tensor(data, "sharp.y64")[0]);
    EXPECT_TRUE(error <= (type == torch::kFloat64 ? bound64 : outputBound32)) << error;
  }
}
INSTANTIATE_TEST_SUITE_P(Published, SharpCheckpoint, testing::Values("."));

class SnapshotCheckpoint : public PublishedCheckpoint
{
};

TEST_P(SnapshotCheckpoint, HoldsAveragedWeightsToo)
{
  const auto data = expected();
  const auto network = nn::instantiate(model("model.pt", ImportWeights::Ema), torch::kCPU, torch::kFloat64);
  EXPECT_TRUE(
    relativeError(run(network, tensor(data, "x"), torch::kFloat64), tensor(data, "ema.y64")[0]) <= bound64);
}
INSTANTIATE_TEST_SUITE_P(Published, SnapshotCheckpoint, testing::Values("snapshot"));
}
}
