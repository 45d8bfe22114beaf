#include "layouts/pqFLARECameraLinks.h"

#include "layouts/camera_text.h"

#include "pqActiveObjects.h"
#include "pqApplicationCore.h"
#include "pqRenderView.h"
#include "pqServer.h"
#include "pqServerManagerModel.h"
#include "pqUndoStack.h"
#include "vtkPVXMLElement.h"
#include "vtkSMCameraLink.h"
#include "vtkSMProxyLocator.h"
#include "vtkSMSessionProxyManager.h"
#include "vtkSMViewLayoutProxy.h"
#include "vtkSMViewProxy.h"

#include <QString>

#include <map>
#include <utility>

namespace
{
constexpr const char* linkKey = "FLARECameras";
constexpr const char* groupKey = "FLARECameraGroup"; // which views are linked with each other

QString groupOf(vtkSMProxy* view)
{
  return view->HasAnnotation(groupKey) ? view->GetAnnotation(groupKey) : "";
}

// While views are made it is looked again after this time.
constexpr int linkInterval = 20; // ms
}

pqFLARECameraLinks::pqFLARECameraLinks(QObject* parent)
  : QObject(parent)
{
  this->Timer.setSingleShot(true);
  QObject::connect(&this->Timer, &QTimer::timeout, this, [this] { this->linkAll(); });
  // Marks and layouts are there a little later than their views. Cameras are not among what undo and redo
  // bring back.
  const auto later = [this] { this->Timer.start(0); };
  auto* core = pqApplicationCore::instance();
  const auto restore = [this]
  {
    this->Restore = true;
    this->Timer.start(0);
  };
  QObject::connect(core->getUndoStack(), &pqUndoStack::redone, this, restore);
  QObject::connect(core->getUndoStack(), &pqUndoStack::undone, this, restore);
  auto* model = core->getServerManagerModel();
  QObject::connect(model, &pqServerManagerModel::viewAdded, this,
    [this](pqView* view)
    {
      this->Added.push_back(view);
      this->Timer.start(0);
    });
  QObject::connect(core, &pqApplicationCore::stateLoaded, this, later);
  // A link would keep a view alive, and its others are linked again.
  QObject::connect(model, &pqServerManagerModel::preViewRemoved, this,
    [this]
    {
      this->Links.clear();
      this->Timer.start(0);
    });
}

pqFLARECameraLinks::~pqFLARECameraLinks() = default;

pqFLARECameraLinks* pqFLARECameraLinks::instance()
{
  return pqApplicationCore::instance()->findChild<pqFLARECameraLinks*>();
}

void pqFLARECameraLinks::link(const std::vector<vtkSMViewProxy*>& views)
{
  auto* manager = views.front()->GetSessionProxyManager();
  for (auto* view : views)
  {
    view->SetAnnotation(groupKey, manager->GetProxyName("views", views.front()));
    view->SetAnnotation(linkKey, flare::gui::cameraOf(view).toUtf8().constData());
  }
  this->linkAll();
}

void pqFLARECameraLinks::linkAll()
{
  // Until all views have their cameras back, the default camera of one would be handed on to the others.
  auto* undo = pqApplicationCore::instance()->getUndoStack();
  auto* server = pqActiveObjects::instance().activeServer();
  if (undo->getInUndo() || undo->getInRedo() || (server && server->proxyManager()->GetInLoadXMLState()))
  {
    this->Timer.start(linkInterval);
    return;
  }
  this->Links.clear();
  if (this->Restore)
  {
    this->restoreCameras();
  }
  this->Added.clear();
  std::map<std::pair<vtkSMViewLayoutProxy*, QString>, vtkSMCameraLink*> links;
  for (auto* view : pqApplicationCore::instance()->getServerManagerModel()->findItems<pqRenderView*>())
  {
    auto* proxy = view->getViewProxy();
    auto* layout = vtkSMViewLayoutProxy::FindLayout(proxy);
    if (!layout || !proxy->HasAnnotation(linkKey))
    {
      continue;
    }
    auto& link = links[{ layout, groupOf(proxy) }];
    if (!link)
    {
      this->Links.push_back(vtkSmartPointer<vtkSMCameraLink>::New());
      link = this->Links.back();
    }
    proxy->UpdatePropertyInformation(); // the camera that the link hands on
    link->AddLinkedProxy(proxy, vtkSMLink::INPUT);
    link->AddLinkedProxy(proxy, vtkSMLink::OUTPUT);
  }
}

void pqFLARECameraLinks::restoreCameras()
{
  SCOPED_UNDO_EXCLUDE();
  this->Restore = false;
  for (const auto& view : this->Added)
  {
    if (view && view->getProxy()->HasAnnotation(linkKey))
    {
      flare::gui::setCamera(view->getProxy(), view->getProxy()->GetAnnotation(linkKey));
      view->render();
    }
  }
}
