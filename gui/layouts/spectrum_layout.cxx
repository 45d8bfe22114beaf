#include "layouts/spectrum_layout.h"

#include "layouts/field_colours.h"
#include "layouts/layout_views.h"
#include "layouts/mode_views.h"
#include "layouts/model_filters.h"
#include "layouts/spectrum_modes.h"
#include "layouts/spectrum_series.h"

#include "pqActiveObjects.h"
#include "pqOutputPort.h"
#include "pqPipelineSource.h"
#include "pqServer.h"
#include "pqUndoStack.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMSessionProxyManager.h"
#include "vtkSMSourceProxy.h"
#include "vtkSMViewLayoutProxy.h"
#include "vtkSMViewProxy.h"

namespace flare::gui
{
pqPipelineSource* spectrumOf(pqPipelineSource* source)
{
  if (isSpectrum(source))
  {
    return source;
  }
  auto* made = makeAlike(source, "FLARESpectrum");
  auto* proxy = made->getProxy();
  changed(proxy,
    [&]
    {
      vtkSMPropertyHelper(proxy, "AllBlocks").Set(1);
      vtkSMPropertyHelper(proxy, "Block").Set(0);
      vtkSMPropertyHelper(proxy, "Head").Set(0);
      vtkSMPropertyHelper(proxy, "NumberOfModes").Set(modesForViews);
    });
  return made;
}

void showChart(pqPipelineSource* spectrum, vtkSMViewLayoutProxy* layout, int cell)
{
  auto* view = newView("XYChartView", "Eigenvalues", layout, cell);
  auto* lines = show(spectrum->getOutputPort(3), view);
  setRole(lines, "eigenvalues");
  followChart(lines);
  changed(view,
    [&]
    {
      vtkSMPropertyHelper(view, "LeftAxisTitle").Set("Eigenvalue");
      vtkSMPropertyHelper(view, "BottomAxisTitle").Set("Mode");
      vtkSMPropertyHelper(view, "LeftAxisLogScale").Set(1);
    });
}

bool showSpectrum(pqPipelineSource* source)
{
  SCOPED_UNDO_SET("Spectrum");
  auto* spectrum = spectrumOf(source);
  vtkSMSourceProxy::SafeDownCast(spectrum->getProxy())->UpdatePipeline();
  pqActiveObjects::instance().setActiveSource(spectrum);
  if (modesOf(spectrum->getProxy()).empty())
  {
    return false;
  }
  auto* layout = newLayout(spectrum->getServer()->proxyManager(), "Spectrum");
  layout->SplitHorizontal(0, 0.4); // into the cells 1 and 2
  showChart(spectrum, layout, 1);
  activate(showModes(spectrum, layout, 2), layout);
  return true;
}

bool followChart(vtkSMProxy* representation)
{
  auto* spectrum = vtkSMPropertyHelper(representation, "Input").GetAsProxy();
  const auto columns = columnsOf(spectrum);
  const auto modes = modesOf(spectrum);
  const auto* shown = modes.empty() ? nullptr : &modes.front();
  if (columns.empty() || hasSeries(representation, columns, shown))
  {
    return false;
  }
  setSeries(representation, columns, shown);
  return true;
}
}
