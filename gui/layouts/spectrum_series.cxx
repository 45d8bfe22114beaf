#include "layouts/spectrum_series.h"

#include "layouts/layout_views.h"

#include "vtkSMPropertyHelper.h"
#include "vtkSMStringVectorProperty.h"

#include <QColor>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string>

namespace flare::gui
{
namespace
{
using Strings = std::vector<std::string>;

// Lightness and hue change together, so that lines are told apart in grey too; the lightest is still seen on
// white and on ParaView's grey.
const std::array<QColor, 5> lineColours = { QColor(68, 1, 84), QColor(59, 82, 139), QColor(33, 145, 140),
  QColor(94, 201, 98), QColor(230, 180, 30) };

QColor colourOf(int number, int last)
{
  const double place = last > 0 ? double(number) / last * (lineColours.size() - 1) : 0.0;
  const auto below = std::min<std::size_t>(std::size_t(place), lineColours.size() - 2);
  const double part = place - double(below);
  const auto mixed = [&](double a, double b) { return (1.0 - part) * a + part * b; };
  const auto &a = lineColours[below], &b = lineColours[below + 1];
  return QColor::fromRgbF(
    mixed(a.redF(), b.redF()), mixed(a.greenF(), b.greenF()), mixed(a.blueF(), b.blueF()));
}

void setStrings(vtkSMProxy* chart, const char* property, const Strings& values)
{
  vtkSMStringVectorProperty::SafeDownCast(chart->GetProperty(property))->SetElements(values);
}

const Strings& stringsOf(vtkSMProxy* chart, const char* property)
{
  return vtkSMStringVectorProperty::SafeDownCast(chart->GetProperty(property))->GetElements();
}

// Are there heads of several blocks? Else heads are told apart in place of blocks.
bool severalBlocks(const std::vector<SpectrumColumn>& columns)
{
  return std::any_of(columns.begin(), columns.end(),
    [&](const SpectrumColumn& column) { return column.block != columns.front().block; });
}

bool isShown(const SpectrumColumn& column, const SpectrumMode* shown)
{
  return shown && column.block == shown->block && column.head == shown->head;
}

// One entry of the legend per block where there are several, else one per head.
Strings labelsOf(const std::vector<SpectrumColumn>& columns, const SpectrumMode* shown)
{
  const bool several = severalBlocks(columns);
  std::set<int> named;
  Strings labels;
  for (const auto& column : columns)
  {
    const auto block = "Block " + std::to_string(column.block);
    const bool ofItsOwn = !several || isShown(column, shown);
    const bool first = !ofItsOwn && named.insert(column.block).second;
    labels.push_back(column.name.toStdString());
    labels.push_back(ofItsOwn ? block + ", head " + std::to_string(column.head) : first ? block : "");
  }
  return labels;
}

// A value for the line that stands out, and one for the others.
Strings standingOut(const std::vector<SpectrumColumn>& columns, const SpectrumMode* shown, const char* value,
  const char* ofOthers)
{
  Strings values;
  for (const auto& column : columns)
  {
    values.push_back(column.name.toStdString());
    values.push_back(isShown(column, shown) ? value : ofOthers);
  }
  return values;
}

Strings thicknessesOf(const std::vector<SpectrumColumn>& columns, const SpectrumMode* shown)
{
  return standingOut(columns, shown, "4", "2");
}

Strings coloursOf(const std::vector<SpectrumColumn>& columns)
{
  const auto part = severalBlocks(columns) ? &SpectrumColumn::block : &SpectrumColumn::head;
  int last = 0;
  for (const auto& column : columns)
  {
    last = std::max(last, column.*part);
  }
  Strings colours;
  for (const auto& column : columns)
  {
    const auto colour = colourOf(column.*part, last);
    colours.push_back(column.name.toStdString());
    for (const double value : { colour.redF(), colour.greenF(), colour.blueF() })
    {
      colours.push_back(QString::number(value, 'f', 3).toStdString());
    }
  }
  return colours;
}
}

bool hasSeries(vtkSMProxy* chart, const std::vector<SpectrumColumn>& columns, const SpectrumMode* shown)
{
  return stringsOf(chart, "SeriesColor") == coloursOf(columns) &&
         stringsOf(chart, "SeriesLineThickness") == thicknessesOf(columns, shown);
}

void setSeries(vtkSMProxy* chart, const std::vector<SpectrumColumn>& columns, const SpectrumMode* shown)
{
  Strings visible = { "Mode", "0" };
  for (const auto& column : columns)
  {
    visible.insert(visible.end(), { column.name.toStdString(), "1" });
  }
  changed(chart,
    [&]
    {
      vtkSMPropertyHelper(chart, "UseIndexForXAxis").Set(0);
      vtkSMPropertyHelper(chart, "XArrayName").Set("Mode");
      setStrings(chart, "SeriesVisibility", visible);
      setStrings(chart, "SeriesLabel", labelsOf(columns, shown));
      setStrings(chart, "SeriesColor", coloursOf(columns));
      setStrings(chart, "SeriesLineThickness", thicknessesOf(columns, shown));
      setStrings(chart, "SeriesOpacity", standingOut(columns, shown, "1", shown ? "0.4" : "1"));
      setStrings(chart, "SeriesMarkerStyle", standingOut(columns, shown, "4", "0")); // circles
      setStrings(chart, "SeriesMarkerSize", standingOut(columns, shown, "7", "4"));
    });
}
}
