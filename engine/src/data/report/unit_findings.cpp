#include "data/report/findings.h"
#include "data/report/words.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace flare::report
{
namespace
{
struct UnitFactor
{
  double factor;
  const char* larger;  // the unit whose coordinates are larger in number by the factor ...
  const char* smaller; // ... than in this one
};

// What coordinates are off by when one tool wrote other units than the next one read.
constexpr UnitFactor unitFactors[] = { { 10.0, "millimetres", "centimetres" }, { 12.0, "inches", "feet" },
  { 25.4, "millimetres", "inches" }, { 39.37, "inches", "metres" }, { 100.0, "centimetres", "metres" },
  { 304.8, "millimetres", "feet" }, { 1000.0, "millimetres", "metres" }, { 1e6, "micrometres", "metres" } };

// Shapes of one study differ in size, too. Cases within this factor of the median are taken to be meant so;
// two of them differ by its square, 9, which still is no factor of units.
constexpr double usualSpread = 3.0;
// How far from a factor a ratio may be, for the same reason: the next of the factors above is often nearer
// than this, and then that one is named.
constexpr double factorTolerance = 1.3;

std::optional<UnitFactor> factorNear(double ratio)
{
  const double distance = ratio < 1.0 ? 1.0 / ratio : ratio;
  const auto off = [&](const UnitFactor& unit) { return std::abs(std::log(distance / unit.factor)); };
  const auto nearest = *std::min_element(std::begin(unitFactors), std::end(unitFactors),
    [&](const UnitFactor& a, const UnitFactor& b) { return off(a) < off(b); });
  return off(nearest) <= std::log(factorTolerance) ? std::optional(nearest) : std::nullopt;
}

double lowerMedian(const std::vector<CaseSummary>& cases)
{
  std::vector<double> diagonals;
  for (const auto& c : cases)
  {
    diagonals.push_back(c.diagonal);
  }
  const auto middle = diagonals.begin() + static_cast<std::ptrdiff_t>((diagonals.size() - 1) / 2);
  std::nth_element(diagonals.begin(), middle, diagonals.end());
  return *middle;
}

struct OtherUnit
{
  UnitFactor unit;
  bool larger = false;
  std::vector<std::string> names;
};

void add(std::vector<OtherUnit>& units, const UnitFactor& factor, bool larger, const std::string& name)
{
  const auto found = std::find_if(units.begin(), units.end(),
    [&](const OtherUnit& other) { return other.unit.factor == factor.factor && other.larger == larger; });
  if (found != units.end())
  {
    found->names.push_back(name);
    return;
  }
  units.push_back({ factor, larger, { name } });
}
}

// Silent as soon as one case is neither of the usual size nor off by a factor of units: then sizes of any
// kind belong to the study.
void findInUnits(const DataSet& data, const Summary& summary, Entries& entries)
{
  const double median = lowerMedian(summary.cases);
  std::vector<OtherUnit> units;
  for (std::size_t i = 0; i < data.size(); ++i)
  {
    const double ratio = summary.cases[i].diagonal / median;
    if (ratio <= usualSpread && ratio >= 1.0 / usualSpread)
    {
      continue;
    }
    const auto factor = factorNear(ratio);
    if (!factor)
    {
      return;
    }
    add(units, *factor, ratio > 1.0, data[i].name);
  }
  for (const auto& other : units)
  {
    const bool one = other.names.size() == 1;
    addWarning(entries, one ? "case '" + other.names.front() + "'" : "cases",
      (one ? "its mesh is" : "the meshes of " + quoted(other.names) + " are") + std::string(" about ") +
        number(other.unit.factor) + " times as " + (other.larger ? "large" : "small") +
        " as that of the median case, as if its coordinates were in " +
        (other.larger ? other.unit.larger : other.unit.smaller) + " instead of " +
        (other.larger ? other.unit.smaller : other.unit.larger),
      "Bring all cases to one unit (filter Transform), or leave " + std::string(one ? "it" : "them") +
        " out");
  }
}
}
