#include "layouts/pqFLAREPicks.h"

#include "layouts/chart_point.h"
#include "layouts/choices.h"
#include "layouts/field_colours.h"
#include "layouts/spectrum_modes.h"
#include "layouts/squares.h"

#include "pqApplicationCore.h"
#include "pqRepresentation.h"
#include "pqServer.h"
#include "pqServerManagerModel.h"
#include "pqView.h"
#include "vtkCommand.h"
#include "vtkEventQtSlotConnect.h"
#include "vtkPVRenderView.h"
#include "vtkRenderWindowInteractor.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMRenderViewProxy.h"
#include "vtkSMSession.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace
{
constexpr int steady = 3; // pixels that a click may move
constexpr float beforeOthers = 10.0f;
constexpr int pickInterval = 20; // ms; while the pipeline runs it is looked again after this time

// Modes with smaller eigenvalues have no vectors.
constexpr double smallestEigenvalue = 1e-10;

pqView* viewOf(vtkObject* interactor)
{
  for (auto* view : pqApplicationCore::instance()->getServerManagerModel()->findItems<pqView*>())
  {
    if (view->getViewProxy()->GetInteractor() == interactor)
    {
      return view;
    }
  }
  return nullptr;
}

// Else the mouse draws what is to be selected, or zoomed at.
bool isInteracting(vtkSMProxy* view)
{
  vtkSMPropertyHelper mode(view, "InteractionMode", /*quiet=*/true);
  const int value = mode.GetNumberOfElements() > 0 ? mode.GetAsInt() : vtkPVRenderView::INTERACTION_MODE_3D;
  return value == vtkPVRenderView::INTERACTION_MODE_3D || value == vtkPVRenderView::INTERACTION_MODE_2D;
}

void pickLine(vtkSMProxy* view, vtkSMProxy* spectrum, const int place[2])
{
  const auto point = flare::gui::chartPointAt(view, place);
  const auto columns = flare::gui::columnsOf(spectrum);
  const auto column = std::find_if(columns.begin(), columns.end(),
    [&](const flare::gui::SpectrumColumn& one) { return point && one.name == point->column; });
  if (column != columns.end())
  {
    const bool hasVector = point->row && point->value >= smallestEigenvalue;
    flare::gui::chooseHead(
      spectrum, column->block, column->head, hasVector ? point->row : std::optional<int>());
  }
}

void pickPoint(vtkSMProxy* view, vtkSMProxy* routes, const int place[2])
{
  double position[3], normal[3];
  auto* renderView = vtkSMRenderViewProxy::SafeDownCast(view);
  if (renderView && renderView->ConvertDisplayToPointOnSurface(place, position, normal) &&
      std::isfinite(position[0]))
  {
    flare::gui::choosePoint(routes, position);
  }
}
}

pqFLAREPicks::pqFLAREPicks(QObject* parent)
  : QObject(parent)
{
  this->Timer.setSingleShot(true);
  QObject::connect(&this->Timer, &QTimer::timeout, this, &pqFLAREPicks::pick);
  auto* model = pqApplicationCore::instance()->getServerManagerModel();
  // A view has its interactor a little later.
  QObject::connect(model, &pqServerManagerModel::viewAdded, this,
    [this](pqView* view)
    {
      const QPointer<pqView> added(view);
      QTimer::singleShot(0, this, [this, added] { this->watch(added); });
    });
  for (auto* view : model->findItems<pqView*>())
  {
    this->watch(view);
  }
}

pqFLAREPicks::~pqFLAREPicks() = default;

void pqFLAREPicks::watch(pqView* view)
{
  auto* interactor = view ? view->getViewProxy()->GetInteractor() : nullptr;
  if (interactor)
  {
    this->Connector->Connect(
      interactor, vtkCommand::LeftButtonPressEvent, this, SLOT(pressed(vtkObject*)), nullptr, beforeOthers);
    this->Connector->Connect(interactor, vtkCommand::LeftButtonReleaseEvent, this, SLOT(released(vtkObject*)),
      nullptr, beforeOthers);
  }
}

void pqFLAREPicks::pressed(vtkObject* caller)
{
  auto* interactor = vtkRenderWindowInteractor::SafeDownCast(caller);
  this->Pressed.view =
    interactor->GetControlKey() || interactor->GetShiftKey() ? nullptr : viewOf(interactor);
  std::copy_n(interactor->GetEventPosition(), 2, this->Pressed.at);
}

void pqFLAREPicks::released(vtkObject* caller)
{
  const int* place = vtkRenderWindowInteractor::SafeDownCast(caller)->GetEventPosition();
  if (this->Pressed.view && std::abs(place[0] - this->Pressed.at[0]) <= steady &&
      std::abs(place[1] - this->Pressed.at[1]) <= steady)
  {
    this->Clicked = this->Pressed;
    this->Timer.start(0); // once the view has done with the mouse
  }
}

void pqFLAREPicks::pick()
{
  const auto& clicked = this->Clicked.view;
  if (clicked && clicked->getServer()->session()->GetPendingProgress())
  {
    this->Timer.start(pickInterval);
    return;
  }
  auto* view = clicked ? clicked->getViewProxy() : nullptr;
  if (!view || !isInteracting(view))
  {
    return;
  }
  for (auto* representation : clicked->getRepresentations())
  {
    auto* proxy = representation->isVisible() ? representation->getProxy() : nullptr;
    const QString role = proxy ? flare::gui::roleOf(proxy) : "";
    auto* filter = role.isEmpty() ? nullptr : vtkSMPropertyHelper(proxy, "Input").GetAsProxy();
    if (role == "eigenvalues")
    {
      return pickLine(view, filter, this->Clicked.at);
    }
    if (role == "head map" || role == "similarity")
    {
      return flare::gui::pickSquare(view, filter, role == "similarity", this->Clicked.at);
    }
    if (role == "route")
    {
      return pickPoint(view, filter, this->Clicked.at);
    }
  }
}
