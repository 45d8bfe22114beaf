#include "data/batch.h"
#include "data/report/findings.h"
#include "data/report/words.h"
#include "train/setup.h"

#include <algorithm>

namespace flare::report
{
namespace
{
// A case whose field is so many times as large as the median one's decides the normalisation alone. Loads and
// materials that differ by orders of magnitude stay below it; values in other units, or a run that
// diverged, rarely do.
constexpr double outlierFactor = 1000.0;

// Root mean squares rather than 2-norms: those of a mesh with more points would be larger.
double medianSize(const Summary& summary, std::size_t field)
{
  std::vector<double> sizes;
  for (const auto& c : summary.cases)
  {
    sizes.push_back(c.targetSizes[field]);
  }
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  return *middle;
}

void findOutliers(const DataSet& data, const Summary& summary, std::size_t field, Entries& entries)
{
  const auto& name = data.signature().targets[field].name;
  const double median = medianSize(summary, field);
  std::vector<std::string> names;
  double largest = 0.0;
  for (std::size_t i = 0; i < data.size() && median > 0.0; ++i)
  {
    const double size = summary.cases[i].targetSizes[field];
    if (size > outlierFactor * median)
    {
      names.push_back(data[i].name);
      largest = std::max(largest, size / median);
    }
  }
  if (!names.empty())
  {
    addWarning(entries, "target " + name,
      "in " + std::string(names.size() == 1 ? "case " : "the cases ") + quoted(names) +
        " its values are up to " + number(largest) + " times as large as in the median case",
      "Look at " + std::string(names.size() == 1 ? "this case" : "these cases") +
        " for other units or a solution that diverged, and put it right or leave it out");
  }
}

bool isConstantField(const std::vector<Range>& ranges, int begin, int components)
{
  return std::all_of(ranges.begin() + begin, ranges.begin() + begin + components,
    [](const Range& range) { return train::isConstant(range.smallest, range.largest); });
}
}

void findInTargets(const DataSet& data, const Summary& summary, Entries& entries)
{
  const auto& signature = data.signature();
  for (const auto& component : train::constantComponents(signature, summary.targetScaling))
  {
    addWarning(entries, "target " + component.name, component.note,
      "Nothing, if it has to be so, as across a plane problem; else look at how this component was computed");
  }
  for (std::size_t f = 0; f < signature.targets.size(); ++f)
  {
    findOutliers(data, summary, f, entries);
  }
}

void findInInputs(const DataSet& data, const Summary& summary, Entries& entries)
{
  const auto& signature = data.signature();
  int begin = 3;
  for (const auto& field : signature.inputs)
  {
    const auto& first = summary.trainingInputs[begin];
    if (isConstantField(summary.trainingInputs, begin, field.components))
    {
      addWarning(entries, "input " + field.name,
        "it is constant (" + number(first.smallest) +
          ") over the training cases: the model cannot learn what it does",
        "Leave it out, or add cases in which it varies");
    }
    for (const auto& target : signature.targets)
    {
      if (field.averaged && field.name == target.name)
      {
        addWarning(entries, "input " + field.name,
          "it has the name of the target '" + target.name + "', on the other of points and cells",
          "Leave it out, unless it is known before a simulation: the network would be handed the answer");
      }
    }
    begin += field.components;
  }
}
}
