#pragma once

#include "data/report/summary.h"
#include "flare/data_report.h"

#include <string>
#include <vector>

namespace flare::report
{
// Entries of one level, with the function that adds one.
using Entries = std::vector<ReportEntry>;

inline void addInfo(Entries& entries, const std::string& subject, const std::string& text)
{
  entries.push_back({ ReportEntry::Level::Info, subject, text, "" });
}

inline void addWarning(
  Entries& entries, const std::string& subject, const std::string& text, const std::string& remedy)
{
  entries.push_back({ ReportEntry::Level::Warning, subject, text, remedy });
}

inline void addError(
  Entries& entries, const std::string& subject, const std::string& text, const std::string& remedy)
{
  entries.push_back({ ReportEntry::Level::Error, subject, text, remedy });
}

// Each of these looks for one family of likely mistakes.
void findInSplit(const DataSet& data, const Summary& summary, Entries& entries);
void findInTargets(const DataSet& data, const Summary& summary, Entries& entries);
void findInInputs(const DataSet& data, const Summary& summary, Entries& entries);
void findInParameters(const DataSet& data, const Summary& summary, Entries& entries);
void findInUnits(const DataSet& data, const Summary& summary, Entries& entries);
// Cases that are the same, contradict each other, or are steps of time. Reads some cases again; false when
// the user stopped it.
bool findInRepetitions(const DataSet& data, const Summary& summary, Watch& watch, Entries& entries);
// Inputs that give a target away. Reads the training cases again; false when the user stopped it.
bool findInRelations(const DataSet& data, const Summary& summary, Watch& watch, Entries& entries);

// The parameters, and the time where it is an input, with their values in the training cases.
struct ParameterColumn
{
  std::string subject; // "parameter Speed", "time"
  std::string name;    // "the parameter 'Speed'", "the time"
  std::string unit;
  std::vector<double> values;

  bool varies() const;
};
std::vector<ParameterColumn> parameterColumns(const DataSet& data, const std::vector<std::size_t>& cases);

// Pearson's, between -1 and 1; NaN where one of them does not vary.
double correlation(const std::vector<double>& a, const std::vector<double>& b);
}
