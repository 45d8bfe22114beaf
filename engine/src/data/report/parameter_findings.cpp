#include "data/report/findings.h"
#include "data/report/words.h"
#include "train/setup.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace flare::report
{
namespace
{
// Three cases show whether a parameter's effect is straight or bent; fewer leave that to chance.
constexpr std::int64_t casesPerParameter = 3;

// 1 - |correlation| of two columns that are multiples of each other, but for rounding. Numbers stored in
// float32 differ by 6e-8 of their size. Where a parameter varies by 1e-4 of its size, that is e = 6e-4 of
// its deviation, and e^2 / 2 is what is missing from 1. Columns that are merely close (1e-3) have 1e-6 / 2
// only from a thousandth of their deviation on: by any measure the same for a network.
constexpr double correlationGap = 1e-6;
// Two cases always lie on a line.
constexpr std::size_t fewestCorrelated = 3;

void findConstant(const ParameterColumn& column, Entries& entries)
{
  addWarning(entries, column.subject,
    column.name + " is " + range(column.values.front(), column.values.front(), column.unit) +
      " in all training cases: the model cannot learn what it does",
    "Leave it out, or add cases in which it varies");
}

void findTooFew(const std::vector<ParameterColumn>& columns, std::int64_t cases, Entries& entries)
{
  const auto varying =
    std::count_if(columns.begin(), columns.end(), [](const auto& column) { return column.varies(); });
  if (cases >= casesPerParameter * varying)
  {
    return;
  }
  const bool fewer = cases < varying;
  addWarning(entries, "cases",
    counted(cases, "training case") + " for " + counted(varying, "parameter") + " that vary: " +
      (fewer ? "fewer cases than parameters, so that no parameter's effect can be told from the others'"
             : "few to tell the parameters' effects from each other"),
    "Add cases (at least " + count(casesPerParameter * varying) +
      " to train on), or choose fewer parameters");
}

void findCorrelated(const std::vector<ParameterColumn>& columns, Entries& entries)
{
  for (std::size_t i = 0; i < columns.size(); ++i)
  {
    for (std::size_t j = i + 1; j < columns.size(); ++j)
    {
      const double r = std::abs(correlation(columns[i].values, columns[j].values));
      if (r >= 1.0 - correlationGap)
      {
        addWarning(entries, columns[j].subject,
          columns[j].name + " follows from " + columns[i].name +
            " in all training cases (they lie on a straight line): the model cannot tell their effects apart",
          "Leave one of the two out, or add cases in which they vary independently");
      }
    }
  }
}
}

bool ParameterColumn::varies() const
{
  const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
  return !values.empty() && !train::isConstant(*smallest, *largest);
}

std::vector<ParameterColumn> parameterColumns(const DataSet& data, const std::vector<std::size_t>& cases)
{
  const auto& signature = data.signature();
  std::vector<ParameterColumn> columns;
  for (std::size_t p = 0; p < signature.parameters.size(); ++p)
  {
    const auto& spec = signature.parameters[p];
    columns.push_back({ "parameter " + spec.name, "the parameter '" + spec.name + "'", spec.unit, {} });
    for (const auto index : cases)
    {
      columns.back().values.push_back(data[index].parameters[p]);
    }
  }
  if (signature.useTime)
  {
    columns.push_back({ "time", "the time", "", {} });
    for (const auto index : cases)
    {
      columns.back().values.push_back(data[index].time);
    }
  }
  return columns;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b)
{
  // Of values between -1 and 1, so that no square overflows.
  const auto centred = [](std::vector<double> values)
  {
    double largest = 0.0;
    for (const auto value : values)
    {
      largest = std::max(largest, std::abs(value));
    }
    double mean = 0.0;
    for (auto& value : values)
    {
      value /= largest;
      mean += value / static_cast<double>(values.size());
    }
    for (auto& value : values)
    {
      value -= mean;
    }
    return values;
  };
  const auto x = centred(a), y = centred(b);
  const auto dot = [](const std::vector<double>& u, const std::vector<double>& v)
  { return std::inner_product(u.begin(), u.end(), v.begin(), 0.0); };
  return dot(x, y) / std::sqrt(dot(x, x) * dot(y, y));
}

void findInParameters(const DataSet& data, const Summary& summary, Entries& entries)
{
  const auto& training = summary.split.training;
  if (training.size() < 2)
  {
    return; // nothing can vary, and the report has said so
  }
  auto columns = parameterColumns(data, training);
  for (const auto& column : columns)
  {
    if (!column.varies())
    {
      findConstant(column, entries);
    }
  }
  findTooFew(columns, static_cast<std::int64_t>(training.size()), entries);
  if (training.size() >= fewestCorrelated)
  {
    const auto constant = [](const ParameterColumn& column) { return !column.varies(); };
    columns.erase(std::remove_if(columns.begin(), columns.end(), constant), columns.end());
    findCorrelated(columns, entries);
  }
}
}
