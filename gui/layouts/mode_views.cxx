#include "layouts/mode_views.h"

#include "layouts/field_colours.h"
#include "layouts/layout_views.h"
#include "layouts/spectrum_modes.h"

#include "pqOutputPort.h"
#include "pqPipelineSource.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMViewLayoutProxy.h"
#include "vtkSMViewProxy.h"

#include <algorithm>

namespace flare::gui
{
namespace
{
constexpr std::size_t mostViews = 4;

// In views of half the height the colour bar would otherwise cover a part of the mesh.
constexpr double roomForBar = 0.75;

void colourByMode(vtkSMProxy* representation, vtkSMViewProxy* view, const SpectrumMode& mode)
{
  const auto title = QString("Block %1, head %2: mode %3").arg(mode.block).arg(mode.head).arg(mode.index);
  colourByGiven(representation, view, { mode.array, mode.association, -1 }, divergingMap, title);
}

// A cell of the layout, split for one to four views.
std::vector<int> split(vtkSMViewLayoutProxy* layout, int cell, std::size_t count)
{
  if (count == 1)
  {
    return { cell };
  }
  const int top = layout->SplitVertical(cell, 0.5);
  if (count == 2)
  {
    return { top, top + 1 };
  }
  const int left = layout->SplitHorizontal(top, 0.5);
  if (count == 3)
  {
    return { left, left + 1, top + 1 };
  }
  const int below = layout->SplitHorizontal(top + 1, 0.5);
  return { left, left + 1, below, below + 1 };
}
}

vtkSMViewProxy* showModes(pqPipelineSource* spectrum, vtkSMViewLayoutProxy* layout, int cell)
{
  const auto modes = shownModes(modesOf(spectrum->getProxy()));
  const auto count = std::min(modes.size(), mostViews);
  if (count == 0)
  {
    return nullptr;
  }
  auto* port = spectrum->getOutputPort(1);
  const auto cells = split(layout, cell, count);
  std::vector<vtkSMViewProxy*> views;
  for (std::size_t i = 0; i < count; ++i)
  {
    const auto number = QString::number(i + 1);
    views.push_back(newView("RenderView", "Mode view " + number, layout, cells[i]));
    auto* representation = show(port, views.back());
    setRole(representation, "mode " + number);
    colourByMode(representation, views.back(), modes[i]);
    changed(views.back(), [&] { vtkSMPropertyHelper(views.back(), "OrientationAxesVisibility").Set(0); });
  }
  linkCameras(views, port, roomForBar);
  return views.front();
}

bool followModes(vtkSMProxy* representation, vtkSMViewProxy* view)
{
  const auto modes = modesOf(vtkSMPropertyHelper(representation, "Input").GetAsProxy());
  const auto shown = shownModes(modes);
  const auto number = roleOf(representation).section(' ', 1).toULong();
  const auto array = coloured(representation);
  const bool there =
    std::any_of(modes.begin(), modes.end(), [&](const SpectrumMode& mode) { return mode.array == array; });
  if (number < 1 || number > shown.size())
  {
    return there ? fitRange(representation) : colourByNone(representation, view);
  }
  const auto& mode = shown[number - 1];
  if (mode.array == array || (there && !isGiven(representation)))
  {
    return fitRange(representation);
  }
  colourByMode(representation, view, mode);
  return true;
}
}
