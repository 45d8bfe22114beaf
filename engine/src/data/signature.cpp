#include "flare/signature.h"

#include <numeric>
#include <tuple>

namespace flare
{
namespace
{
int componentsOf(const std::vector<FieldSpec>& fields)
{
  return std::accumulate(
    fields.begin(), fields.end(), 0, [](int sum, const FieldSpec& field) { return sum + field.components; });
}

void appendNames(std::vector<std::string>& names, const std::vector<FieldSpec>& fields)
{
  for (const auto& field : fields)
  {
    for (int c = 0; c < field.components; ++c)
    {
      const auto component =
        c < static_cast<int>(field.componentNames.size()) && !field.componentNames[c].empty()
          ? field.componentNames[c]
          : std::to_string(c);
      names.push_back(field.components == 1 ? field.name : field.name + ":" + component);
    }
  }
}

bool same(const FieldSpec& a, const FieldSpec& b)
{
  // Component names and units are words about the numbers; they do not change what a model computes.
  return std::tie(a.name, a.components, a.averaged) == std::tie(b.name, b.components, b.averaged);
}

bool same(const std::vector<FieldSpec>& a, const std::vector<FieldSpec>& b)
{
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
    [](const FieldSpec& x, const FieldSpec& y) { return same(x, y); });
}
}

int Signature::inputChannels() const
{
  return 3 + componentsOf(inputs) + static_cast<int>(parameters.size()) + (useTime ? 1 : 0);
}

int Signature::targetChannels() const
{
  return componentsOf(targets);
}

std::vector<std::string> Signature::inputChannelNames() const
{
  std::vector<std::string> names{ "x", "y", "z" };
  appendNames(names, inputs);
  for (const auto& parameter : parameters)
  {
    names.push_back(parameter.name);
  }
  if (useTime)
  {
    names.push_back("time");
  }
  return names;
}

std::vector<std::string> Signature::targetChannelNames() const
{
  std::vector<std::string> names;
  appendNames(names, targets);
  return names;
}

bool operator==(const Signature& a, const Signature& b)
{
  return a.association == b.association && a.useTime == b.useTime && same(a.inputs, b.inputs) &&
         same(a.targets, b.targets) &&
         std::equal(a.parameters.begin(), a.parameters.end(), b.parameters.begin(), b.parameters.end(),
           [](const ParameterSpec& x, const ParameterSpec& y) { return x.name == y.name; });
}

bool operator!=(const Signature& a, const Signature& b)
{
  return !(a == b);
}
}
