#include "layouts/layout_views.h"

#include "layouts/camera_text.h"
#include "layouts/pqFLARECameraLinks.h"

#include "pqActiveObjects.h"
#include "pqApplicationCore.h"
#include "pqDataRepresentation.h"
#include "pqOutputPort.h"
#include "pqPipelineSource.h"
#include "pqRenderView.h"
#include "pqServerManagerModel.h"
#include "vtkCamera.h"
#include "vtkNew.h"
#include "vtkSMParaViewPipelineControllerWithRendering.h"
#include "vtkSMProperty.h"
#include "vtkSMRenderViewProxy.h"
#include "vtkSMSessionProxyManager.h"
#include "vtkSMSourceProxy.h"
#include "vtkSMViewLayoutProxy.h"
#include "vtkSmartPointer.h"

#include <QString>

#include <string>

namespace flare::gui
{
namespace
{
pqView* viewOf(vtkSMViewProxy* proxy)
{
  return pqApplicationCore::instance()->getServerManagerModel()->findItem<pqView*>(proxy);
}

std::string uniqueName(vtkSMSessionProxyManager* manager, const char* group, const QString& name)
{
  return manager->GetUniqueProxyName(group, name.toUtf8().constData(), /*alwaysAppend=*/false);
}

// pqFLARECameraLinks links the marked views in the window, a script has the lines of the trace.
void traceLink(vtkSMProxy* first, vtkSMProxy* second, const std::string& name)
{
  SM_SCOPED_TRACE(CallFunction)
    .arg("AddCameraLink")
    .arg(first)
    .arg(second)
    .arg(name.c_str())
    .arg("comment", "link cameras in two views");
}

void copyCameraOf(vtkSMProxy* from, vtkSMProxy* to)
{
  vtkSMRenderViewProxy::SafeDownCast(from)->SynchronizeCameraProperties();
  setCamera(to, cameraOf(from));
}

void zoomBy(double zoom, vtkSMProxy* view)
{
  auto* renderView = vtkSMRenderViewProxy::SafeDownCast(view);
  auto* camera = renderView->GetActiveCamera();
  camera->Dolly(zoom);
  camera->SetParallelScale(camera->GetParallelScale() / zoom);
  renderView->SynchronizeCameraProperties();
}

// The camera of the active view, where it shows the port already.
void copyActiveCamera(pqOutputPort* port, vtkSMProxy* view)
{
  auto* active = pqActiveObjects::instance().activeView();
  auto* proxy = active ? vtkSMRenderViewProxy::SafeDownCast(active->getProxy()) : nullptr;
  auto* representation = active ? port->getRepresentation(active) : nullptr;
  if (proxy && representation && representation->isVisible())
  {
    copyCameraOf(proxy, view);
  }
}
}

vtkSMViewLayoutProxy* newLayout(vtkSMSessionProxyManager* manager, const QString& name)
{
  auto layout = vtkSmartPointer<vtkSMProxy>::Take(manager->NewProxy("misc", "ViewLayout"));
  vtkNew<vtkSMParaViewPipelineControllerWithRendering> controller;
  controller->InitializeProxy(layout);
  controller->RegisterLayoutProxy(layout, uniqueName(manager, "layouts", name).c_str());
  return vtkSMViewLayoutProxy::SafeDownCast(layout);
}

vtkSMViewProxy* newView(const char* type, const QString& name, vtkSMViewLayoutProxy* layout, int cell)
{
  auto* manager = layout->GetSessionProxyManager();
  auto proxy = vtkSmartPointer<vtkSMProxy>::Take(manager->NewProxy("views", type));
  auto* view = vtkSMViewProxy::SafeDownCast(proxy);
  vtkNew<vtkSMParaViewPipelineControllerWithRendering> controller;
  const auto unique = uniqueName(manager, "views", name);
  {
    // The window reacts to a new view in ways that would be traced before the view itself.
    SM_SCOPED_TRACE(BlockTraceItems);
    controller->PreInitializeProxy(view);
    controller->PostInitializeProxy(view);
    controller->RegisterViewProxy(view, unique.c_str());
  }
  {
    SM_SCOPED_TRACE(RegisterViewProxy).arg("proxy", view);
  }
  layout->AssignView(cell, view);
  // The view is traced as created, but without its name, which its frame has for a title.
  SM_SCOPED_TRACE(CallFunction).arg("RenameView").arg(unique.c_str()).arg(static_cast<vtkObject*>(view));
  return view;
}

vtkSMProxy* show(pqOutputPort* port, vtkSMViewProxy* view)
{
  vtkNew<vtkSMParaViewPipelineControllerWithRendering> controller;
  return controller->Show(port->getSourceProxy(), port->getPortNumber(), view);
}

void linkCameras(const std::vector<vtkSMViewProxy*>& views, pqOutputPort* port, double zoom)
{
  auto* first = qobject_cast<pqRenderView*>(viewOf(views.front()));
  if (!first)
  {
    return;
  }
  first->updateInteractionMode(port); // flat data are looked at from their front
  copyActiveCamera(port, views.front());
  first->resetDisplay();
  zoomBy(zoom, views.front());
  auto* manager = views.front()->GetSessionProxyManager();
  for (auto* view : views)
  {
    if (view != views.front())
    {
      copyCameraOf(views.front(), view);
      traceLink(views.front(), view, std::string("Camera of ") + manager->GetProxyName("views", view));
    }
  }
  pqFLARECameraLinks::instance()->link(views); // once they look alike: the last one to change wins
}

void activate(vtkSMViewProxy* view, vtkSMViewLayoutProxy* layout)
{
  pqActiveObjects::instance().setActiveView(viewOf(view));
  for (auto* one : layout->GetViews())
  {
    viewOf(one)->render();
  }
}
}
