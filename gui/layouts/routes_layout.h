#pragma once

class pqPipelineSource;
class vtkSMProxy;
class vtkSMViewProxy;

namespace flare::gui
{
// A new tab with the route of a point on the mesh, of a FLARERoutes, or of one that is made with the input
// and the model of this filter; beside it the chart of a FLARESpectrum of the same, if there is one, whose
// head it then starts with. False when it has failed.
bool showRoutes(pqPipelineSource* source);

// After the filter has run: colours the mesh by the route that there is now. True when that changed it.
bool followRoute(vtkSMProxy* representation, vtkSMViewProxy* view);
}
