#pragma once

#include "vtkSMProxy.h"
#include "vtkSMTrace.h"

#include <vector>

class pqOutputPort;
class QString;
class vtkSMSessionProxyManager;
class vtkSMViewLayoutProxy;
class vtkSMViewProxy;

// Tabs with several views: what comparison_layout and spectrum_layout have in common. Everything that is made
// here is in ParaView's trace, and part of the undo set that the caller has open.
namespace flare::gui
{
vtkSMViewLayoutProxy* newLayout(vtkSMSessionProxyManager* manager, const QString& name);

// A view of this type ("RenderView", "XYChartView") in a cell of a layout.
vtkSMViewProxy* newView(const char* type, const QString& name, vtkSMViewLayoutProxy* layout, int cell);

// The representation that shows the port in the view.
vtkSMProxy* show(pqOutputPort* port, vtkSMViewProxy* view);

// Turning or zooming one of the views does so with all. They look as the active view does, where that shows
// the port, at all of the data. The smaller the zoom, the more room there is around them.
void linkCameras(const std::vector<vtkSMViewProxy*>& views, pqOutputPort* port, double zoom);

// Brings the view's tab to the front, with all its views rendered.
void activate(vtkSMViewProxy* view, vtkSMViewLayoutProxy* layout);

// Runs change(), and has what it changes of the proxy in the trace.
template<class Change>
void changed(vtkSMProxy* proxy, Change change)
{
  SM_SCOPED_TRACE(PropertiesModified).arg("proxy", proxy);
  change();
  proxy->UpdateVTKObjects();
}
}
