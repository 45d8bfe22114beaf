#include "io/torch_checkpoint.h"

#include "io/expect_error.h"
#include "io/scratch_folder.h"

#include <caffe2/serialize/inline_container.h>

namespace flare::io
{
namespace
{
class TorchCheckpointFile : public test::ScratchFolder
{
};

// Archives as torch.save writes them, by hand.
std::string pickledText(const std::string& value)
{
  std::string result = "X";
  for (int i = 0; i < 4; ++i)
  {
    result += static_cast<char>(value.size() >> (8 * i));
  }
  return result + value;
}

std::string pickledInteger(std::int64_t value)
{
  std::string result("\x8a\x08", 2);
  for (int i = 0; i < 8; ++i)
  {
    result += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  }
  return result;
}

std::string pickledTuple(const std::vector<std::int64_t>& values)
{
  std::string result = "(";
  for (const auto value : values)
  {
    result += pickledInteger(value);
  }
  return result + "t";
}

std::string tensorPickle(std::int64_t storage, std::int64_t offset, const std::vector<std::int64_t>& sizes,
  const std::vector<std::int64_t>& strides)
{
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + pickledText("storage") + "ctorch\nFloatStorage\n" +
         pickledText("0") + pickledText("cpu") + pickledInteger(storage) + "tQ" + pickledInteger(offset) +
         pickledTuple(sizes) + pickledTuple(strides) + "\x89" + "ccollections\nOrderedDict\n)RtR";
}

// A state dictionary of one tensor named w over a storage of six numbers.
void writeArchive(const std::string& path, const std::string& value)
{
  caffe2::serialize::PyTorchStreamWriter writer(path);
  const auto pickle = std::string("\x80\x02", 2) + "}" + pickledText("w") + value + "s.";
  writer.writeRecord("data.pkl", pickle.data(), pickle.size());
  const float numbers[6] = { 0, 1, 2, 3, 4, 5 };
  writer.writeRecord("data/0", numbers, sizeof(numbers));
  writer.writeEndOfFile();
}

TEST_F(TorchCheckpointFile, TensorsStayWithinWhatTheFileHolds)
{
  const auto read = [&](const std::string& value)
  {
    writeArchive(path("a.pt"), value);
    return readTorchCheckpoint(MappedFile::open(path("a.pt"))).states.at("").at("w");
  };
  EXPECT_TRUE(torch::equal(
    read(tensorPickle(6, 1, { 2, 2 }, { 1, 3 })), torch::tensor({ { 1.0f, 4.0f }, { 2.0f, 5.0f } })));
  EXPECT_EQ(read(tensorPickle(6, 0, { 0, 5 }, { 5, 1 })).numel(), 0);
  constexpr auto huge = std::int64_t{ 1 } << 62;
  const std::vector<std::string> lies = { tensorPickle(1000000, 0, { 1000000 }, { 1 }),
    tensorPickle(6, 0, { 7 }, { 1 }), tensorPickle(6, 5, { 2 }, { 1 }), tensorPickle(6, 0, { 3 }, { 3 }),
    tensorPickle(6, 0, { huge, huge }, { 1, 1 }), tensorPickle(6, 0, { 1000 }, { 0 }),
    tensorPickle(6, 0, { 2 }, { huge }), tensorPickle(6, -1, { 1 }, { 1 }), tensorPickle(6, 0, { -3 }, { 1 }),
    tensorPickle(huge, 0, { 7 }, { 1 }), tensorPickle(-6, 0, { 6 }, { 1 }) };
  for (std::size_t i = 0; i < lies.size(); ++i)
  {
    EXPECT_ERROR(read(lies[i]), path("a.pt")) << "lie " << i;
  }
}

TEST_F(TorchCheckpointFile, NothingThatTheFileNamesIsCalled)
{
  const auto file = path("a.pt");
  writeArchive(file, "cposix\nmkdir\n" + pickledText(path("made")) + "\x85R");
  EXPECT_TRUE(readTorchCheckpoint(MappedFile::open(file)).states.empty());
  EXPECT_FALSE(std::filesystem::exists(path("made")));
}
}
}
