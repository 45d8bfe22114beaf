#include "io/json_object.h"

#include "flare/error.h"

#include <limits>
#include <utility>

namespace flare::io
{
namespace
{
using Json = nlohmann::json;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr int deepestText = 100;
}

JsonObject::JsonObject(Json value, std::string place)
  : value_(std::move(value))
  , place_(std::move(place))
{
  if (!value_.is_object())
  {
    throw Error(place_ + ": a JSON object is expected.");
  }
}

JsonObject JsonObject::parse(const std::string& text, const std::string& place)
{
  const auto watch = [&](int depth, Json::parse_event_t, Json&)
  {
    if (depth > deepestText)
    {
      throw Error(place + ": it nests deeper than any file of this kind.");
    }
    return true;
  };
  try
  {
    return JsonObject(Json::parse(text, watch), place);
  }
  catch (const Json::exception& problem)
  {
    throw Error(place + ": it is not valid JSON (" + problem.what() + ").");
  }
}

void JsonObject::refuse(const std::string& key, const std::string& reason) const
{
  throw Error(place_ + ": '" + key + "' " + reason + ".");
}

const Json& JsonObject::at(const std::string& key) const
{
  const auto found = value_.find(key);
  if (found == value_.end())
  {
    refuse(key, "is missing");
  }
  return *found;
}

const Json& JsonObject::list(const std::string& key) const
{
  const auto& value = at(key);
  if (!value.is_array())
  {
    refuse(key, "must be a list");
  }
  return value;
}

std::string JsonObject::text(const std::string& key) const
{
  const auto& value = at(key);
  if (!value.is_string())
  {
    refuse(key, "must be a text");
  }
  return value.get<std::string>();
}

bool JsonObject::boolean(const std::string& key) const
{
  const auto& value = at(key);
  if (!value.is_boolean())
  {
    refuse(key, "must be true or false");
  }
  return value.get<bool>();
}

std::int64_t JsonObject::integer(const std::string& key) const
{
  return integer(key, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
}

std::int64_t JsonObject::integer(const std::string& key, std::int64_t least, std::int64_t most) const
{
  const auto& value = at(key);
  const bool tooLarge =
    value.is_number_unsigned() &&
    value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value.is_number_integer() || tooLarge || value.get<std::int64_t>() < least ||
      value.get<std::int64_t>() > most)
  {
    refuse(key, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value.get<std::int64_t>();
}

std::uint64_t JsonObject::unsignedInteger(const std::string& key) const
{
  const auto& value = at(key);
  if (!value.is_number_unsigned())
  {
    refuse(key, "must be a whole number from 0 on");
  }
  return value.get<std::uint64_t>();
}

double JsonObject::number(const std::string& key) const
{
  const auto& value = at(key);
  if (!value.is_number())
  {
    refuse(key, "must be a number");
  }
  return value.get<double>();
}

double JsonObject::numberOrUnknown(const std::string& key) const
{
  return at(key).is_null() ? unknown : number(key);
}

JsonObject JsonObject::object(const std::string& key) const
{
  return JsonObject(at(key), place_ + ", '" + key + "'");
}

std::vector<std::string> JsonObject::texts(const std::string& key) const
{
  std::vector<std::string> result;
  for (const auto& value : list(key))
  {
    if (!value.is_string())
    {
      refuse(key, "must be a list of texts");
    }
    result.push_back(value.get<std::string>());
  }
  return result;
}

std::vector<double> JsonObject::numbers(const std::string& key) const
{
  std::vector<double> result;
  for (const auto& value : list(key))
  {
    if (!value.is_number())
    {
      refuse(key, "must be a list of numbers");
    }
    result.push_back(value.get<double>());
  }
  return result;
}

std::vector<double> JsonObject::numbersOrUnknown(const std::string& key) const
{
  std::vector<double> result;
  for (const auto& value : list(key))
  {
    if (!value.is_number() && !value.is_null())
    {
      refuse(key, "must be a list of numbers or nulls");
    }
    result.push_back(value.is_null() ? unknown : value.get<double>());
  }
  return result;
}

std::vector<JsonObject> JsonObject::objects(const std::string& key) const
{
  std::vector<JsonObject> result;
  for (const auto& value : list(key))
  {
    result.emplace_back(value, place_ + ", '" + key + "', entry " + std::to_string(result.size()));
  }
  return result;
}

std::string textOf(const Json& value)
{
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}
}
