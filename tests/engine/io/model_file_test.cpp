#include "io/model_file.h"

#include "io/expect_error.h"
#include "io/metadata.h"
#include "io/safetensors.h"
#include "io/sample_model.h"
#include "io/scratch_folder.h"
#include "io/torch_tensors.h"

#include <functional>
#include <set>

namespace flare::io
{
namespace
{
using Json = nlohmann::json;
using test::bytesOf;
using test::identical;
using test::writeBytes;

class ModelFileTest : public test::ScratchFolder
{
protected:
  void SetUp() override
  {
    ScratchFolder::SetUp();
    writeModelFile(path("model"), test::sampleModel());
    writeModelFile(path("checkpoint"), test::sampleCheckpoint());
  }

  using Tensors = std::map<std::string, TensorView>;
  // Writes a copy of a file with changes, and returns its path.
  std::string changed(const std::string& from, const std::function<void(Metadata&, Tensors&)>& change)
  {
    const auto file = SafetensorsFile::open(path(from));
    auto metadata = file.metadata();
    auto tensors = file.tensors();
    change(metadata, tensors);
    writeSafetensors(path("changed"), metadata, tensors);
    return path("changed");
  }

  void expectRefused(const std::string& file, const std::string& reason)
  {
    const auto loading = test::errorOf([&] { Model::load(file); });
    EXPECT_THAT(loading, testing::HasSubstr(reason));
    EXPECT_THAT(loading, testing::HasSubstr(file));
  }
};

TEST_F(ModelFileTest, RoundTripKeepsEveryBit)
{
  for (const auto type : { torch::kFloat32, torch::kFloat64 })
  {
    const auto written = test::sampleModel(type);
    writeModelFile(path("a"), written);
    const auto read = readModelFile(path("a"));
    EXPECT_TRUE(identical(read.state, written.state));
    EXPECT_TRUE(identical(read.meanField, written.meanField));
    EXPECT_TRUE(identical(read.spectra, written.spectra));
    EXPECT_TRUE(read.extra.empty());
    EXPECT_EQ(toMetadata(read.info), toMetadata(written.info));

    const auto model = Model::load(path("a"));
    EXPECT_TRUE(identical(model.impl().state, written.state));
    EXPECT_TRUE(identical(model.impl().meanField, written.meanField));
    EXPECT_TRUE(identical(model.impl().spectra, written.spectra));
    EXPECT_EQ(model.info().parameters, nn::parameterCount(nn::expectedState(written.info.architecture)));
    model.save(path("b"));
    EXPECT_EQ(bytesOf(path("a")), bytesOf(path("b")));
  }
}

TEST_F(ModelFileTest, IsTheSameModelWhenItSaysTheSame)
{
  const auto written = test::sampleModel();
  writeModelFile(path("a"), written);
  const auto model = Model::load(path("a"));
  EXPECT_TRUE(model == Model::load(path("a")));
  const auto differs = [&](const std::function<void(ModelFile&)>& change)
  {
    auto other = written;
    change(other);
    writeModelFile(path("b"), other);
    return !(model == Model::load(path("b")));
  };
  EXPECT_FALSE(differs([](ModelFile&) {}));
  EXPECT_TRUE(
    differs([](ModelFile& file) { file.state.begin()->second = file.state.begin()->second + 1.0; }));
  EXPECT_TRUE(differs([](ModelFile& file) { file.info.training.notes.push_back("another"); }));
  EXPECT_TRUE(differs([](ModelFile& file) { file.info.normalisation.targets.mean.front() += 1.0; }));
  EXPECT_TRUE(differs([](ModelFile& file) { file.meanField = file.meanField + 1.0; }));
  EXPECT_TRUE(differs([](ModelFile& file) { file.spectra = file.spectra * 0.5; }));
}

TEST_F(ModelFileTest, TensorsNeedNotBeContiguous)
{
  auto written = test::sampleModel();
  const auto name = "blocks.0.att.out_proj.weight";
  written.state[name] = torch::randn({ 12, 12 }).t();
  writeModelFile(path("a"), written);
  EXPECT_TRUE(torch::equal(readModelFile(path("a")).state.at(name), written.state.at(name)));
}

TEST_F(ModelFileTest, InspectTellsTheSameAsLoad)
{
  for (const auto* name : { "model", "checkpoint" })
  {
    const auto info = Model::inspect(path(name));
    EXPECT_EQ(toMetadata(info), toMetadata(Model::load(path(name)).info()));
    EXPECT_EQ(info.parameters, Model::load(path(name)).info().parameters);
  }
}

TEST_F(ModelFileTest, CheckpointsKeepEverythingAndLoadAsTheirAverage)
{
  const auto written = test::sampleCheckpoint();
  const auto read = readModelFile(path("checkpoint"));
  EXPECT_EQ(read.checkpoint, written.checkpoint);
  EXPECT_TRUE(identical(read.state, written.state));
  EXPECT_TRUE(identical(read.extra, written.extra));
  const auto average = test::randomState(written.info.architecture, torch::kFloat32, 2);
  EXPECT_TRUE(identical(Model::load(path("checkpoint")).impl().state, average));
  EXPECT_FALSE(identical(average, written.state));
}

TEST_F(ModelFileTest, WritingRefusesWhatReadingWould)
{
  auto file = test::sampleModel();
  file.state.erase("in_proj.fc1.bias");
  EXPECT_ERROR(writeModelFile(path("a"), file), "'in_proj.fc1.bias' of shape [12] is missing");
  file = test::sampleModel();
  file.state["in_proj.fc1.bias"][3] = std::nan("");
  EXPECT_ERROR(writeModelFile(path("a"), file), "'in_proj.fc1.bias' holds NaN");
  file = test::sampleModel();
  file.info.normalisation.targets.scale[0] = std::numeric_limits<double>::infinity();
  EXPECT_ERROR(writeModelFile(path("a"), file), "list of numbers");
  file = test::sampleModel();
  file.meanField = torch::Tensor();
  EXPECT_ERROR(writeModelFile(path("a"), file), "'training.mean_field' is missing");
  file = test::sampleModel();
  file.spectra = torch::Tensor();
  EXPECT_ERROR(writeModelFile(path("a"), file), "'training.spectra' is missing");
  file = test::sampleModel();
  file.info.training.spectraEpochs = { 3 };
  EXPECT_ERROR(writeModelFile(path("a"), file), "eigenvalues of every head");
  file.info.training.spectraEpochs = { 3, 3 };
  EXPECT_ERROR(writeModelFile(path("a"), file), "'spectra_epochs' must be epochs");
  file.info.training.spectraEpochs = { 0, std::int64_t{ 1 } << 31 };
  EXPECT_ERROR(writeModelFile(path("a"), file), "'spectra_epochs' must be epochs");
  for (const double wrong : { -0.1, 1.1 })
  {
    auto damaged = test::sampleModel();
    damaged.spectra[1][0][2][3] = wrong;
    EXPECT_ERROR(writeModelFile(path("a"), damaged), "eigenvalues, which lie between 0 and 1");
  }
  file.info.training.spectraEpochs = {};
  EXPECT_ERROR(writeModelFile(path("a"), file), "no epochs are named");
  file = test::sampleCheckpoint();
  file.extra["in_proj.fc1.bias"] = torch::zeros({ 12 });
  EXPECT_ERROR(writeModelFile(path("a"), file), "has the name of a weight");
  file = test::sampleCheckpoint();
  file.extra.erase("ema.in_proj.fc1.bias");
  EXPECT_ERROR(writeModelFile(path("a"), file), "averaged tensors disagree");
  file = test::sampleCheckpoint();
  file.extra["optimiser.x"] = torch::zeros({ 2 }, torch::kComplexDouble);
  EXPECT_ERROR(writeModelFile(path("a"), file), "cannot be stored");
  EXPECT_FALSE(std::filesystem::exists(path("a")));
}

TEST_F(ModelFileTest, AFailedSaveLeavesTheOldModel)
{
  const auto before = bytesOf(path("model"));
  auto broken = test::sampleModel();
  broken.state["in_proj.fc1.bias"][0] = std::numeric_limits<float>::infinity();
  EXPECT_ERROR(writeModelFile(path("model"), broken), "infinite");
  EXPECT_EQ(bytesOf(path("model")), before);
  EXPECT_ERROR(Model::load(path("model")).save(path("missing/model")), "Make the folder first");
}

TEST_F(ModelFileTest, EveryTruncationIsRefused)
{
  for (const auto* name : { "model", "checkpoint" })
  {
    const auto whole = bytesOf(path(name));
    const auto file = SafetensorsFile::open(path(name));
    std::set<std::size_t> lengths = { 0, 1, 7, 8, 9, whole.size() - 1 };
    const std::size_t header =
      static_cast<unsigned char>(whole[0]) + 256 * static_cast<unsigned char>(whole[1]);
    lengths.insert({ 8 + header - 1, 8 + header, 8 + header + 1 });
    for (const auto& [tensor, view] : file.tensors()) // in the middle of every tensor
    {
      lengths.insert(8 + header + (view.bytes + 1) / 2);
    }
    for (std::size_t length = 16; length < whole.size(); length += 97)
    {
      lengths.insert(length);
    }
    for (const auto length : lengths)
    {
      writeBytes(path("cut"), whole.substr(0, length));
      expectRefused(path("cut"), "cut");
      EXPECT_ERROR(Model::inspect(path("cut")), path("cut")) << length;
    }
  }
}

TEST_F(ModelFileTest, NoChangedByteOfTheHeaderCrashes)
{
  auto bytes = bytesOf(path("model"));
  const std::size_t header =
    static_cast<unsigned char>(bytes[0]) + 256 * static_cast<unsigned char>(bytes[1]);
  for (std::size_t i = 0; i < 8 + header; i += 3)
  {
    const char old = bytes[i];
    bytes[i] = static_cast<char>(old ^ 0x15);
    writeBytes(path("changed"), bytes);
    try
    {
      Model::load(path("changed")); // a changed digit or name may go unnoticed
    }
    catch (const Error&)
    {
    }
    bytes[i] = old;
  }
}

TEST_F(ModelFileTest, ForeignAndNewerFilesAreRefused)
{
  expectRefused(path("missing"), "No such file");
  writeBytes(path("text"), "solid wing\nfacet normal 0 0 1\n");
  expectRefused(path("text"), "cannot be read as a safetensors file");
  expectRefused(changed("model", [](Metadata& m, Tensors&) { m.clear(); }), "name no format");
  expectRefused(changed("model", [](Metadata& m, Tensors&) { m["format"] = "pt"; }), "its format is 'pt'");
  expectRefused(changed("model", [](Metadata& m, Tensors&) { m["version"] = "2"; }), "newer ParaFLARE");
  expectRefused(std::string(FLARE_FIXTURES) + "/flare_py/model.safetensors", "flare import");
}

TEST_F(ModelFileTest, ArchitectureAndTensorsMustAgree)
{
  const auto set = [&](const char* key, const Json& value)
  {
    return changed("model",
      [&](Metadata& m, Tensors&)
      {
        auto architecture = Json::parse(m["architecture"]);
        architecture[key] = value;
        m["architecture"] = architecture.dump();
      });
  };
  expectRefused(set("num_blocks", 3), "'blocks.2.");
  expectRefused(set("num_blocks", 1), "has no tensor 'blocks.1.");
  expectRefused(set("num_latents", 6), "has shape [4, 5], but the architecture asks for [4, 6]");
  expectRefused(set("num_heads", 5), "must divide channels");
  expectRefused(set("shared_latents", false), "asks for [12, 5]");
  expectRefused(set("rmsnorm", false), "is missing");
  expectRefused(set("num_layers_k_proj", 2), "k_proj.fcs.1");
  expectRefused(set("channel_dim", 0), "must lie between");
  // Sizes that nothing may be allocated for.
  expectRefused(set("num_blocks", std::int64_t{ 1 } << 60), "must lie between");
  expectRefused(set("num_blocks", 1 << 20), "tensors are more than");
  expectRefused(set("channel_dim", 30000), "asks for");
  expectRefused(set("channel_dim", 300000), "more than 2^40");
  expectRefused(set("v_proj_mlp_ratio", 1e300), "hidden units");

  const float numbers[12] = {};
  const TensorView other = { DType::F32, { 12 }, numbers, 48 };
  expectRefused(changed("model", [&](Metadata&, Tensors& t) { t["in_proj.fc9.bias"] = other; }),
    "has no tensor 'in_proj.fc9.bias'");
  expectRefused(changed("model", [&](Metadata&, Tensors& t) { t["ema.in_proj.fc1.bias"] = other; }),
    "has no tensor 'ema.");
  expectRefused(changed("model", [&](Metadata&, Tensors& t) { t.erase("in_proj.fc1.bias"); }), "is missing");
  expectRefused(changed("model",
                  [&](Metadata&, Tensors& t) {
                    t["in_proj.fc1.bias"] = { DType::F16, { 12 }, numbers, 24 };
                  }),
    "must be float32 or float64");
  expectRefused(changed("checkpoint", [&](Metadata&, Tensors& t) { t.erase("ema.in_proj.fc1.bias"); }),
    "averaged tensors disagree");
  expectRefused(changed("model", [&](Metadata&, Tensors& t) { t.erase("training.mean_field"); }),
    "'training.mean_field' is missing");
  expectRefused(changed("model", [&](Metadata&, Tensors& t) { t["training.mean_field"] = other; }),
    "one column per target");
}

TEST_F(ModelFileTest, WeightsMustBeFinite)
{
  auto numbers = std::vector<float>(12, 1.0f);
  numbers[7] = std::numeric_limits<float>::quiet_NaN();
  const TensorView bad = { DType::F32, { 12 }, numbers.data(), 48 };
  expectRefused(changed("model", [&](Metadata&, Tensors& t) { t["in_proj.fc1.bias"] = bad; }),
    "'in_proj.fc1.bias' holds NaN");
  expectRefused(
    changed("checkpoint", [&](Metadata&, Tensors& t) { t["ema.in_proj.fc1.bias"] = bad; }), "holds NaN");
}

TEST(TorchTensors, EveryTypeComesBack)
{
  for (const auto type : { torch::kBool, torch::kUInt8, torch::kInt8, torch::kInt16, torch::kUInt16,
         torch::kHalf, torch::kBFloat16, torch::kInt32, torch::kUInt32, torch::kFloat32, torch::kInt64,
         torch::kUInt64, torch::kFloat64 })
  {
    const auto tensor = torch::arange(2, torch::kInt32).to(type).contiguous();
    EXPECT_TRUE(identical(toTensor(viewOf(tensor)), tensor)) << c10::toString(type);
  }
}
}
}
