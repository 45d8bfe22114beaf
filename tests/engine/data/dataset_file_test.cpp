#include "flare/dataset.h"

#include "io/expect_error.h"
#include "io/safetensors.h"
#include "io/scratch_folder.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <functional>

namespace flare
{
namespace
{
using Json = nlohmann::json;
using test::bytesOf;
using test::writeBytes;

template<typename T>
constexpr ScalarType scalarTypeOf()
{
  if constexpr (std::is_same_v<T, double>)
  {
    return ScalarType::Float64;
  }
  else if constexpr (std::is_same_v<T, float>)
  {
    return ScalarType::Float32;
  }
  else if constexpr (std::is_same_v<T, std::uint8_t>)
  {
    return ScalarType::UInt8;
  }
  else
  {
    static_assert(std::is_same_v<T, std::int16_t>);
    return ScalarType::Int16;
  }
}

template<typename T>
ArrayView sampleArray(std::int64_t tuples, int components, double start)
{
  auto values = std::make_shared<std::vector<T>>(static_cast<std::size_t>(tuples * components));
  for (auto& value : *values)
  {
    value = static_cast<T>(start);
    start = std::is_floating_point_v<T> ? start * 1.1 + 0.3 : start + 1.0;
  }
  return { values->data(), scalarTypeOf<T>(), tuples, components, values };
}

DataSet sampleData()
{
  Signature s;
  s.association = Association::Cells;
  s.inputs = { { "kind", 1, {}, "", true }, { "n", 3, { "X", "Y", "Z" }, "", false } };
  s.parameters = { { "Speed", "m/s" } };
  s.useTime = true;
  s.targets = { { "p", 1, {}, "Pa", false }, { "U", 2, {}, "", false } };
  DataSet data(s);
  for (int i = 0; i < 3; ++i)
  {
    const int n = 5 + 2 * i;
    Case c;
    c.name = "wing/\"" + std::to_string(i) + "\" ä";
    c.points = sampleArray<double>(n, 3, i);
    c.inputs = { sampleArray<std::int16_t>(n, 1, -3), sampleArray<float>(n, 3, 0.1) };
    c.parameters = { 1.0 / (3.0 + i) };
    c.time = 0.1 * i;
    c.targets = { sampleArray<float>(n, 1, 1e5), sampleArray<double>(n, 2, 0.7) };
    if (i == 1)
    {
      c.owned = sampleArray<std::uint8_t>(n, 1, 0);
    }
    data.add(c);
  }
  return data;
}

void expectSame(const ArrayView& a, const ArrayView& b)
{
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.tuples, b.tuples);
  EXPECT_EQ(a.components, b.components);
  const auto bytes = static_cast<std::size_t>(a.tuples * a.components * sizeOf(a.type));
  EXPECT_EQ(std::memcmp(a.data, b.data, bytes), 0);
}

class DataSetFile : public test::ScratchFolder
{
protected:
  using Tensors = std::map<std::string, io::TensorView>;
  std::string changed(const std::function<void(Json&, Tensors&)>& change)
  {
    sampleData().save(path("whole"));
    const auto file = io::SafetensorsFile::open(path("whole"));
    auto metadata = file.metadata();
    auto tensors = file.tensors();
    auto description = Json::parse(metadata.at("dataset"));
    change(description, tensors);
    metadata["dataset"] = description.dump();
    io::writeSafetensors(path("changed"), metadata, tensors);
    return path("changed");
  }
};

TEST_F(DataSetFile, EverythingComesBackInItsType)
{
  const auto written = sampleData();
  written.save(path("a"));
  const auto read = DataSet::load(path("a"));
  EXPECT_TRUE(read.signature() == written.signature());
  EXPECT_EQ(read.signature().inputs[1].componentNames, written.signature().inputs[1].componentNames);
  EXPECT_EQ(read.signature().targets[0].unit, "Pa");
  EXPECT_EQ(read.fingerprint(), written.fingerprint());
  ASSERT_EQ(read.size(), written.size());
  for (std::size_t i = 0; i < read.size(); ++i)
  {
    EXPECT_EQ(read[i].name, written[i].name);
    EXPECT_EQ(read[i].parameters, written[i].parameters);
    EXPECT_EQ(read[i].time, written[i].time);
    expectSame(read[i].points, written[i].points);
    for (std::size_t k = 0; k < 2; ++k)
    {
      expectSame(read[i].inputs[k], written[i].inputs[k]);
      expectSame(read[i].targets[k], written[i].targets[k]);
    }
    EXPECT_EQ(read[i].owned.data != nullptr, i == 1);
  }
  expectSame(read[1].owned, written[1].owned);
}

TEST_F(DataSetFile, ArraysKeepTheMappingAlive)
{
  sampleData().save(path("a"));
  ArrayView target;
  {
    target = DataSet::load(path("a"))[2].targets[1];
  }
  std::filesystem::remove(path("a"));
  expectSame(target, sampleData()[2].targets[1]);
}

TEST_F(DataSetFile, AListOfNumbersIsATableOfOneColumn)
{
  const auto file = changed([](Json&, Tensors& t) { t["000000/targets/0"].shape = { 5 }; });
  EXPECT_EQ(DataSet::load(file).fingerprint(), sampleData().fingerprint());
}

TEST_F(DataSetFile, AnEmptySetIsASetToo)
{
  DataSet(sampleData().signature()).save(path("a"));
  EXPECT_EQ(DataSet::load(path("a")).size(), 0u);
}

TEST_F(DataSetFile, DamageIsRefused)
{
  sampleData().save(path("a"));
  const auto whole = bytesOf(path("a"));
  for (std::size_t length = 0; length < whole.size(); length += 31)
  {
    writeBytes(path("cut"), whole.substr(0, length));
    EXPECT_ERROR(DataSet::load(path("cut")), path("cut")) << length;
  }
}

TEST_F(DataSetFile, MistakesAreNamed)
{
  using Change = std::function<void(Json&, Tensors&)>;
  const double zeros[40] = {};
  const std::vector<std::pair<Change, const char*>> mistakes = {
    { [](Json&, Tensors& t) { t.erase("000001/points"); }, "the tensor '000001/points' is missing" },
    { [](Json&, Tensors& t) { t.erase("000002/inputs/1"); }, "the tensor '000002/inputs/1' is missing" },
    { [](Json&, Tensors& t) { t["000000/inputs/2"] = t["000000/inputs/1"]; }, "belong to no case" },
    { [](Json& d, Tensors&) { d["cases"].erase(2); }, "belong to no case" },
    { [](Json& d, Tensors&) { d["cases"][0].erase("name"); }, "'name' is missing" },
    { [](Json& d, Tensors&) { d["cases"][0]["parameters"] = Json::array(); }, "0 parameters were given" },
    { [](Json& d, Tensors&) { d.erase("association"); }, "'association' is missing" },
    { [](Json& d, Tensors&) { d["targets"][0]["components"] = 2; }, "has 1 component instead of 2" },
    { [](Json&, Tensors& t) {
       t["000000/targets/1"].shape = { 2, 5 };
     },
      "components" },
    { [](Json&, Tensors& t) {
       t["000000/targets/1"].shape = { 1, 5, 2 };
     },
      "two dimensions" },
    { [](Json&, Tensors& t)
      {
        t["000000/targets/1"].shape = {};
        t["000000/targets/1"].bytes = 8;
      },
      "two dimensions" },
    { [&](Json&, Tensors& t) {
       t["000000/targets/0"] = { io::DType::F16, { 5, 1 }, zeros, 10 };
     },
      "has the type F16" },
    { [&](Json&, Tensors& t) {
       t["000000/points"] = { io::DType::F64, { 4, 3 }, zeros, 96 };
     },
      "case 'wing" }
  };
  for (const auto& [change, reason] : mistakes)
  {
    const auto file = changed(change);
    const auto message = test::errorOf([&] { DataSet::load(file); });
    EXPECT_THAT(message, testing::HasSubstr(reason));
    EXPECT_THAT(message, testing::HasSubstr("'" + file + "'"));
  }
}

TEST_F(DataSetFile, OtherFilesAreRefused)
{
  EXPECT_ERROR(DataSet::load(path("missing")), "No such file");
  io::writeSafetensors(path("a"), { { "format", "paraflare" }, { "version", "1" } }, {});
  EXPECT_ERROR(DataSet::load(path("a")), "not a ParaFLARE data set: it is a model");
  io::writeSafetensors(path("a"), { { "format", "paraflare-dataset" }, { "version", "7" } }, {});
  EXPECT_ERROR(DataSet::load(path("a")), "newer ParaFLARE");
  io::writeSafetensors(path("a"), { { "format", "paraflare-dataset" }, { "version", "1" } }, {});
  EXPECT_ERROR(DataSet::load(path("a")), "lack 'dataset'");
  EXPECT_ERROR(sampleData().save(path("no/folder/a")), "Make the folder first");
}
}
}
