#include "layouts/chart_point.h"

#include "vtkAbstractArray.h"
#include "vtkAxis.h"
#include "vtkChart.h"
#include "vtkContextMapper2D.h"
#include "vtkDataArray.h"
#include "vtkPlot.h"
#include "vtkSMContextViewProxy.h"
#include "vtkTable.h"

#include <QPointF>

#include <algorithm>
#include <cmath>
#include <limits>

namespace flare::gui
{
namespace
{
// How far from a line, or from a point of it, one may click.
constexpr double nearLine = 8.0; // pixels
constexpr double nearPoint = 8.0;

// Where a value is drawn along an axis, in pixels; NaN where it cannot be.
double placeOf(double value, vtkAxis* axis, int direction)
{
  const double scaled = axis->GetLogScaleActive() ? std::log10(value) : value;
  const double part = (scaled - axis->GetMinimum()) / (axis->GetMaximum() - axis->GetMinimum());
  const double first = axis->GetPoint1()[direction], last = axis->GetPoint2()[direction];
  return first + part * (last - first);
}

double lengthOf(const QPointF& p)
{
  return std::hypot(p.x(), p.y());
}

double distanceToSegment(const QPointF& p, const QPointF& a, const QPointF& b)
{
  const QPointF along = b - a;
  const double square = QPointF::dotProduct(along, along);
  const double part = square > 0.0 ? std::clamp(QPointF::dotProduct(p - a, along) / square, 0.0, 1.0) : 0.0;
  return lengthOf(p - a - along * part);
}

bool isFinite(const QPointF& p)
{
  return std::isfinite(p.x()) && std::isfinite(p.y());
}

// The distance of a place from a line, and what is there. Infinite for what is no line.
double distanceTo(vtkPlot* plot, const QPointF& place, ChartPoint& found)
{
  const double none = std::numeric_limits<double>::infinity();
  auto* table = plot->GetVisible() ? plot->GetInput() : nullptr;
  auto* x = table ? plot->GetData()->GetInputArrayToProcess(0, table) : nullptr;
  auto* y = table ? plot->GetData()->GetInputArrayToProcess(1, table) : nullptr;
  if (!x || !y)
  {
    return none;
  }
  double line = none, point = nearPoint;
  QPointF before(none, none);
  found.column = y->GetName();
  for (vtkIdType row = 0; row < y->GetNumberOfTuples(); ++row)
  {
    const QPointF at(placeOf(x->GetComponent(row, 0), plot->GetXAxis(), 0),
      placeOf(y->GetComponent(row, 0), plot->GetYAxis(), 1));
    if (isFinite(at))
    {
      line = std::min(line, distanceToSegment(place, isFinite(before) ? before : at, at));
      if (lengthOf(place - at) <= point)
      {
        point = lengthOf(place - at);
        found.row = static_cast<int>(row);
        found.value = y->GetComponent(row, 0);
      }
    }
    before = at;
  }
  return line;
}
}

std::optional<ChartPoint> chartPointAt(vtkSMProxy* view, const int place[2])
{
  auto* context = vtkSMContextViewProxy::SafeDownCast(view);
  auto* chart = context ? vtkChart::SafeDownCast(context->GetContextItem()) : nullptr;
  std::optional<ChartPoint> nearest;
  double smallest = nearLine;
  for (vtkIdType i = 0; chart && i < chart->GetNumberOfPlots(); ++i)
  {
    ChartPoint found;
    const double distance = distanceTo(chart->GetPlot(i), QPointF(place[0], place[1]), found);
    if (distance <= smallest)
    {
      smallest = distance;
      nearest = found;
    }
  }
  return nearest;
}
}
