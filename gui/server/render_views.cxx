#include "server/render_views.h"

#include "pqApplicationCore.h"
#include "pqServerManagerModel.h"
#include "pqUndoStack.h"
#include "pqView.h"
#include "vtkSMViewProxy.h"

#include <QList>
#include <QWidget>

namespace flare::gui
{
void renderViews()
{
  SCOPED_UNDO_EXCLUDE();
  for (auto* view : pqApplicationCore::instance()->getServerManagerModel()->findItems<pqView*>())
  {
    if (view->widget()->isVisible() && view->getViewProxy()->GetNeedsUpdate())
    {
      view->forceRender();
    }
  }
}
}
