#include "flare/data_report.h"

#include "data/report/description.h"
#include "data/report/settings.h"
#include "data/report/summary.h"
#include "flare/error.h"

#include <algorithm>
#include <numeric>

namespace flare
{
namespace
{
using report::Entries;

// The parts' shares of the progress: reading all cases takes most of the time.
constexpr double summaryEnd = 0.6;
constexpr double repetitionsEnd = 0.7;
constexpr double relationsEnd = 0.8;

// Errors first, and each level in the order in which it was found.
Entries sorted(Entries entries)
{
  std::stable_sort(entries.begin(), entries.end(),
    [](const ReportEntry& a, const ReportEntry& b) { return a.level > b.level; });
  return entries;
}

Split everything(std::size_t cases)
{
  Split split;
  split.training.resize(cases);
  std::iota(split.training.begin(), split.training.end(), std::size_t{ 0 });
  return split;
}

// False when the user stopped it.
bool lookAtCases(const DataSet& data, const TrainingOptions& options, const report::Settings& settings,
  report::Watch& watch, Entries& entries)
{
  watch.part(0.0, summaryEnd);
  const auto summary =
    report::summarise(data, settings.split ? *settings.split : everything(data.size()), watch);
  if (summary.cases.empty())
  {
    return false;
  }
  report::checkTargets(data, summary, entries);
  if (settings.split)
  {
    report::findInSplit(data, summary, entries);
  }
  report::findInUnits(data, summary, entries);
  watch.part(summaryEnd, repetitionsEnd);
  if (!report::findInRepetitions(data, summary, watch, entries))
  {
    return false;
  }
  report::findInTargets(data, summary, entries);
  watch.part(repetitionsEnd, relationsEnd);
  report::findInInputs(data, summary, entries);
  if (!report::findInRelations(data, summary, watch, entries))
  {
    return false;
  }
  report::findInParameters(data, summary, entries);
  report::describeData(data, summary, settings.split.has_value(), entries);
  watch.part(relationsEnd, 1.0);
  Entries late;
  const bool finished = report::describeTraining(data, options, settings, summary, watch, entries, late);
  entries.insert(entries.end(), late.begin(), late.end());
  return finished;
}
}

const char* name(ReportEntry::Level level)
{
  return level == ReportEntry::Level::Error     ? "error"
         : level == ReportEntry::Level::Warning ? "warning"
                                                : "info";
}

bool hasErrors(const std::vector<ReportEntry>& report)
{
  return std::any_of(report.begin(), report.end(),
    [](const ReportEntry& entry) { return entry.level == ReportEntry::Level::Error; });
}

std::vector<ReportEntry> reportOn(
  const DataSet& data, const TrainingOptions& options, const std::function<bool(double)>& progress)
{
  Entries entries;
  report::Watch watch(progress, *data.communicator());
  const auto settings = report::checkSettings(data, options, entries);
  report::checkRoles(data.signature(), entries);
  if (data.size() == 0)
  {
    return entries;
  }
  try
  {
    if (!lookAtCases(data, options, settings, watch, entries))
    {
      return {};
    }
  }
  catch (const Error& error)
  {
    report::addError(entries, "cases", error, "Repair or remove this case");
  }
  watch.part(0.0, 1.0);
  watch.tell(1.0);
  return watch.stoppedAnywhere() ? Entries() : sorted(std::move(entries));
}
}
