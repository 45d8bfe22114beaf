#include "layouts/spectrum_modes.h"

#include "vtkDataObject.h"
#include "vtkPVArrayInformation.h"
#include "vtkPVDataInformation.h"
#include "vtkPVDataSetAttributesInformation.h"
#include "vtkSMSourceProxy.h"

#include <QRegularExpression>

#include <algorithm>
#include <iterator>
#include <tuple>

namespace flare::gui
{
namespace
{
// Calls found(match, association) for the arrays of a port whose names match.
template<class Found>
void matchArrays(
  vtkSMProxy* spectrum, unsigned int port, const QVector<int>& associations, const char* pattern, Found found)
{
  const QRegularExpression expression(pattern);
  auto* data = vtkSMSourceProxy::SafeDownCast(spectrum)->GetDataInformation(port);
  for (const int association : associations)
  {
    auto* arrays = data->GetAttributeInformation(association);
    for (int i = 0; arrays && i < arrays->GetNumberOfArrays(); ++i)
    {
      const auto match = expression.match(arrays->GetArrayInformation(i)->GetName());
      if (match.hasMatch())
      {
        found(match, association);
      }
    }
  }
}
}

std::vector<SpectrumMode> modesOf(vtkSMProxy* spectrum)
{
  std::vector<SpectrumMode> modes;
  matchArrays(spectrum, 1, { vtkDataObject::POINT, vtkDataObject::CELL }, "^mode_b(\\d+)_h(\\d+)_(\\d+)$",
    [&](const QRegularExpressionMatch& match, int association)
    {
      modes.push_back({ match.captured(1).toInt(), match.captured(2).toInt(), match.captured(3).toInt(),
        match.captured(0), association });
    });
  const auto order = [](const SpectrumMode& mode) { return std::tie(mode.block, mode.head, mode.index); };
  std::sort(modes.begin(), modes.end(),
    [&](const SpectrumMode& a, const SpectrumMode& b) { return order(a) < order(b); });
  return modes;
}

std::vector<SpectrumMode> shownModes(const std::vector<SpectrumMode>& modes)
{
  std::vector<SpectrumMode> shown;
  std::copy_if(modes.begin(), modes.end(), std::back_inserter(shown),
    [&](const SpectrumMode& mode) { return mode.sameHead(modes.front()) && mode.index > 0; });
  return shown.empty() && !modes.empty() ? std::vector<SpectrumMode>{ modes.front() } : shown;
}

std::optional<Route> routeOf(vtkSMProxy* routes)
{
  std::optional<Route> route;
  matchArrays(routes, 0, { vtkDataObject::POINT, vtkDataObject::CELL }, "^route_b(\\d+)(?:_h(\\d+))?$",
    [&](const QRegularExpressionMatch& match, int association)
    {
      const auto head = match.captured(2);
      route = { match.captured(1).toInt(), head.isEmpty() ? -1 : head.toInt(), match.captured(0),
        association };
    });
  return route;
}

std::vector<SpectrumColumn> columnsOf(vtkSMProxy* spectrum)
{
  std::vector<SpectrumColumn> columns;
  matchArrays(spectrum, 3, { vtkDataObject::ROW }, "^(.* )?Block (\\d+) Head (\\d+)$",
    [&](const QRegularExpressionMatch& match, int)
    {
      columns.push_back(
        { match.captured(0), match.captured(1), match.captured(2).toInt(), match.captured(3).toInt() });
    });
  // ParaView lists arrays in the order of letters, in which 10 comes before 2.
  std::stable_sort(columns.begin(), columns.end(),
    [](const SpectrumColumn& a, const SpectrumColumn& b)
    { return std::tie(a.mesh, a.block, a.head) < std::tie(b.mesh, b.block, b.head); });
  return columns;
}

std::vector<SpectrumRow> rowsOf(vtkSMProxy* spectrum)
{
  std::vector<SpectrumRow> rows;
  for (const auto& column : columnsOf(spectrum))
  {
    if (rows.empty() || rows.back().back().block != column.block || rows.back().back().mesh != column.mesh)
    {
      rows.emplace_back();
    }
    rows.back().push_back(column);
  }
  return rows;
}
}
