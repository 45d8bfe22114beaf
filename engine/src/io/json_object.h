#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace flare::io
{
// A JSON object read with strict types. Every missing or mistyped key throws Error with the place (the
// file and the path of keys to it) and what was expected.
class JsonObject
{
public:
  // `place`: how messages call the object, e.g. "'model.safetensors', key 'training'".
  JsonObject(nlohmann::json value, std::string place);
  // Parses a text.
  static JsonObject parse(const std::string& text, const std::string& place);

  bool has(const std::string& key) const { return value_.contains(key); }
  bool isNull(const std::string& key) const { return value_.contains(key) && value_.at(key).is_null(); }
  const nlohmann::json& json() const { return value_; }
  const std::string& place() const { return place_; }

  std::string text(const std::string& key) const;
  bool boolean(const std::string& key) const;
  std::int64_t integer(const std::string& key) const;
  std::int64_t integer(const std::string& key, std::int64_t least, std::int64_t most) const;
  std::uint64_t unsignedInteger(const std::string& key) const;
  double number(const std::string& key) const;          // finite
  double numberOrUnknown(const std::string& key) const; // null is NaN
  JsonObject object(const std::string& key) const;

  std::vector<std::string> texts(const std::string& key) const;
  std::vector<double> numbers(const std::string& key) const;
  std::vector<double> numbersOrUnknown(const std::string& key) const;
  std::vector<JsonObject> objects(const std::string& key) const;

  [[noreturn]] void refuse(const std::string& key, const std::string& reason) const;

private:
  const nlohmann::json& at(const std::string& key) const;
  const nlohmann::json& list(const std::string& key) const;

  nlohmann::json value_;
  std::string place_;
};

// Shortest text that reads back as the same doubles; NaN and infinities become null. Text that is not
// UTF-8 gets replacement characters.
std::string textOf(const nlohmann::json& value);
}
