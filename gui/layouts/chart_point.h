#pragma once

#include <QString>

#include <optional>

class vtkSMProxy;

namespace flare::gui
{
// What is drawn at a place of a chart.
struct ChartPoint
{
  QString column;         // of the line
  std::optional<int> row; // of the point of the line, where that is near as well
  double value = 0.0;     // there
};

// The line that is nearest to a place of the chart view, in pixels from its lower left corner.
std::optional<ChartPoint> chartPointAt(vtkSMProxy* view, const int place[2]);
}
