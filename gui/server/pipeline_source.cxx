#include "server/pipeline_source.h"

#include "pqApplicationCore.h"
#include "pqPipelineSource.h"
#include "pqProxyModifiedStateUndoElement.h"
#include "pqServer.h"
#include "pqServerManagerModel.h"
#include "pqUndoStack.h"
#include "vtkNew.h"
#include "vtkSMProxy.h"

namespace flare::gui
{
pqPipelineSource* sourceOf(vtkSMProxy* proxy)
{
  return pqApplicationCore::instance()->getServerManagerModel()->findItem<pqPipelineSource*>(proxy);
}

pqPipelineSource* showAsApplied(vtkSMProxy* made)
{
  auto* source = sourceOf(made);
  vtkNew<pqProxyModifiedStateUndoElement> applied;
  applied->SetSession(source->getServer()->session());
  applied->MadeUnmodified(source);
  ADD_UNDO_ELEM(applied);
  source->setModifiedState(pqProxy::UNMODIFIED);
  return source;
}
}
