#include "data/array.h"
#include "data/channels.h"
#include "data/hash.h"
#include "data/report/findings.h"
#include "data/report/words.h"

#include <algorithm>
#include <map>
#include <set>

namespace flare::report
{
namespace
{
using Cases = std::vector<std::size_t>;

// Groups of cases that are reported one by one; the others are only counted.
constexpr std::size_t mostGroups = 5;

// Steps of time change a field in one direction for a while: two steps change it by up to twice as much as
// one does. With D1 and D2 the mean squares of the change over one and over two steps,
// D2 / D1 = 2 + 2 r, where r is the correlation of successive changes. Cases in any order have D2 = D1
// (r = -1/2), a random walk has 2 (r = 0), a slow change up to 4.
constexpr double slownessBound = 2.0;
constexpr std::size_t fewestSteps = 3;

std::string inputKey(const DataSet& data, const Summary& summary, std::size_t index)
{
  Hash hash;
  hash.add(summary.cases[index].mesh);
  hash.add(summary.cases[index].inputs);
  for (const auto parameter : data[index].parameters)
  {
    hash.add(parameter);
  }
  if (data.signature().useTime)
  {
    hash.add(data[index].time);
  }
  return hash.text();
}

// The cases that share a key, in the order of their first ones.
template<typename KeyOf>
std::vector<Cases> groupsOf(const Cases& cases, const KeyOf& keyOf)
{
  std::map<std::string, std::size_t> places;
  std::vector<Cases> groups;
  for (const auto index : cases)
  {
    const auto [place, isNew] = places.emplace(keyOf(index), groups.size());
    if (isNew)
    {
      groups.emplace_back();
    }
    groups[place->second].push_back(index);
  }
  return groups;
}

std::vector<std::string> namesOf(const DataSet& data, const Cases& cases)
{
  std::vector<std::string> names;
  for (const auto index : cases)
  {
    names.push_back(data[index].name);
  }
  return names;
}

// Sums of squared differences of the targets of two cases with the same points, each component by its scale.
double squaredChange(const DataSet& data, const ChannelScaling& scaling, std::size_t a, std::size_t b)
{
  const auto first = targetChannels(data.signature(), data[a]);
  const auto second = targetChannels(data.signature(), data[b]);
  double sum = 0.0;
  for (std::size_t c = 0; c < first.size(); ++c)
  {
    for (std::int64_t i = 0; scaling.scale[c] > 0.0 && i < data[a].count(); ++i)
    {
      const double change =
        (second[c].array->at(i, second[c].component) - first[c].array->at(i, first[c].component)) /
        scaling.scale[c];
      sum += isOwned(data[a], i) ? change * change : 0.0;
    }
  }
  return sum;
}

class Repetitions
{
public:
  Repetitions(const DataSet& data, const Summary& summary, Watch& watch)
    : data_(data)
    , summary_(summary)
    , watch_(watch)
  {
  }

  bool find(Entries& entries)
  {
    Cases all(data_.size());
    for (std::size_t i = 0; i < all.size(); ++i)
    {
      all[i] = i;
    }
    const auto groups = groupsOf(all, [&](std::size_t i) { return inputKey(data_, summary_, i); });
    for (const auto& group : groups)
    {
      if (group.size() > 1)
      {
        sort(group);
      }
      seen_ += group.size();
    }
    if (watch_.stoppedAnywhere())
    {
      return false;
    }
    addSeries(entries);
    addContradictions(entries);
    addIdentical(entries);
    return true;
  }

private:
  // What a group of cases with the same inputs is.
  void sort(const Cases& group)
  {
    const auto byTargets = groupsOf(group, [&](std::size_t i) { return summary_.cases[i].targets; });
    for (const auto& same : byTargets)
    {
      if (same.size() > 1)
      {
        identical_.push_back(same);
      }
    }
    if (byTargets.size() > 1)
    {
      (changesSlowly(group) ? series_ : contradictions_).push_back(group);
    }
  }

  bool changesSlowly(const Cases& group)
  {
    if (group.size() < fewestSteps || data_.signature().useTime)
    {
      return false;
    }
    double sums[2] = { 0.0, 0.0 };
    for (std::size_t i = 0; i + 1 < group.size(); ++i)
    {
      if (!watch_.tell(static_cast<double>(seen_ + i) / static_cast<double>(data_.size())))
      {
        break;
      }
      sums[0] += squaredChange(data_, summary_.targetScaling, group[i], group[i + 1]);
      if (i + 2 < group.size())
      {
        sums[1] += squaredChange(data_, summary_.targetScaling, group[i], group[i + 2]);
      }
    }
    data_.communicator()->sum(sums, 2);
    const double one = sums[0] / static_cast<double>(group.size() - 1);
    const double two = sums[1] / static_cast<double>(group.size() - 2);
    return two > slownessBound * one;
  }

  void addSeries(Entries& entries) const
  {
    if (series_.empty())
    {
      return;
    }
    std::int64_t cases = 0;
    for (const auto& group : series_)
    {
      cases += static_cast<std::int64_t>(group.size());
    }
    const auto& first = series_.front();
    addWarning(entries, "time",
      counted(cases, "case") + " look like steps of time (" +
        (series_.size() > 1 ? count(static_cast<std::int64_t>(series_.size())) + " series, such as " : "") +
        "'" + data_[first.front()].name + "' to '" + data_[first.back()].name +
        "'): with the same points, inputs and parameters, their targets change little by little. The model "
        "is "
        "not told the time, so it can only learn their mean",
      "Switch UseTime on, so that the time is an input of the model; or, if they are not steps of time, "
      "choose "
      "the parameter that tells them apart");
  }

  void addContradictions(Entries& entries) const
  {
    addGroups(entries, contradictions_,
      "have the same points, inputs and parameters, but different targets: no model can predict them all",
      std::string("Choose the parameter or input array in which they differ") +
        (data_.signature().useTime ? "" : " (UseTime, where it is the time)") + ", or leave out all but one");
  }

  void addIdentical(Entries& entries) const
  {
    addGroups(entries, identical_,
      "are identical: the same points, inputs, parameters and targets. The model would see them more often "
      "than others, and one that is held out would not be new to it",
      "Leave out all but one");
  }

  void addGroups(Entries& entries, const std::vector<Cases>& groups, const std::string& what,
    const std::string& remedy) const
  {
    for (std::size_t g = 0; g < std::min(groups.size(), mostGroups); ++g)
    {
      addWarning(entries, "case '" + data_[groups[g].front()].name + "'",
        "the cases " + quoted(namesOf(data_, groups[g])) + " " + what, remedy);
    }
    if (groups.size() > mostGroups)
    {
      addWarning(entries, "cases",
        "and " + counted(static_cast<std::int64_t>(groups.size() - mostGroups), "further group") +
          " of cases that " + what,
        remedy);
    }
  }

  const DataSet& data_;
  const Summary& summary_;
  Watch& watch_;
  std::size_t seen_ = 0;
  std::vector<Cases> series_, contradictions_, identical_;
};
}

bool findInRepetitions(const DataSet& data, const Summary& summary, Watch& watch, Entries& entries)
{
  return Repetitions(data, summary, watch).find(entries);
}
}
