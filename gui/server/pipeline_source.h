#pragma once

class pqPipelineSource;
class vtkSMProxy;

namespace flare::gui
{
// What the pipeline browser knows of a proxy; null for one that is not in it, and for none.
pqPipelineSource* sourceOf(vtkSMProxy* proxy);

// Shows a proxy that the window has made and registered as applied, after an undo and a redo as well.
pqPipelineSource* showAsApplied(vtkSMProxy* made);
}
