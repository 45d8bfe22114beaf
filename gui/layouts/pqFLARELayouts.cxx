#include "layouts/pqFLARELayouts.h"

#include "layouts/field_colours.h"
#include "layouts/head_map_layout.h"
#include "layouts/mode_views.h"
#include "layouts/routes_layout.h"
#include "layouts/spectrum_layout.h"

#include "pqApplicationCore.h"
#include "pqDataRepresentation.h"
#include "pqPipelineSource.h"
#include "pqServerManagerModel.h"
#include "pqUndoStack.h"
#include "pqView.h"
#include "vtkSMProxy.h"
#include "vtkSMSession.h"
#include "vtkSMViewProxy.h"

namespace
{
// While the pipeline runs it is looked again after this time.
constexpr int followInterval = 20; // ms

bool followData(vtkSMProxy* representation, vtkSMViewProxy* view)
{
  const QString role = flare::gui::roleOf(representation);
  if (role == "eigenvalues")
  {
    return flare::gui::followChart(representation);
  }
  if (role.startsWith("mode "))
  {
    return flare::gui::followModes(representation, view);
  }
  if (role == "head map" || role == "similarity")
  {
    return flare::gui::followSquares(representation, view);
  }
  if (role == "route")
  {
    return flare::gui::followRoute(representation, view);
  }
  return !role.isEmpty() && role != "picked" && flare::gui::fitRange(representation);
}
}

pqFLARELayouts::pqFLARELayouts(QObject* parent)
  : QObject(parent)
{
  this->Timer.setSingleShot(true);
  QObject::connect(&this->Timer, &QTimer::timeout, this, &pqFLARELayouts::follow);
  QObject::connect(pqApplicationCore::instance()->getServerManagerModel(), &pqServerManagerModel::dataUpdated,
    this, &pqFLARELayouts::dataUpdated);
}

// The pipeline is in the middle of its update: what it has made can be looked at afterwards.
void pqFLARELayouts::dataUpdated(pqPipelineSource* source)
{
  this->Updated.insert(source);
  this->Timer.start(0);
}

void pqFLARELayouts::follow()
{
  const auto updated = this->Updated;
  this->Updated.clear();
  SCOPED_UNDO_EXCLUDE();
  QSet<pqView*> changed;
  for (auto* representation :
    pqApplicationCore::instance()->getServerManagerModel()->findItems<pqDataRepresentation*>())
  {
    auto* source = representation->getInput();
    auto* view = representation->getView();
    if (!view || !source || !updated.contains(source))
    {
      continue;
    }
    if (source->getProxy()->GetSession()->GetPendingProgress())
    {
      this->Updated.insert(source);
      this->Timer.start(followInterval);
      continue;
    }
    if (followData(representation->getProxy(), view->getViewProxy()))
    {
      changed.insert(view);
    }
  }
  for (auto* view : changed)
  {
    view->render(); // a colour map that other views share makes those render as well
  }
}
