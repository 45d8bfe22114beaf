#pragma once

#include "flare/data_report.h"
#include "flare/error.h"
#include "train/training_data.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

// Data in which a report finds nothing, to be spoilt in one way at a time.
namespace flare::test
{
using Level = ReportEntry::Level;

inline TrainingOptions reportOptions()
{
  auto options = smallOptions();
  options.recipe.timeBudget = 60.0; // nothing is measured
  return options;
}

// A field over the points of a case, from its coordinates.
inline ArrayView fieldOn(const Case& c, const std::function<double(double, double, double)>& f)
{
  std::vector<double> values;
  for (std::int64_t i = 0; i < c.count(); ++i)
  {
    values.push_back(f(c.points.at(i, 0), c.points.at(i, 1), c.points.at(i, 2)));
  }
  return owningView(values, 1);
}

inline ArrayView scaled(const ArrayView& array, double factor)
{
  std::vector<double> values;
  for (std::int64_t i = 0; i < array.tuples; ++i)
  {
    for (int c = 0; c < array.components; ++c)
    {
      values.push_back(factor * array.at(i, c));
    }
  }
  return owningView(values, array.components);
}

inline std::vector<Case> soundCases(int cases)
{
  std::vector<Case> result;
  for (int i = 0; i < cases; ++i)
  {
    result.push_back(smallCase(i, 30 + 5 * (i % 3)));
  }
  return result;
}

inline DataSet dataOf(const Signature& signature, const std::vector<Case>& cases)
{
  DataSet data(signature);
  for (const auto& c : cases)
  {
    data.add(c);
  }
  return data;
}

inline std::vector<ReportEntry> entriesOf(const std::vector<ReportEntry>& report, Level level)
{
  std::vector<ReportEntry> result;
  std::copy_if(report.begin(), report.end(), std::back_inserter(result),
    [&](const ReportEntry& entry) { return entry.level == level; });
  return result;
}

// "warning target p: … > …" per line, for comparisons and messages.
inline std::string textOf(const std::vector<ReportEntry>& report)
{
  std::string text;
  for (const auto& entry : report)
  {
    text +=
      std::string(name(entry.level)) + " " + entry.subject + ": " + entry.text + " > " + entry.remedy + "\n";
  }
  return text;
}

// What a report finds wrong, without what it tells of any data.
inline std::string findings(const DataSet& data, const TrainingOptions& options = reportOptions())
{
  const auto report = reportOn(data, options);
  return textOf(entriesOf(report, Level::Error)) + textOf(entriesOf(report, Level::Warning));
}

inline bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

inline std::ptrdiff_t lines(const std::string& text)
{
  return std::count(text.begin(), text.end(), '\n');
}
}
