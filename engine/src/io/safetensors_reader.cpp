#include "flare/error.h"
#include "io/safetensors.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

namespace flare::io
{
namespace
{
using Json = nlohmann::json;

constexpr std::uint64_t largestHeader = 100'000'000; // the format's own bound
constexpr std::size_t mostDimensions = 64;           // LibTorch's
constexpr int deepestHeader = 4;                     // {tensor: {"shape": [number]}}, and one to spare

class HeaderReader
{
public:
  explicit HeaderReader(const MappedFile& file)
    : file_(file)
  {
  }

  Json parse();
  std::map<std::string, std::string> metadata(const Json& value) const;
  TensorView tensor(const std::string& name, const Json& value) const;
  // Every byte of the data belongs to exactly one tensor.
  void checkCover(const std::map<std::string, TensorView>& tensors) const;

private:
  std::uint64_t dataSize() const { return file_.size() - begin_; }
  std::uint64_t offsetOf(const TensorView& tensor) const
  {
    return static_cast<std::uint64_t>(static_cast<const std::byte*>(tensor.data) - file_.data()) - begin_;
  }
  std::vector<std::int64_t> shape(const std::string& name, const Json& value) const;
  std::uint64_t bytes(const std::string& name, const TensorView& tensor) const;
  [[noreturn]] void refuse(const std::string& reason) const;
  [[noreturn]] void refuseTensor(const std::string& name, const std::string& reason) const
  {
    refuse("the tensor '" + name + "' " + reason);
  }

  const MappedFile& file_;
  std::uint64_t begin_ = 0; // of the tensors' data in the file
};

void HeaderReader::refuse(const std::string& reason) const
{
  throw Error("'" + file_.path() + "' cannot be read as a safetensors file: " + reason +
              ". It is damaged, incomplete or of another kind; fetch or write it again.");
}

Json HeaderReader::parse()
{
  if (file_.size() < 8)
  {
    refuse(
      "it has " + std::to_string(file_.size()) + " bytes, fewer than the 8 that any such file begins with");
  }
  std::uint64_t length = 0;
  for (int i = 0; i < 8; ++i)
  {
    length |= std::to_integer<std::uint64_t>(file_.data()[i]) << (8 * i);
  }
  if (length > file_.size() - 8)
  {
    refuse("its header claims " + std::to_string(length) + " bytes, but only " +
           std::to_string(file_.size() - 8) + " follow");
  }
  if (length > largestHeader)
  {
    refuse("its header has " + std::to_string(length) + " bytes, more than the format's 100 million");
  }
  begin_ = 8 + length;

  const char* text = reinterpret_cast<const char*>(file_.data()) + 8;
  if (length == 0 || text[0] != '{')
  {
    refuse("its header is not a JSON object");
  }
  // The parser would keep the last of two equal names, and follow any depth.
  std::vector<std::set<std::string>> names;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value)
  {
    if (depth > deepestHeader)
    {
      refuse("its header nests deeper than the format allows");
    }
    if (event == Json::parse_event_t::object_start)
    {
      names.emplace_back();
    }
    else if (event == Json::parse_event_t::object_end)
    {
      names.pop_back();
    }
    else if (event == Json::parse_event_t::key &&
             !names.back().insert(value.get_ref<const std::string&>()).second)
    {
      refuse("its header names '" + value.get_ref<const std::string&>() + "' twice");
    }
    return true;
  };
  try
  {
    return Json::parse(text, text + length, watch);
  }
  catch (const Json::exception& problem)
  {
    refuse(std::string("its header is not valid JSON (") + problem.what() + ")");
  }
}

std::map<std::string, std::string> HeaderReader::metadata(const Json& value) const
{
  if (!value.is_object())
  {
    refuse("its __metadata__ is not an object");
  }
  std::map<std::string, std::string> result;
  for (const auto& item : value.items())
  {
    if (!item.value().is_string())
    {
      refuse("its __metadata__ entry '" + item.key() + "' is not a text");
    }
    result[item.key()] = item.value().get<std::string>();
  }
  return result;
}

std::vector<std::int64_t> HeaderReader::shape(const std::string& name, const Json& value) const
{
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value.is_array() || value.size() > mostDimensions)
  {
    refuseTensor(name, "has no shape, or one of more than " + std::to_string(mostDimensions) + " dimensions");
  }
  std::vector<std::int64_t> result;
  for (const auto& size : value)
  {
    if (!size.is_number_unsigned() || size.get<std::uint64_t>() > largest)
    {
      refuseTensor(name, "has a size in its shape that is not a whole number from 0 to 2^63-1");
    }
    result.push_back(size.get<std::int64_t>());
  }
  return result;
}

std::uint64_t HeaderReader::bytes(const std::string& name, const TensorView& tensor) const
{
  std::uint64_t bytes = static_cast<std::uint64_t>(sizeOf(tensor.type));
  for (const auto size : tensor.shape)
  {
    const auto factor = static_cast<std::uint64_t>(size);
    if (factor != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / factor)
    {
      refuseTensor(name, "has a shape of more numbers than can be counted");
    }
    bytes *= factor;
  }
  return bytes;
}

TensorView HeaderReader::tensor(const std::string& name, const Json& value) const
{
  const auto isOffset = [](const Json& v) { return v.is_number_unsigned(); };
  if (!value.is_object() || value.size() != 3 || !value.contains("dtype") || !value.contains("shape") ||
      !value.contains("data_offsets") || !value["dtype"].is_string())
  {
    refuseTensor(name, "is not described by dtype, shape and data_offsets");
  }
  const auto& offsets = value["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 || !isOffset(offsets[0]) || !isOffset(offsets[1]))
  {
    refuseTensor(name, "has data_offsets that are not two whole numbers from 0 on");
  }
  const auto type = dtypeNamed(value["dtype"].get<std::string>());
  if (!type)
  {
    refuseTensor(name, "has the type '" + value["dtype"].get<std::string>() + "', which is not supported");
  }
  const auto first = offsets[0].get<std::uint64_t>();
  const auto last = offsets[1].get<std::uint64_t>();
  if (first > last || last > dataSize())
  {
    refuseTensor(name, "lies at bytes " + std::to_string(first) + " to " + std::to_string(last) + " of " +
                         std::to_string(dataSize()) + " that the file has after its header");
  }
  TensorView result;
  result.type = *type;
  result.shape = shape(name, value["shape"]);
  result.bytes = bytes(name, result);
  result.data = file_.data() + begin_ + first;
  if (result.bytes != last - first)
  {
    refuseTensor(name, "has " + std::to_string(last - first) + " bytes, but its shape and type need " +
                         std::to_string(result.bytes));
  }
  if (result.bytes > 0 && (begin_ + first) % static_cast<std::uint64_t>(sizeOf(*type)) != 0)
  {
    refuseTensor(name, "is not aligned to its numbers");
  }
  return result;
}

void HeaderReader::checkCover(const std::map<std::string, TensorView>& tensors) const
{
  struct Range
  {
    std::uint64_t first;
    std::uint64_t last;
    const std::string* name;
  };
  std::vector<Range> ranges;
  for (const auto& [name, tensor] : tensors)
  {
    ranges.push_back({ offsetOf(tensor), offsetOf(tensor) + tensor.bytes, &name });
  }
  std::sort(ranges.begin(), ranges.end(),
    [](const Range& a, const Range& b) { return std::tie(a.first, a.last) < std::tie(b.first, b.last); });
  std::uint64_t covered = 0;
  for (const auto& range : ranges)
  {
    if (range.first < covered)
    {
      refuseTensor(*range.name, "overlaps another one");
    }
    if (range.first > covered)
    {
      refuseTensor(*range.name, "begins at byte " + std::to_string(range.first) + " where " +
                                  std::to_string(covered) + " would be next");
    }
    covered = range.last;
  }
  if (covered != dataSize())
  {
    refuse("its tensors end at byte " + std::to_string(covered) + ", but " + std::to_string(dataSize()) +
           " bytes follow the header");
  }
}
}

SafetensorsFile SafetensorsFile::open(const std::string& path)
{
  SafetensorsFile result;
  result.file_ = MappedFile::open(path);
  HeaderReader reader(*result.file_);
  const auto header = reader.parse();
  for (const auto& item : header.items())
  {
    if (item.key() == "__metadata__")
    {
      result.metadata_ = reader.metadata(item.value());
    }
    else
    {
      result.tensors_[item.key()] = reader.tensor(item.key(), item.value());
    }
  }
  reader.checkCover(result.tensors_);
  return result;
}
}
