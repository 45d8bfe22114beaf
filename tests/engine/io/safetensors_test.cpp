#include "io/safetensors.h"

#include "io/expect_error.h"
#include "io/scratch_folder.h"

#include <cstring>
#include <numeric>

#include <sys/stat.h>

namespace flare::io
{
namespace
{
using test::bytesOf;
using test::writeBytes;

class Safetensors : public test::ScratchFolder
{
};

std::string lengthText(std::uint64_t value)
{
  std::string text(8, '\0');
  for (int i = 0; i < 8; ++i)
  {
    text[i] = static_cast<char>(value >> (8 * i));
  }
  return text;
}

// A file with the given header, padded to the format's eight bytes, and as many zero bytes of data.
std::string fileWithHeader(std::string header, std::size_t dataBytes)
{
  header.append((8 - header.size() % 8) % 8, ' ');
  return lengthText(header.size()) + header + std::string(dataBytes, '\0');
}

TEST_F(Safetensors, WritesAndReadsEveryTypeAndShape)
{
  std::vector<unsigned char> memory(512);
  std::iota(memory.begin(), memory.end(), static_cast<unsigned char>(1));
  std::map<std::string, TensorView> tensors;
  for (const auto* name :
    { "BOOL", "U8", "I8", "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "I64", "U64", "F64" })
  {
    const auto type = dtypeNamed(name).value();
    EXPECT_STREQ(nameOf(type), name);
    // Three values: odd numbers of bytes, which only an order by width keeps aligned.
    tensors[name] = { type, { 3, 1 }, memory.data() + tensors.size(),
      3 * static_cast<std::uint64_t>(sizeOf(type)) };
  }
  tensors["scalar"] = { DType::F64, {}, memory.data(), 8 };
  tensors["none"] = { DType::F32, { 0, 7 }, memory.data(), 0 };
  const std::map<std::string, std::string> metadata = { { "format", "test" },
    { "Schönes \"Wort\"\n", "üß\t\\" } };
  writeSafetensors(path("a"), metadata, tensors);

  const auto file = SafetensorsFile::open(path("a"));
  EXPECT_EQ(file.metadata(), metadata);
  ASSERT_EQ(file.tensors().size(), tensors.size());
  for (const auto& [name, view] : file.tensors())
  {
    EXPECT_EQ(view.type, tensors[name].type) << name;
    EXPECT_EQ(view.shape, tensors[name].shape) << name;
    ASSERT_EQ(view.bytes, tensors[name].bytes) << name;
    EXPECT_EQ(std::memcmp(view.data, tensors[name].data, view.bytes), 0) << name;
    EXPECT_EQ(
      reinterpret_cast<std::uintptr_t>(view.data) % static_cast<std::uintptr_t>(sizeOf(view.type)), 0u);
  }
}

TEST_F(Safetensors, HeaderIsPaddedToEightBytes)
{
  for (std::size_t length = 0; length < 9; ++length)
  {
    writeSafetensors(path("a"), { { "k", std::string(length, 'x') } }, {});
    EXPECT_EQ(bytesOf(path("a")).size() % 8, 0u);
    EXPECT_EQ(SafetensorsFile::open(path("a")).metadata().at("k").size(), length);
  }
}

TEST_F(Safetensors, TextThatIsNotUtf8IsWrittenReadably)
{
  writeSafetensors(path("a"), { { "case", "broken \xff name" } }, {});
  EXPECT_EQ(SafetensorsFile::open(path("a")).metadata().at("case"), "broken \xef\xbf\xbd name");
}

TEST_F(Safetensors, MappingOutlivesTheFileItself)
{
  const double value = 42.0;
  writeSafetensors(path("a"), {}, { { "x", { DType::F64, { 1 }, &value, 8 } } });
  std::shared_ptr<const void> owner;
  const double* data = nullptr;
  {
    const auto file = SafetensorsFile::open(path("a"));
    owner = file.owner();
    data = static_cast<const double*>(file.tensors().at("x").data);
  }
  std::filesystem::remove(path("a"));
  EXPECT_EQ(*data, 42.0);
}

TEST_F(Safetensors, RefusesEveryTruncation)
{
  const float values[5] = { 1, 2, 3, 4, 5 };
  writeSafetensors(path("a"), { { "format", "test" } },
    { { "x", { DType::F32, { 3 }, values, 12 } }, { "y", { DType::U8, { 5 }, values, 5 } } });
  const auto whole = bytesOf(path("a"));
  for (std::size_t length = 0; length < whole.size(); ++length)
  {
    writeBytes(path("b"), whole.substr(0, length));
    EXPECT_ERROR(SafetensorsFile::open(path("b")), path("b")) << length;
  }
  writeBytes(path("b"), whole + "x");
  EXPECT_ERROR(SafetensorsFile::open(path("b")), "follow the header");
}

TEST_F(Safetensors, RefusesHeaderLengthsBeforeReadingThem)
{
  for (const std::uint64_t length :
    { std::uint64_t{ 17 }, std::uint64_t{ 1 } << 40, ~std::uint64_t{ 0 }, ~std::uint64_t{ 0 } - 7 })
  {
    writeBytes(path("a"), lengthText(length) + "{}              ");
    EXPECT_ERROR(SafetensorsFile::open(path("a")), "claims " + std::to_string(length) + " bytes");
  }
  // Long enough, but above the format's bound: a file with a hole.
  writeBytes(path("a"), lengthText(150'000'000) + "{}");
  std::filesystem::resize_file(path("a"), 200'000'000);
  EXPECT_ERROR(SafetensorsFile::open(path("a")), "100 million");
}

struct Hostile
{
  const char* name;
  std::string header;
  std::size_t dataBytes;
  const char* reason;
};

std::string tensor(
  const std::string& name, const std::string& type, const std::string& shape, const std::string& offsets)
{
  return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets +
         "}";
}

std::vector<Hostile> hostileHeaders()
{
  const auto x = tensor("x", "F32", "[2]", "[0,8]");
  const std::string deep(100000, '[');
  const std::string big = "[4294967296,4294967296,4294967296]";
  return { { "Empty", "", 0, "not a JSON object" }, { "List", "[]", 0, "not a JSON object" },
    { "LeadingSpace", " {}", 0, "not a JSON object" }, { "HalfAnObject", "{\"x\":", 0, "not valid JSON" },
    { "TextBehind", "{} {}", 0, "not valid JSON" }, { "NotUtf8", "{\"\xff\":1}", 0, "not valid JSON" },
    { "DeepList", "{\"x\":" + deep, 0, "nests deeper" },
    { "SameTensorTwice", "{" + x + "," + x + "}", 8, "names 'x' twice" },
    { "SameKeyTwice", "{\"x\":{\"dtype\":\"F32\",\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8,
      "names 'dtype' twice" },
    { "SameMetadataTwice", "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "names 'a' twice" },
    { "MetadataList", "{\"__metadata__\":[]}", 0, "not an object" },
    { "MetadataNumber", "{\"__metadata__\":{\"a\":1}}", 0, "'a' is not a text" },
    { "NoObject", "{\"x\":7}", 0, "not described" },
    { "NoType", "{\"x\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "not described" },
    { "TypeNumber", "{\"x\":{\"dtype\":1,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "not described" },
    { "FourthKey", "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"y\":1}}", 4,
      "not described" },
    { "UnknownType", "{" + tensor("x", "F8_E4M3", "[4]", "[0,4]") + "}", 4, "not supported" },
    { "NegativeSize", "{" + tensor("x", "F32", "[-2]", "[0,8]") + "}", 8, "whole number" },
    { "FractionalSize", "{" + tensor("x", "F32", "[2.0]", "[0,8]") + "}", 8, "whole number" },
    { "HugeSize", "{" + tensor("x", "F32", "[18446744073709551615]", "[0,8]") + "}", 8, "whole number" },
    { "ShapeText", "{" + tensor("x", "F32", "\"2\"", "[0,8]") + "}", 8, "no shape" },
    { "OverflowingShape", "{" + tensor("x", "F32", big, "[0,0]") + "}", 0, "than can be counted" },
    { "OverflowToRightSize", "{" + tensor("x", "F32", "[4611686018427387906]", "[0,8]") + "}", 8,
      "than can be counted" },
    { "TooManyDimensions",
      "{" +
        tensor(
          "x", "U8",
          "[1" +
            []
            {
              std::string s;
              for (int i = 0; i < 64; ++i)
              {
                s += ",1";
              }
              return s;
            }() +
            "]",
          "[0,1]") +
        "}",
      1, "dimensions" },
    { "OneOffset", "{" + tensor("x", "F32", "[2]", "[8]") + "}", 8, "two whole numbers" },
    { "NegativeOffset", "{" + tensor("x", "F32", "[2]", "[-8,0]") + "}", 8, "two whole numbers" },
    { "ReversedOffsets", "{" + tensor("x", "F32", "[2]", "[8,0]") + "}", 8, "lies at bytes" },
    { "BeyondTheEnd", "{" + tensor("x", "F32", "[2]", "[4,12]") + "}", 8, "lies at bytes" },
    { "HugeOffsets", "{" + tensor("x", "F32", "[2]", "[18446744073709551608,18446744073709551615]") + "}", 8,
      "lies at bytes" },
    { "TooFewBytes", "{" + tensor("x", "F32", "[3]", "[0,8]") + "}", 8, "need 12" },
    { "TooManyBytes", "{" + tensor("x", "F32", "[1]", "[0,8]") + "}", 8, "need 4" },
    { "Overlap", "{" + x + "," + tensor("y", "F32", "[2]", "[4,12]") + "}", 12, "overlaps" },
    { "SameBytes", "{" + x + "," + tensor("y", "F32", "[2]", "[0,8]") + "}", 8, "overlaps" },
    { "Gap", "{" + x + "," + tensor("y", "F32", "[1]", "[12,16]") + "}", 16, "would be next" },
    { "GapInFront", "{" + tensor("x", "F32", "[1]", "[4,8]") + "}", 8, "would be next" },
    { "BytesLeftOver", "{" + x + "}", 12, "follow the header" },
    { "Misaligned", "{" + tensor("a", "U8", "[2]", "[0,2]") + "," + tensor("b", "F32", "[1]", "[2,6]") + "}",
      6, "aligned" } };
}

class HostileSafetensors
  : public test::ScratchFolder
  , public testing::WithParamInterface<Hostile>
{
};

TEST_P(HostileSafetensors, IsRefusedWithTheReason)
{
  writeBytes(path("a"), fileWithHeader(GetParam().header, GetParam().dataBytes));
  const auto message = test::errorOf([&] { SafetensorsFile::open(path("a")); });
  EXPECT_THAT(message, testing::HasSubstr(GetParam().reason));
  EXPECT_THAT(message, testing::HasSubstr(path("a")));
}

INSTANTIATE_TEST_SUITE_P(Headers, HostileSafetensors, testing::ValuesIn(hostileHeaders()),
  [](const auto& info) { return std::string(info.param.name); });

TEST_F(Safetensors, RefusesWhatIsNoFile)
{
  EXPECT_ERROR(SafetensorsFile::open(path("missing")), "No such file");
  std::filesystem::create_directory(path("folder"));
  EXPECT_ERROR(SafetensorsFile::open(path("folder")), "is a folder");
  writeBytes(path("empty"), "");
  EXPECT_ERROR(SafetensorsFile::open(path("empty")), "is empty");
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_ERROR(SafetensorsFile::open(path("pipe")), "not an ordinary file");
  EXPECT_ERROR(SafetensorsFile::open("/dev/zero"), "not an ordinary file");
  if (::geteuid() != 0) // root may read everything
  {
    writeBytes(path("secret"), fileWithHeader("{}", 0));
    std::filesystem::permissions(path("secret"), std::filesystem::perms::none);
    EXPECT_ERROR(SafetensorsFile::open(path("secret")), "Permission denied");
  }
}
}
}
