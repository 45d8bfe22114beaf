#include "layouts/routes_layout.h"

#include "layouts/field_colours.h"
#include "layouts/layout_views.h"
#include "layouts/model_filters.h"
#include "layouts/spectrum_layout.h"
#include "layouts/spectrum_modes.h"
#include "server/pipeline_source.h"

#include "pqActiveObjects.h"
#include "pqOutputPort.h"
#include "pqPipelineSource.h"
#include "pqServer.h"
#include "pqUndoStack.h"
#include "vtkSMPVRepresentationProxy.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMSessionProxyManager.h"
#include "vtkSMSourceProxy.h"
#include "vtkSMViewLayoutProxy.h"
#include "vtkSMViewProxy.h"

#include <vector>

namespace flare::gui
{
namespace
{
constexpr double pickedSize = 14.0; // pixels

pqPipelineSource* routesOf(pqPipelineSource* source, vtkSMProxy* spectrum)
{
  if (isRoutes(source))
  {
    return source;
  }
  auto* made = makeAlike(source, "FLARERoutes");
  const auto modes = spectrum ? modesOf(spectrum) : std::vector<SpectrumMode>();
  if (!modes.empty())
  {
    auto* proxy = made->getProxy();
    changed(proxy,
      [&]
      {
        vtkSMPropertyHelper(proxy, "Block").Set(modes.front().block);
        vtkSMPropertyHelper(proxy, "Head").Set(modes.front().head);
      });
  }
  return made;
}

void markPicked(pqPipelineSource* routes, vtkSMViewProxy* view)
{
  auto* picked = show(routes->getOutputPort(2), view);
  setRole(picked, "picked");
  vtkSMPVRepresentationProxy::SetScalarColoring(picked, nullptr, 0);
  changed(picked,
    [&]
    {
      vtkSMPropertyHelper(picked, "Representation").Set("Points");
      vtkSMPropertyHelper(picked, "RenderPointsAsSpheres").Set(1);
      vtkSMPropertyHelper(picked, "PointSize").Set(pickedSize);
      vtkSMPropertyHelper(picked, "AmbientColor").Set(markColour, 3);
      vtkSMPropertyHelper(picked, "DiffuseColor").Set(markColour, 3);
      vtkSMPropertyHelper(picked, "Pickable").Set(0); // a click there means the mesh
    });
}
}

bool showRoutes(pqPipelineSource* source)
{
  SCOPED_UNDO_SET("Routes");
  const auto spectra = alike(source->getProxy(), "FLARESpectrum");
  auto* spectrum = isSpectrum(source) ? source->getProxy() : spectra.empty() ? nullptr : spectra.front();
  auto* routes = routesOf(source, spectrum);
  vtkSMSourceProxy::SafeDownCast(routes->getProxy())->UpdatePipeline();
  pqActiveObjects::instance().setActiveSource(routes);
  auto* port = routes->getOutputPort(0);
  if (!routeOf(routes->getProxy()))
  {
    return false;
  }
  auto* layout = newLayout(routes->getServer()->proxyManager(), "Routes");
  if (spectrum)
  {
    layout->SplitHorizontal(0, 0.6); // into the cells 1 and 2
    showChart(sourceOf(spectrum), layout, 2);
  }
  auto* view = newView("RenderView", "Route", layout, spectrum ? 1 : 0);
  auto* mesh = show(port, view);
  setRole(mesh, "route");
  followRoute(mesh, view);
  markPicked(routes, view);
  changed(view, [&] { vtkSMPropertyHelper(view, "OrientationAxesVisibility").Set(0); });
  linkCameras({ view }, port, 1.0);
  activate(view, layout);
  return true;
}

bool followRoute(vtkSMProxy* representation, vtkSMViewProxy* view)
{
  auto* routes = vtkSMPropertyHelper(representation, "Input").GetAsProxy();
  const auto route = routeOf(routes);
  if (!route)
  {
    return false;
  }
  const QString array = coloured(representation);
  if (array == route->array || (!array.isEmpty() && !isGiven(representation)))
  {
    return fitRange(representation);
  }
  const auto head = route->head < 0 ? "all heads" : QString("head %1").arg(route->head);
  colourByGiven(representation, view, { route->array, route->association, -1 }, sequentialMap,
    QString("Block %1, %2: share of what the point takes").arg(route->block).arg(head));
  return true;
}
}
