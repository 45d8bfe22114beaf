#include "conform.h"

#include "flare/error.h"

#include <algorithm>

namespace flare::tools
{
namespace
{
template<typename Spec>
std::string namesOf(const std::vector<Spec>& specs)
{
  std::string text;
  for (const auto& spec : specs)
  {
    text += (text.empty() ? "" : ", ") + spec.name;
  }
  return text.empty() ? "none" : text;
}

// For every wanted one, where it is among those that there are.
template<typename Spec>
std::vector<std::size_t> places(
  const std::vector<Spec>& there, const std::vector<Spec>& wanted, const std::string& what)
{
  std::vector<std::size_t> result;
  for (const auto& spec : wanted)
  {
    const auto found = std::find_if(
      there.begin(), there.end(), [&](const Spec& candidate) { return candidate.name == spec.name; });
    if (found == there.end())
    {
      throw Error("the model needs the " + what + " '" + spec.name +
                  "', which the data set does not have. It has: " + namesOf(there) + ".");
    }
    result.push_back(static_cast<std::size_t>(found - there.begin()));
  }
  return result;
}

const char* nameOf(Association association)
{
  return association == Association::Points ? "points" : "cells";
}
}

Conform::Conform(const Signature& from, const Signature& to, bool withTargets)
  : inputs_(places(from.inputs, to.inputs, "input array"))
  , parameters_(places(from.parameters, to.parameters, "parameter"))
{
  if (from.association != to.association)
  {
    throw Error(std::string("the model was trained on ") + nameOf(to.association) +
                ", but the data set holds values on " + nameOf(from.association) +
                ". Export it with the model's association.");
  }
  if (to.useTime && !from.useTime)
  {
    throw Error(
      "the model takes the time as an input, which the data set does not tell. Export it with the time.");
  }
  if (withTargets)
  {
    targets_ = places(from.targets, to.targets, "target array");
  }
}

Case Conform::operator()(const Case& c) const
{
  Case result = c;
  result.inputs.clear();
  for (const auto i : inputs_)
  {
    result.inputs.push_back(c.inputs.at(i));
  }
  result.parameters.clear();
  for (const auto i : parameters_)
  {
    result.parameters.push_back(c.parameters.at(i));
  }
  result.targets.clear();
  for (const auto i : targets_)
  {
    result.targets.push_back(c.targets.at(i));
  }
  return result;
}
}
