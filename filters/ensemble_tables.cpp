#include "ensemble_tables.h"

#include "tables.h"

#include <algorithm>

namespace flare::filters
{
namespace
{
// One list per head, one after another.
std::vector<double> joined(
  const std::vector<HeadDistribution>& heads, std::vector<double> HeadDistribution::*list)
{
  std::vector<double> values;
  for (const auto& head : heads)
  {
    values.insert(values.end(), (head.*list).begin(), (head.*list).end());
  }
  return values;
}
}

void fillDistribution(vtkTable* table, const std::vector<HeadDistribution>& heads)
{
  std::vector<std::int64_t> block, head, mode;
  for (const auto& one : heads)
  {
    for (std::size_t m = 0; m < one.median.size(); ++m)
    {
      block.push_back(one.block);
      head.push_back(one.head);
      mode.push_back(static_cast<std::int64_t>(m));
    }
  }
  addColumn(table, "Block", block);
  addColumn(table, "Head", head);
  addColumn(table, "Mode", mode);
  addColumn(table, "Median", joined(heads, &HeadDistribution::median));
  addColumn(table, "Lower", joined(heads, &HeadDistribution::lower));
  addColumn(table, "Upper", joined(heads, &HeadDistribution::upper));
  addColumn(table, "Smallest", joined(heads, &HeadDistribution::smallest));
  addColumn(table, "Largest", joined(heads, &HeadDistribution::largest));
}

void fillDepartures(vtkTable* table, const std::vector<CaseDeparture>& cases)
{
  std::vector<std::string> name;
  std::vector<double> departure;
  std::vector<std::int64_t> block, head;
  for (const auto& one : cases)
  {
    name.push_back(one.name);
    departure.push_back(one.departure);
    block.push_back(one.block);
    head.push_back(one.head);
  }
  addColumn(table, "Case", name);
  addColumn(table, "Departure", departure);
  addColumn(table, "Block", block);
  addColumn(table, "Head", head);
}

void fillDistributionChart(vtkTable* table, const std::vector<HeadDistribution>& heads)
{
  std::size_t rows = 0;
  for (const auto& head : heads)
  {
    rows = std::max(rows, head.median.size());
  }
  addModeNumbers(table, rows);
  for (const auto& head : heads)
  {
    const auto name = headName(head.block, head.head);
    addColumn(table, name, forLogAxis(head.median, rows));
    addColumn(table, name + " lower", forLogAxis(head.lower, rows));
    addColumn(table, name + " upper", forLogAxis(head.upper, rows));
  }
}
}
