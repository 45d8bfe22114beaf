#include "layouts/spectrum_modes.h"

#include "vtkDataObject.h"
#include "vtkPVArrayInformation.h"
#include "vtkPVDataInformation.h"
#include "vtkPVDataSetAttributesInformation.h"
#include "vtkSMSourceProxy.h"

#include <QRegularExpression>

#include <algorithm>
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

std::vector<SpectrumColumn> columnsOf(vtkSMProxy* spectrum)
{
  std::vector<SpectrumColumn> columns;
  matchArrays(spectrum, 3, { vtkDataObject::ROW }, "^(?:.* )?Block (\\d+) Head (\\d+)$",
    [&](const QRegularExpressionMatch& match, int) {
      columns.push_back({ match.captured(0), match.captured(1).toInt(), match.captured(2).toInt() });
    });
  return columns;
}
}
