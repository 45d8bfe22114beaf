#include "flare/dataset.h"

#include "data/array.h"
#include "data/check.h"

#include <cmath>
#include <sstream>
#include <type_traits>

namespace flare
{
namespace
{
std::string countText(std::int64_t count, const char* what)
{
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// The first value that is not a finite number, as "…, first at index 7, component 1"; else empty.
std::string findNonFinite(const ArrayView& a)
{
  return visit(a,
    [&](const auto* values) -> std::string
    {
      using T = std::remove_cv_t<std::remove_pointer_t<decltype(values)>>;
      if constexpr (std::is_floating_point_v<T>)
      {
        const auto count = a.tuples * a.components;
        for (std::int64_t i = 0; i < count; ++i)
        {
          if (!std::isfinite(values[i]))
          {
            std::ostringstream text;
            text << (std::isnan(values[i]) ? "NaN" : "an infinite value") << ", first at index "
                 << i / a.components;
            if (a.components > 1)
            {
              text << ", component " << i % a.components;
            }
            return text.str();
          }
        }
      }
      return {};
    });
}

std::string checkArray(const std::string& what, const ArrayView& a, std::int64_t tuples, int components)
{
  if (a.components != components)
  {
    return what + " has " + countText(a.components, "component") + " instead of " +
           std::to_string(components);
  }
  if (a.tuples != tuples)
  {
    return what + " has " + countText(a.tuples, "value") + " for " + countText(tuples, "point");
  }
  const auto bad = findNonFinite(a);
  return bad.empty() ? bad : what + " holds " + bad + ". Repair or remove this case, or choose another array";
}

std::string checkFields(const char* role, const std::vector<FieldSpec>& specs,
  const std::vector<ArrayView>& arrays, std::int64_t points)
{
  if (arrays.size() != specs.size())
  {
    return std::to_string(arrays.size()) + " " + role + " arrays were given instead of " +
           std::to_string(specs.size());
  }
  for (std::size_t i = 0; i < specs.size(); ++i)
  {
    auto problem = checkArray(
      std::string(role) + " array '" + specs[i].name + "'", arrays[i], points, specs[i].components);
    if (!problem.empty())
    {
      return problem;
    }
  }
  return {};
}

std::string checkLocally(const Signature& signature, const Case& c)
{
  auto problem = checkArray("the coordinates", c.points, c.count(), 3);
  if (problem.empty())
  {
    problem = checkFields("input", signature.inputs, c.inputs, c.count());
  }
  if (problem.empty() && !c.targets.empty())
  {
    problem = checkFields("target", signature.targets, c.targets, c.count());
  }
  if (!problem.empty())
  {
    return problem;
  }
  problem = constantProblem(signature, c.parameters, c.time);
  if (!problem.empty())
  {
    return problem;
  }
  if (c.owned.data != nullptr && (c.owned.tuples != c.count() || c.owned.type != ScalarType::UInt8))
  {
    return "its marks of owned points do not fit its points";
  }
  return {};
}
}

std::string constantProblem(const Signature& signature, const std::vector<double>& parameters, double time)
{
  if (parameters.size() != signature.parameters.size())
  {
    return std::to_string(parameters.size()) + " parameters were given instead of " +
           std::to_string(signature.parameters.size());
  }
  for (std::size_t i = 0; i < parameters.size(); ++i)
  {
    if (!std::isfinite(parameters[i]))
    {
      return "the parameter '" + signature.parameters[i].name + "' is not a finite number";
    }
  }
  if (signature.useTime && !std::isfinite(time))
  {
    return "its time is not a finite number";
  }
  return {};
}

void check(const Signature& signature, const Case& c, Communicator& communicator)
{
  const auto problem = checkLocally(signature, c);
  agree(communicator, problem.empty() ? problem : "case '" + c.name + "': " + problem);
  auto points = c.count();
  communicator.sum(&points, 1);
  if (points == 0)
  {
    throw Error(
      "case '" + c.name + "' has no points. Remove it, or check the reader and the filters before it");
  }
}
}
