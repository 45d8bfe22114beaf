#pragma once

class pqPipelineSource;
class vtkSMProxy;
class vtkSMViewLayoutProxy;
class vtkSMViewProxy;

// Views of the modes of one head on the mesh, from the filter's First Mode on, with linked cameras.
namespace flare::gui
{
// How many modes a filter needs to fill the views, the constant one included.
constexpr int modesForViews = 5;

// Up to four views in a cell of the layout, and the first of them. Null where the filter has no modes.
vtkSMViewProxy* showModes(pqPipelineSource* spectrum, vtkSMViewLayoutProxy* layout, int cell);

// After the filter has run: colours a mode's view by the head and the modes that there are now. True when
// that changed it.
bool followModes(vtkSMProxy* representation, vtkSMViewProxy* view);
}
