#include "data/report/description.h"
#include "data/report/words.h"

#include <algorithm>
#include <set>

namespace flare::report
{
namespace
{
std::string casesText(const DataSet& data, const Summary& summary, bool split)
{
  const auto all = counted(static_cast<std::int64_t>(data.size()), "case") + " found";
  if (!split)
  {
    return all;
  }
  const auto held = static_cast<std::int64_t>(summary.split.validation.size());
  return all + ": " + count(static_cast<std::int64_t>(summary.split.training.size())) + " to train on, " +
         (held == 0 ? "none" : count(held)) + " held out for validation";
}

std::string pointsText(const Summary& summary, Association association)
{
  std::int64_t all = 0;
  std::set<std::string> meshes;
  auto fewest = summary.cases.front().points, most = fewest;
  for (const auto& c : summary.cases)
  {
    all += c.points;
    fewest = std::min(fewest, c.points);
    most = std::max(most, c.points);
    meshes.insert(c.mesh);
  }
  auto text = fewest == most ? counted(most, "point") : count(fewest) + " to " + counted(most, "point");
  if (summary.cases.size() > 1)
  {
    text += " per case, " + count(all) + " in all";
    text += meshes.size() == 1 ? "; all cases have the same mesh" : "";
  }
  return text + (association == Association::Cells ? " (cell centres)" : "");
}

// "on points, 3 components; X -1.2e-05 to 0.00034 m, Y …"
std::string fieldText(
  const FieldSpec& field, Association association, const std::vector<Range>& ranges, std::size_t first)
{
  const bool points = association == Association::Points;
  auto text = std::string("on ") + (points ? "points" : "cells");
  text += field.averaged ? std::string(", averaged from ") + (points ? "cells" : "points") : "";
  if (field.components == 1)
  {
    return text + "; " + range(ranges[first].smallest, ranges[first].largest, field.unit);
  }
  text += ", " + std::to_string(field.components) + " components; ";
  for (int c = 0; c < field.components; ++c)
  {
    const auto& r = ranges[first + static_cast<std::size_t>(c)];
    const auto named = static_cast<std::size_t>(c) < field.componentNames.size() &&
                       !field.componentNames[static_cast<std::size_t>(c)].empty();
    text += (c == 0 ? "" : ", ") +
            (named ? field.componentNames[static_cast<std::size_t>(c)] : std::to_string(c)) + ": " +
            range(r.smallest, r.largest, field.unit);
  }
  return text;
}

void describeFields(const char* role, const std::vector<FieldSpec>& fields, Association association,
  const std::vector<Range>& ranges, std::size_t first, Entries& entries)
{
  for (const auto& field : fields)
  {
    addInfo(entries, std::string(role) + " " + field.name, fieldText(field, association, ranges, first));
    first += static_cast<std::size_t>(field.components);
  }
}

void describeParameters(const DataSet& data, Entries& entries)
{
  std::vector<std::size_t> all(data.size());
  for (std::size_t i = 0; i < all.size(); ++i)
  {
    all[i] = i;
  }
  for (const auto& column : parameterColumns(data, all))
  {
    const auto [smallest, largest] = std::minmax_element(column.values.begin(), column.values.end());
    const std::set<double> different(column.values.begin(), column.values.end());
    addInfo(entries, column.subject,
      range(*smallest, *largest, column.unit) + "; " +
        counted(static_cast<std::int64_t>(different.size()), "value") + " over the cases");
  }
}
}

void describeData(const DataSet& data, const Summary& summary, bool split, Entries& entries)
{
  const auto& signature = data.signature();
  addInfo(entries, "cases", casesText(data, summary, split));
  addInfo(entries, "points", pointsText(summary, signature.association));
  describeFields("target", signature.targets, signature.association, summary.targets, 0, entries);
  describeFields("input", signature.inputs, signature.association, summary.inputs, 3, entries);
  describeParameters(data, entries);
}
}
