#include "field_names.h"

#include "flare/error.h"

#include <algorithm>

namespace flare::tools
{
namespace
{
FieldSpec fieldNamed(const std::string& text, const std::string& option)
{
  FieldSpec field;
  field.name = text;
  const auto colon = text.rfind(':');
  if (colon != std::string::npos)
  {
    const auto count = text.substr(colon + 1);
    const bool isCount =
      !count.empty() && count.size() < 6 &&
      std::all_of(count.begin(), count.end(), [](unsigned char c) { return c >= '0' && c <= '9'; });
    if (!isCount || std::stoi(count) < 1)
    {
      throw Error(option + ": '" + text + "' must be NAME or NAME:COMPONENTS with a count from 1 on.");
    }
    field.name = text.substr(0, colon);
    field.components = std::stoi(count);
  }
  if (field.name.empty())
  {
    throw Error(option + ": a name is empty.");
  }
  return field;
}
}

std::vector<FieldSpec> fieldsNamed(const std::vector<std::string>& texts, const std::string& option)
{
  std::vector<FieldSpec> fields;
  for (const auto& text : texts)
  {
    fields.push_back(fieldNamed(text, option));
    const auto same = [&](const FieldSpec& other) { return other.name == fields.back().name; };
    if (std::count_if(fields.begin(), fields.end(), same) > 1)
    {
      throw Error(option + ": '" + fields.back().name + "' is there twice.");
    }
  }
  return fields;
}
}
