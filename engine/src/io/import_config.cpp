#include "io/import_config.h"

#include "flare/error.h"
#include "io/mapped_file.h"

#include <yaml-cpp/yaml.h>

#include <filesystem>

namespace fs = std::filesystem;

namespace flare::io
{
namespace
{
using Json = nlohmann::json;

constexpr std::uint64_t largestText = 1 << 20;

Json scalarOf(const YAML::Node& node)
{
  if (node.IsNull())
  {
    return nullptr;
  }
  if (node.Tag() != "!") // "!": it was quoted, and is a text whatever it looks like
  {
    bool truth = false;
    if (YAML::convert<bool>::decode(node, truth))
    {
      return truth;
    }
    std::int64_t whole = 0;
    if (YAML::convert<std::int64_t>::decode(node, whole))
    {
      return whole;
    }
    double number = 0.0;
    if (YAML::convert<double>::decode(node, number))
    {
      return number;
    }
  }
  return node.Scalar();
}

JsonObject parseYaml(const std::string& text, const std::string& place)
{
  try
  {
    const auto root = YAML::Load(text);
    if (!root.IsMap())
    {
      throw Error(place + ": it holds no settings.");
    }
    auto settings = Json::object();
    for (const auto& item : root)
    {
      if (item.first.IsScalar() && (item.second.IsScalar() || item.second.IsNull()))
      {
        settings[item.first.Scalar()] = scalarOf(item.second);
      }
    }
    return JsonObject(std::move(settings), place);
  }
  catch (const YAML::Exception& problem)
  {
    throw Error(place + ": it is not valid YAML (" + problem.what() + ").");
  }
}
}

std::string readText(const std::string& path)
{
  const auto file = MappedFile::open(path);
  if (file->size() > largestText)
  {
    throw Error("'" + path + "' is too long to be a text with settings (over 1 MiB). Name another file.");
  }
  return std::string(reinterpret_cast<const char*>(file->data()), file->size());
}

JsonObject readConfig(const std::string& path)
{
  const auto text = readText(path);
  const std::string place = "'" + path + "'";
  return fs::path(path).extension() == ".json" ? JsonObject::parse(text, place) : parseYaml(text, place);
}

std::string findConfig(const std::string& checkpoint)
{
  std::error_code ignored;
  const auto folder = fs::absolute(checkpoint, ignored).parent_path();
  for (const auto& place : { folder, folder.parent_path() })
  {
    for (const auto* name : { "config.json", "config.yaml", "config.yml" })
    {
      if (fs::is_regular_file(place / name, ignored))
      {
        return (place / name).string();
      }
    }
  }
  return {};
}
}
