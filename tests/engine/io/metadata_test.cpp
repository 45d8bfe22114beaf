#include "io/metadata.h"

#include "io/expect_error.h"
#include "io/sample_model.h"

#include <functional>
#include <set>

namespace flare::io
{
namespace
{
using Json = nlohmann::json;

const std::vector<std::string> jsonKeys = { "architecture", "inputs", "outputs", "normalisation", "training",
  "envelope" };

// What is written is all there is to a description, so that equal texts mean equal descriptions; the parts
// that have an operator are compared by it as well.
TEST(Metadata, EveryNumberComesBackExactly)
{
  const auto info = test::sampleInfo();
  const auto metadata = toMetadata(info);
  const auto back = fromMetadata(metadata, "file");
  EXPECT_EQ(toMetadata(back), metadata);
  EXPECT_TRUE(back.architecture == info.architecture);
  EXPECT_TRUE(back.encoding == info.encoding);
  EXPECT_TRUE(back.signature == info.signature);
  EXPECT_EQ(back.signature.inputs[1].componentNames, info.signature.inputs[1].componentNames);
  EXPECT_EQ(back.signature.inputs[0].unit, "m");
  EXPECT_EQ(back.signature.parameters[0].unit, "m/s");
  EXPECT_EQ(back.normalisation.inputs.mean, info.normalisation.inputs.mean);
  EXPECT_EQ(back.normalisation.inputs.scale, info.normalisation.inputs.scale);
  EXPECT_EQ(back.normalisation.targets.mean, info.normalisation.targets.mean);
  EXPECT_EQ(back.normalisation.targets.scale, info.normalisation.targets.scale);
  EXPECT_TRUE(back.normalisation.coordinateScalePerAxis);
  EXPECT_EQ(back.envelope.minimum, info.envelope.minimum);
  EXPECT_EQ(back.envelope.maximum, info.envelope.maximum);
  EXPECT_EQ(back.training.seed, info.training.seed);
  EXPECT_EQ(back.training.stepsPlanned, info.training.stepsPlanned);
  EXPECT_EQ(back.training.recipe.timeBudget, 1.0 / 3.0);
  EXPECT_EQ(back.training.history[1].fieldErrors[1], 1.0 / 3.0);
  EXPECT_EQ(back.training.meshFingerprint, info.training.meshFingerprint);
  EXPECT_EQ(back.training.latentDoublings, info.training.latentDoublings);
  EXPECT_EQ(back.training.recipe.latentDoublings, info.training.recipe.latentDoublings);
  EXPECT_EQ(back.training.spectraEvery, info.training.spectraEvery);
  EXPECT_EQ(back.training.spectraCase, info.training.spectraCase);
  EXPECT_EQ(back.training.spectraEpochs, info.training.spectraEpochs);
}

TEST(Metadata, UnknownErrorsAreNullInTheFileAndNanHere)
{
  const auto metadata = toMetadata(test::sampleInfo());
  EXPECT_TRUE(Json::parse(metadata.at("training"))["history"][0]["validation_error"].is_null());
  EXPECT_TRUE(std::isnan(fromMetadata(metadata, "file").training.history[0].validationError));
}

TEST(Metadata, ArchitectureHasThePublishedNamesAndNothingElse)
{
  auto info = test::sampleInfo();
  info.architecture.sharedLatents = false;
  const auto written = Json::parse(toMetadata(info).at("architecture"));
  std::set<std::string> names;
  for (const auto& item : written.items())
  {
    names.insert(item.key());
  }
  const std::set<std::string> published = { "in_dim", "out_dim", "channel_dim", "num_blocks", "num_heads",
    "act", "rmsnorm", "out_proj_norm", "num_layers_in_out_proj", "attn_scale", "num_latents",
    "num_layers_k_proj", "num_layers_v_proj", "k_proj_mlp_ratio", "v_proj_mlp_ratio", "num_layers_ffn",
    "ffn_mlp_ratio", "qk_norm" };
  EXPECT_EQ(names, published);
}

// Calls visit(pointer) for every member of every object within, lists looked into at their first entry.
void forEachMember(const Json& value, const Json::json_pointer& place,
  const std::function<void(const Json::json_pointer&)>& visit)
{
  if (value.is_object())
  {
    for (const auto& item : value.items())
    {
      visit(place / item.key());
      forEachMember(item.value(), place / item.key(), visit);
    }
  }
  else if (value.is_array() && !value.empty())
  {
    forEachMember(value[0], place / 0, visit);
  }
}

TEST(Metadata, EveryMissingOrMistypedKeyIsNamed)
{
  const auto metadata = toMetadata(test::sampleInfo());
  int tried = 0;
  for (const auto& key : jsonKeys)
  {
    const auto whole = Json::parse(metadata.at(key));
    forEachMember(whole, Json::json_pointer(),
      [&](const Json::json_pointer& place)
      {
        const auto member = place.back();
        if (member == "channels" && place.parent_pointer().empty())
        {
          return; // for other readers; not read
        }
        auto changed = metadata;
        auto without = whole;
        without[place.parent_pointer()].erase(member);
        changed[key] = without.dump();
        // What files of earlier versions do not have may be missing.
        const std::set<std::string> later = { "shared_latents", "start_fingerprint", "spectra_every",
          "latent_doublings" };
        if (later.count(member) == 0)
        {
          const auto missing = test::errorOf([&] { fromMetadata(changed, "some/file"); });
          EXPECT_THAT(missing, testing::HasSubstr("'" + member + "' is missing"));
          EXPECT_THAT(missing, testing::HasSubstr("'some/file', metadata '" + key + "'"));
        }
        // A type that none of them has. Objects are named by their place.
        auto mistyped = whole;
        mistyped[place] = Json::array({ Json::array() });
        changed[key] = mistyped.dump();
        const auto wrong = test::errorOf([&] { fromMetadata(changed, "some/file"); });
        EXPECT_THAT(wrong, testing::HasSubstr("'" + member + "'"));
        EXPECT_THAT(wrong, testing::HasSubstr("'some/file'"));
        ++tried;
      });
    auto changed = metadata;
    changed.erase(key);
    EXPECT_ERROR(fromMetadata(changed, "some/file"),
      "'some/file' is not a whole model file: its metadata lack '" + key + "'");
    changed[key] = "[1, 2]";
    EXPECT_ERROR(fromMetadata(changed, "some/file"), "metadata '" + key + "': a JSON object is expected");
    changed[key] = metadata.at(key).substr(0, metadata.at(key).size() - 1);
    EXPECT_ERROR(fromMetadata(changed, "some/file"), "not valid JSON");
    changed[key] = "{\"x\":" + std::string(100000, '[');
    EXPECT_ERROR(fromMetadata(changed, "some/file"), "nests deeper");
  }
  EXPECT_GT(tried, 60);
}

struct Change
{
  const char* key;
  const char* place;
  Json value;
  const char* reason;
};

TEST(Metadata, ContradictionsAreNamed)
{
  const std::vector<Change> changes = {
    { "architecture", "/in_dim", 4, "contradicts itself" },
    { "architecture", "/act", "relu", "'gelu' or 'silu', not 'relu'" },
    { "architecture", "/num_blocks", 1.5, "whole number" },
    { "architecture", "/num_layers_ffn", std::int64_t{ 1 } << 40, "whole number" },
    { "architecture", "/rmsnorm", 1, "true or false" },
    { "inputs", "/association", "edges", "'points' or 'cells'" },
    { "inputs", "/fields/0/components", 0, "whole number from 1" },
    { "inputs", "/fields/0/components", 4000000000u, "whole number from 1" },
    { "inputs", "/fields/1/component_names", Json::array({ "X" }), "one per component" },
    { "inputs", "/encoding/octaves", -1, "whole number" },
    { "normalisation", "/inputs/mean", Json::array({ 1.0 }), "has 1 numbers, but there are" },
    { "normalisation", "/targets/scale/0", -1.0, "negative" },
    { "normalisation", "/targets/scale/0", nullptr, "list of numbers" },
    { "envelope", "/minimum", Json::array({ 1.0 }), "one number per input channel" },
    { "training", "/seed", -1, "from 0 on" },
    { "training", "/recipe/optimizer", "sgd", "'muon' or 'adamw'" },
  };
  for (const auto& change : changes)
  {
    auto metadata = toMetadata(test::sampleInfo());
    auto value = Json::parse(metadata.at(change.key));
    value[Json::json_pointer(change.place)] = change.value;
    metadata[change.key] = value.dump();
    EXPECT_ERROR(fromMetadata(metadata, "file"), change.reason) << change.place;
  }
}

TEST(Metadata, FormatAndVersionAreChecked)
{
  const auto check = [](Metadata metadata, const char* expected) { checkFormat(metadata, "file", expected); };
  EXPECT_NO_THROW(check({ { "format", "paraflare" }, { "version", "1" } }, modelFormat));
  EXPECT_ERROR(check({}, modelFormat), "not a ParaFLARE model: its metadata name no format");
  EXPECT_ERROR(check({}, modelFormat), "flare import");
  EXPECT_ERROR(check({ { "format", "pt" } }, modelFormat), "its format is 'pt'");
  EXPECT_ERROR(
    check({ { "format", "paraflare-dataset" }, { "version", "1" } }, modelFormat), "it is a data set");
  EXPECT_ERROR(check({ { "format", "paraflare" }, { "version", "1" } }, dataSetFormat), "it is a model");
  EXPECT_ERROR(check({ { "format", "paraflare" }, { "version", "2" } }, modelFormat), "Update ParaFLARE");
  for (const auto* version : { "", "0", "-1", "one", "99999999999999999999" })
  {
    EXPECT_ERROR(check({ { "format", "paraflare" }, { "version", version } }, modelFormat), "which version");
  }
  EXPECT_ERROR(check({ { "format", "paraflare" } }, modelFormat), "which version");
}
}
}
