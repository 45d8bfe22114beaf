#include "flare/import.h"

#include "io/expect_error.h"
#include "io/import_architecture.h"
#include "io/safetensors.h"
#include "io/sample_model.h"
#include "io/scratch_folder.h"
#include "io/torch_checkpoint.h"
#include "io/torch_tensors.h"

#include <cmath>
#include <functional>

namespace flare
{
namespace
{
using Json = nlohmann::json;
using test::bytesOf;
using test::identical;
using test::writeBytes;
namespace fs = std::filesystem;

const std::string published = std::string(FLARE_FIXTURES) + "/flare_py";

// A signature with the given numbers of channels.
ImportOptions importOptions(int inputs, int outputs)
{
  ImportOptions o;
  if (inputs > 3)
  {
    o.signature.inputs = { { "a", inputs - 3, {}, "", false } };
  }
  o.signature.targets = { { "u", outputs, {}, "", false } };
  return o;
}

struct ImportVariant
{
  const char* folder;
  Architecture architecture;
};

Architecture architectureWith(
  std::int64_t in, std::int64_t out, std::int64_t channels, std::int64_t heads, std::int64_t latents)
{
  Architecture a;
  a.inputs = in;
  a.outputs = out;
  a.channels = channels;
  a.blocks = 2;
  a.heads = heads;
  a.latents = latents;
  return a;
}

std::vector<ImportVariant> importVariants()
{
  auto norms = architectureWith(4, 3, 32, 4, 12);
  norms.norm = Norm::Rms;
  norms.queryKeyNorm = true;
  norms.activation = Activation::Silu;
  auto ratios = architectureWith(5, 1, 24, 3, 9);
  ratios.inOutLayers = 0;
  ratios.attentionScale = 0.3535533905932738;
  ratios.keyLayers = 1;
  ratios.valueLayers = 0;
  ratios.feedForwardLayers = 2;
  ratios.keyRatio = 2.0;
  ratios.valueRatio = 0.5;
  ratios.feedForwardRatio = 1.5;
  auto linear = architectureWith(3, 4, 32, 4, 10);
  linear.inOutLayers = linear.keyLayers = linear.valueLayers = linear.feedForwardLayers = -1;
  linear.outputNorm = false;
  linear.queryKeyNorm = true;
  return { { "", architectureWith(3, 2, 32, 4, 16) }, { "/variant_norms", norms },
    { "/variant_ratios", ratios }, { "/variant_linear", linear } };
}

class Import : public test::ScratchFolder
{
protected:
  // A checkpoint of the defaults' weights with changes, as a safetensors file without metadata.
  std::string weights(const std::function<void(std::map<std::string, io::TensorView>&)>& change)
  {
    const auto file = io::SafetensorsFile::open(published + "/model.safetensors");
    auto tensors = file.tensors();
    change(tensors);
    io::writeSafetensors(path("w.safetensors"), {}, tensors);
    return path("w.safetensors");
  }

  // Imports the defaults' weights under a changed configuration.
  Model under(const Json& change)
  {
    auto config = Json::parse(bytesOf(published + "/config.json"));
    config.merge_patch(change);
    writeBytes(path("changed.json"), config.dump());
    auto o = importOptions(3, 2);
    o.configPath = path("changed.json");
    return importCheckpoint(published + "/model.safetensors", o);
  }
};

TEST_F(Import, EveryVariantHasItsArchitectureAndWeights)
{
  for (const auto& variant : importVariants())
  {
    SCOPED_TRACE(variant.folder);
    const auto& a = variant.architecture;
    const auto o = importOptions(static_cast<int>(a.inputs), static_cast<int>(a.outputs));
    const auto fromTorch = importCheckpoint(published + variant.folder + "/model.pt", o);
    const auto fromSafetensors = importCheckpoint(published + variant.folder + "/model.safetensors", o);
    EXPECT_TRUE(fromTorch.info().architecture == a);
    EXPECT_TRUE(fromSafetensors.info().architecture == a);
    EXPECT_TRUE(identical(fromTorch.impl().state, fromSafetensors.impl().state));

    const auto file = io::SafetensorsFile::open(published + variant.folder + "/model.safetensors");
    ASSERT_EQ(file.tensors().size(), fromTorch.impl().state.size());
    for (const auto& [name, view] : file.tensors())
    {
      EXPECT_TRUE(identical(io::toTensor(view), fromTorch.impl().state.at(name))) << name;
    }
  }
}

TEST_F(Import, ResultIsAModelLikeAnyOther)
{
  const auto model = importCheckpoint(published + "/variant_norms/model.pt", importOptions(4, 3));
  EXPECT_EQ(model.info().training.recipe.name, "Imported");
  EXPECT_TRUE(model.info().training.completed);
  EXPECT_TRUE(model.info().envelope.empty());
  EXPECT_EQ(model.info().normalisation.inputs.mean, std::vector<double>(4, 0.0));
  EXPECT_EQ(model.info().normalisation.targets.scale, std::vector<double>(3, 1.0));
  EXPECT_EQ(model.info().parameters, nn::parameterCount(nn::expectedState(model.info().architecture)));
  model.save(path("model"));
  const auto loaded = Model::load(path("model"));
  EXPECT_TRUE(identical(loaded.impl().state, model.impl().state));
  EXPECT_TRUE(loaded.info().architecture == model.info().architecture);
  EXPECT_TRUE(loaded.info().signature == model.info().signature);
}

// The trainer's snapshot holds both sets of weights with prefixed names, beside optimiser state, and no
// architecture.
TEST_F(Import, SnapshotRawAndAveraged)
{
  const auto file = published + "/snapshot/model.pt";
  const auto content = io::readTorchCheckpoint(io::MappedFile::open(file));
  for (const auto weights : { ImportWeights::Raw, ImportWeights::Ema })
  {
    auto o = importOptions(3, 2);
    o.weights = weights;
    const auto model = importCheckpoint(file, o);
    const auto& stored = content.states.at(weights == ImportWeights::Raw ? "model_state" : "ema_shadow");
    ASSERT_EQ(stored.size(), model.impl().state.size());
    for (const auto& [name, tensor] : model.impl().state)
    {
      EXPECT_TRUE(identical(tensor, stored.at("_orig_mod." + name))) << name;
    }
  }
  EXPECT_FALSE(identical(content.states.at("model_state"), content.states.at("ema_shadow")));
}

TEST_F(Import, SnapshotWithEitherConfiguration)
{
  const auto file = published + "/snapshot/model.pt";
  auto o = importOptions(3, 2);
  o.configPath = published + "/snapshot/config.json";
  const auto json = importCheckpoint(file, o).info().architecture;
  o.configPath = published + "/snapshot/config.yaml";
  const auto yaml = importCheckpoint(file, o).info().architecture;
  EXPECT_TRUE(json == yaml);
  EXPECT_EQ(yaml.heads, 2);
  EXPECT_EQ(yaml.attentionScale, 1.0);

  // As the trainer lays files out: the configuration in the folder above the checkpoint's.
  fs::create_directory(path("ckpt01"));
  fs::copy(file, path("ckpt01/model.pt"));
  fs::copy(published + "/snapshot/config.yaml", path("config.yaml"));
  EXPECT_TRUE(importCheckpoint(path("ckpt01/model.pt"), importOptions(3, 2)).info().architecture == yaml);
}

TEST_F(Import, WithoutConfigurationItSaysWhatIsMissing)
{
  fs::copy(published + "/snapshot/model.pt", path("model.pt"));
  const auto message = test::errorOf([&] { importCheckpoint(path("model.pt"), importOptions(3, 2)); });
  EXPECT_THAT(message, testing::HasSubstr("number of heads"));
  EXPECT_THAT(message, testing::HasSubstr("--config"));
  auto o = importOptions(3, 2);
  o.configPath = path("none.yaml");
  EXPECT_ERROR(importCheckpoint(path("model.pt"), o), "No such file");
  EXPECT_ERROR(importCheckpoint(path("none.pt"), o), "No such file");
}

TEST_F(Import, SettingsThatOnlyTheConfigurationKnows)
{
  EXPECT_EQ(under({ { "num_heads", 8 } }).info().architecture.heads, 8);
  EXPECT_EQ(under({ { "attn_scale", 0.25 } }).info().architecture.attentionScale, 0.25);
  EXPECT_EQ(under({ { "attn_scale", "one" } }).info().architecture.attentionScale, 1.0);
  // 32 channels in 4 heads: 1/sqrt(8), to the last bit or the one before.
  EXPECT_NEAR(
    under({ { "attn_scale", "sqrt" } }).info().architecture.attentionScale, 1.0 / std::sqrt(8.0), 1e-16);
  EXPECT_EQ(under({ { "act", "silu" } }).info().architecture.activation, Activation::Silu);
}

TEST_F(Import, NullHeadsInYamlMeanChannelsOverEight)
{
  writeBytes(path("c.yaml"),
    "num_heads: null\nattn_scale: sqrt\nact: 'silu'\nnum_layers_ffn: 3\nqk_norm: false\nlist: [1, 2]\n");
  auto o = importOptions(3, 2);
  o.configPath = path("c.yaml");
  const auto a = importCheckpoint(published + "/model.safetensors", o).info().architecture;
  EXPECT_EQ(a.heads, 4);
  EXPECT_EQ(a.activation, Activation::Silu);
  writeBytes(path("c.yaml"), "num_heads: [4\n");
  EXPECT_ERROR(importCheckpoint(published + "/model.safetensors", o), "not valid YAML");
  writeBytes(path("c.yaml"), "just words\n");
  EXPECT_ERROR(importCheckpoint(published + "/model.safetensors", o), "holds no settings");
}

TEST_F(Import, ContradictionsAreNamed)
{
  const auto patched = [](const char* key) { return "changed.json': '" + std::string(key) + "'"; };
  for (const auto* key : { "in_dim", "out_dim", "channel_dim", "num_blocks", "num_latents",
         "num_layers_in_out_proj", "num_layers_k_proj", "num_layers_v_proj", "num_layers_ffn" })
  {
    EXPECT_ERROR(under({ { key, 7 } }), patched(key));
    EXPECT_ERROR(under({ { key, "7" } }), patched(key));
  }
  for (const auto* key : { "rmsnorm", "qk_norm" })
  {
    EXPECT_ERROR(under({ { key, true } }), patched(key) + " is true, but the weights say false");
  }
  EXPECT_ERROR(under({ { "out_proj_norm", false } }), patched("out_proj_norm"));
  EXPECT_ERROR(under({ { "k_proj_mlp_ratio", 2.0 } }), "leaves 64");
  EXPECT_ERROR(under({ { "num_heads", 5 } }), "do not divide");
  EXPECT_ERROR(under({ { "num_heads", 0 } }), patched("num_heads"));
  EXPECT_ERROR(under({ { "attn_scale", "two" } }), "'one' or 'sqrt'");
  EXPECT_ERROR(under({ { "attn_scale", -1.0 } }), "attention scale");
  EXPECT_ERROR(under({ { "act", "relu" } }), "not 'relu'");
  EXPECT_ERROR(under({ { "model_type", "transolver" } }), "only 'flare'");

  auto o = importOptions(4, 3);
  writeBytes(path("heads.json"), R"({"num_heads": 2, "act": "silu"})");
  o.configPath = path("heads.json");
  EXPECT_ERROR(
    importCheckpoint(published + "/variant_norms/model.pt", o), "'blocks.0.att.q_norm.weight' has 8");
  writeBytes(path("heads.json"), "{}");
  EXPECT_ERROR(importCheckpoint(published + "/variant_norms/model.pt", o), "'num_heads' is missing");
}

TEST_F(Import, WeightsOfAnotherNetworkAreRefused)
{
  const float zeros[64] = {};
  auto o = importOptions(3, 2);
  o.configPath = published + "/config.json";
  using Tensors = std::map<std::string, io::TensorView>;
  EXPECT_ERROR(importCheckpoint(weights([](Tensors& t) { t.clear(); }), o), "not those of a FLARE network");
  EXPECT_ERROR(importCheckpoint(weights([](Tensors& t) { t.erase("blocks.1.mlp.fcs.1.bias"); }), o),
    "'blocks.1.mlp.fcs.1.bias'");
  EXPECT_ERROR(importCheckpoint(weights(
                                  [&](Tensors& t) {
                                    t["blocks.0.ln"] = { io::DType::F32, { 1 }, zeros, 4 };
                                  }),
                 o),
    "no tensor 'blocks.0.ln'");
  EXPECT_ERROR(importCheckpoint(weights(
                                  [&](Tensors& t) {
                                    t["blocks.1.norm1.bias"] = { io::DType::F32, { 16 }, zeros, 64 };
                                  }),
                 o),
    "asks for [32]");
  EXPECT_ERROR(importCheckpoint(weights(
                                  [&](Tensors& t) {
                                    t["out_proj.1.fc2.bias"] = { io::DType::I32, { 2 }, zeros, 8 };
                                  }),
                 o),
    "no floating-point numbers");
  const float bad[2] = { 0.0f, std::nanf("") };
  EXPECT_ERROR(importCheckpoint(weights(
                                  [&](Tensors& t) {
                                    t["out_proj.1.fc2.bias"] = { io::DType::F32, { 2 }, bad, 8 };
                                  }),
                 o),
    "NaN");
  EXPECT_ERROR(
    importCheckpoint(weights([](Tensors& t) { t["module.in_proj.fc1.bias"] = t["in_proj.fc1.bias"]; }), o),
    "twice");
  importCheckpoint(published + "/model.safetensors", o).save(path("model"));
  EXPECT_ERROR(importCheckpoint(path("model"), o), "already");
}

TEST_F(Import, PrefixesAndNarrowTypes)
{
  const auto file = io::SafetensorsFile::open(published + "/model.safetensors");
  std::map<std::string, torch::Tensor> half;
  std::map<std::string, io::TensorView> views;
  for (const auto& [name, view] : file.tensors())
  {
    half[name] = io::toTensor(view).to(torch::kBFloat16);
    views["module._orig_mod." + name] = io::viewOf(half[name]);
  }
  io::writeSafetensors(path("half.safetensors"), {}, views);
  auto o = importOptions(3, 2);
  o.configPath = published + "/config.json";
  const auto model = importCheckpoint(path("half.safetensors"), o);
  for (const auto& [name, tensor] : model.impl().state)
  {
    EXPECT_TRUE(identical(tensor, half[name].to(torch::kFloat32))) << name;
  }
}

TEST_F(Import, ChannelsAndWeightSetsMustFit)
{
  EXPECT_ERROR(importCheckpoint(published + "/model.pt", importOptions(5, 2)),
    "has 3 input channels, but 5 were named: x, y, z, a:0, a:1");
  EXPECT_ERROR(importCheckpoint(published + "/model.pt", importOptions(3, 1)),
    "has 2 target channels, but 1 were named: u");
  auto o = importOptions(3, 2);
  o.weights = ImportWeights::Ema;
  EXPECT_ERROR(importCheckpoint(published + "/model.pt", o), "'ema_shadow' (averaged ones)");
  EXPECT_ERROR(importCheckpoint(published + "/model.safetensors", o), "not averaged ones");
}

TEST_F(Import, NormalisationFromAFile)
{
  auto o = importOptions(3, 2);
  o.normalisationPath = path("n.json");
  writeBytes(path("n.json"),
    R"({"inputs": {"mean": [1, 2, 3], "scale": [2, 2, 2]}, "targets": {"mean": [0.1, -4e5], "scale": [1, 7]}})");
  const auto n = importCheckpoint(published + "/model.pt", o).info().normalisation;
  EXPECT_EQ(n.inputs.mean, (std::vector<double>{ 1, 2, 3 }));
  EXPECT_EQ(n.inputs.scale, (std::vector<double>{ 2, 2, 2 }));
  EXPECT_EQ(n.targets.mean, (std::vector<double>{ 0.1, -4e5 }));
  EXPECT_EQ(n.targets.scale, (std::vector<double>{ 1, 7 }));
  writeBytes(path("n.json"), R"({"inputs": {"mean": [1, 2, 3], "scale": [2, 2]}, "targets": {}})");
  EXPECT_ERROR(
    importCheckpoint(published + "/model.pt", o), "'scale' has 2 numbers, but there are 3 channels");
  writeBytes(path("n.json"), R"({"inputs": {"mean": [1, 2, 3], "scale": [2, -1, 2]}, "targets": {}})");
  EXPECT_ERROR(importCheckpoint(published + "/model.pt", o), "must not be negative");
  writeBytes(path("n.json"), R"({"inputs": {"mean": [1, 2, 3], "scale": [2, 1, 2]}})");
  EXPECT_ERROR(importCheckpoint(published + "/model.pt", o), "'targets' is missing");
}

TEST_F(Import, DamagedTorchFilesAreRefusedWithoutACrash)
{
  fs::copy(published + "/variant_linear/config.json", path("config.json"));
  const auto whole = bytesOf(published + "/variant_linear/model.pt");
  for (std::size_t length = 0; length < whole.size(); length += 1 + whole.size() / 25)
  {
    writeBytes(path("cut.pt"), whole.substr(0, length));
    EXPECT_ERROR(importCheckpoint(path("cut.pt"), importOptions(3, 4)), "cut.pt") << length;
  }
  // Changed bytes, most of them in the pickle, which comes first.
  auto bytes = whole;
  for (std::size_t i = 30; i < std::min<std::size_t>(bytes.size(), 6000); i += 97)
  {
    const char old = bytes[i];
    bytes[i] = static_cast<char>(old ^ 0x11);
    writeBytes(path("changed.pt"), bytes);
    try
    {
      importCheckpoint(path("changed.pt"), importOptions(3, 4));
    }
    catch (const Error&)
    {
    }
    bytes[i] = old;
  }
  writeBytes(path("old.pt"), std::string("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.", 15));
  EXPECT_ERROR(importCheckpoint(path("old.pt"), importOptions(3, 4)), "bare pickle");
  writeBytes(path("zip.pt"), std::string("PK\3\4") + std::string(100, '\0'));
  EXPECT_ERROR(importCheckpoint(path("zip.pt"), importOptions(3, 4)), "torch.save");
}
}
}
