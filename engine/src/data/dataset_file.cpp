// Data set files; docs/files.md describes the layout.
#include "flare/dataset.h"

#include "flare/error.h"
#include "io/metadata.h"
#include "io/safetensors.h"

#include <cstdio>
#include <filesystem>
#include <limits>

namespace flare
{
namespace
{
using Json = nlohmann::json;

const std::string metadataKey = "dataset";

constexpr std::pair<ScalarType, io::DType> types[] = { { ScalarType::Int8, io::DType::I8 },
  { ScalarType::UInt8, io::DType::U8 }, { ScalarType::Int16, io::DType::I16 },
  { ScalarType::UInt16, io::DType::U16 }, { ScalarType::Int32, io::DType::I32 },
  { ScalarType::UInt32, io::DType::U32 }, { ScalarType::Int64, io::DType::I64 },
  { ScalarType::UInt64, io::DType::U64 }, { ScalarType::Float32, io::DType::F32 },
  { ScalarType::Float64, io::DType::F64 } };

std::string folderOf(std::size_t index)
{
  char text[32];
  std::snprintf(text, sizeof(text), "%06zu", index);
  return text;
}

io::TensorView viewOf(const ArrayView& array)
{
  io::TensorView view;
  for (const auto& [ours, stored] : types)
  {
    if (ours == array.type)
    {
      view.type = stored;
    }
  }
  view.shape = { array.tuples, array.components };
  view.data = array.data;
  view.bytes = static_cast<std::uint64_t>(array.tuples) * static_cast<std::uint64_t>(array.components) *
               static_cast<std::uint64_t>(sizeOf(array.type));
  return view;
}

class Reader
{
public:
  explicit Reader(const std::string& path)
    : file_(io::SafetensorsFile::open(path))
  {
    io::checkFormat(file_.metadata(), path, io::dataSetFormat);
  }

  DataSet read();

private:
  io::JsonObject description() const;
  Case readCase(std::size_t index, const io::JsonObject& description, const Signature& signature);
  std::vector<ArrayView> fields(const std::string& folder, std::size_t count);
  bool has(const std::string& name) const { return file_.tensors().count(name) > 0; }
  ArrayView array(const std::string& name);
  [[noreturn]] void refuse(const std::string& reason) const
  {
    throw Error("'" + file_.path() + "': " + reason + ". Export the data set again.");
  }

  io::SafetensorsFile file_;
  std::size_t used_ = 0; // tensors that belong to a case
};

io::JsonObject Reader::description() const
{
  const auto found = file_.metadata().find(metadataKey);
  if (found == file_.metadata().end())
  {
    refuse("its metadata lack '" + metadataKey + "'");
  }
  return io::JsonObject::parse(found->second, "'" + file_.path() + "', metadata '" + metadataKey + "'");
}

Signature signatureFrom(const io::JsonObject& o)
{
  Signature s;
  s.association = io::associationFrom(o, "association");
  s.inputs = io::fieldsFrom(o, "inputs");
  s.parameters = io::parametersFrom(o, "parameters");
  s.useTime = o.boolean("use_time");
  s.targets = io::fieldsFrom(o, "targets");
  return s;
}

ArrayView Reader::array(const std::string& name)
{
  const auto found = file_.tensors().find(name);
  if (found == file_.tensors().end())
  {
    refuse("the tensor '" + name + "' is missing");
  }
  const auto& view = found->second;
  // A list of numbers is a table of one column, so that a data set is easily written by hand.
  const bool fits = view.shape.size() == 1 || (view.shape.size() == 2 && view.shape[1] >= 1 &&
                                                view.shape[1] <= std::numeric_limits<int>::max());
  if (!fits)
  {
    refuse("the tensor '" + name + "' must have two dimensions, values and components");
  }
  ArrayView result;
  result.data = view.data;
  result.tuples = view.shape[0];
  result.components = view.shape.size() == 1 ? 1 : static_cast<int>(view.shape[1]);
  result.owner = file_.owner();
  for (const auto& [ours, stored] : types)
  {
    if (stored == view.type)
    {
      result.type = ours;
      ++used_;
      return result;
    }
  }
  refuse("the tensor '" + name + "' has the type " + io::nameOf(view.type) +
         "; use F32, F64 or whole numbers of 8 to 64 bits");
}

std::vector<ArrayView> Reader::fields(const std::string& folder, std::size_t count)
{
  std::vector<ArrayView> result;
  for (std::size_t k = 0; k < count; ++k)
  {
    result.push_back(array(folder + "/" + std::to_string(k)));
  }
  return result;
}

Case Reader::readCase(std::size_t index, const io::JsonObject& description, const Signature& signature)
{
  const auto folder = folderOf(index);
  Case c;
  c.name = description.text("name");
  c.parameters = description.numbers("parameters");
  c.time = description.numberOrUnknown("time");
  c.points = array(folder + "/points");
  c.inputs = fields(folder + "/inputs", signature.inputs.size());
  c.targets = fields(folder + "/targets", signature.targets.size());
  if (has(folder + "/owned"))
  {
    c.owned = array(folder + "/owned");
  }
  return c;
}

DataSet Reader::read()
{
  const auto whole = description();
  const auto signature = signatureFrom(whole);
  const auto cases = whole.objects("cases");
  DataSet result(signature);
  for (std::size_t i = 0; i < cases.size(); ++i)
  {
    try
    {
      result.add(readCase(i, cases[i], signature));
    }
    catch (const Error& problem)
    {
      const std::string reason = problem.what();
      const bool named = reason.find(file_.path()) != std::string::npos;
      throw Error(named ? reason : "'" + file_.path() + "': " + reason + ".");
    }
  }
  if (used_ != file_.tensors().size())
  {
    refuse("it has " + std::to_string(file_.tensors().size() - used_) + " tensors that belong to no case");
  }
  return result;
}

template<typename Spec>
Json list(const std::vector<Spec>& specs)
{
  auto result = Json::array();
  for (const auto& spec : specs)
  {
    result.push_back(io::toJson(spec));
  }
  return result;
}
}

void DataSet::save(const std::string& path) const
{
  if (communicator_->size() > 1)
  {
    throw Error("'" + path + "' cannot be written: this data set is spread over " +
                std::to_string(communicator_->size()) + " ranks. Export it from one.");
  }
  auto cases = Json::array();
  std::map<std::string, io::TensorView> tensors;
  for (std::size_t i = 0; i < cases_.size(); ++i)
  {
    const auto& c = cases_[i];
    const auto folder = folderOf(i);
    cases.push_back({ { "name", c.name }, { "parameters", c.parameters }, { "time", c.time } });
    tensors[folder + "/points"] = viewOf(c.points);
    for (std::size_t k = 0; k < c.inputs.size(); ++k)
    {
      tensors[folder + "/inputs/" + std::to_string(k)] = viewOf(c.inputs[k]);
    }
    for (std::size_t k = 0; k < c.targets.size(); ++k)
    {
      tensors[folder + "/targets/" + std::to_string(k)] = viewOf(c.targets[k]);
    }
    if (c.owned.data != nullptr)
    {
      tensors[folder + "/owned"] = viewOf(c.owned);
    }
  }
  const Json description = { { "association", io::nameOf(signature_.association) },
    { "inputs", list(signature_.inputs) }, { "parameters", list(signature_.parameters) },
    { "use_time", signature_.useTime }, { "targets", list(signature_.targets) },
    { "cases", std::move(cases) } };
  io::writeSafetensors(path,
    { { "format", io::dataSetFormat }, { "version", std::to_string(io::fileVersion) },
      { metadataKey, io::textOf(description) } },
    tensors);
}

DataSet DataSet::load(const std::string& path)
{
  return Reader(path).read();
}

void DataSet::requireReplaceable(const std::string& path)
{
  std::error_code notThere;
  const auto size = std::filesystem::file_size(path, notThere);
  if (notThere || size == 0)
  {
    return;
  }
  try
  {
    load(path);
  }
  catch (const Error&)
  {
    throw Error("'" + path + "' exists and is no data set. Name another file, or remove that one.");
  }
}
}
