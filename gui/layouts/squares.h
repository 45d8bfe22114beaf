#pragma once

class vtkSMProxy;

namespace flare::gui
{
// Chooses the head whose square of the map, or of the similarities, is drawn at a place of the view, in
// pixels from its lower left corner.
void pickSquare(vtkSMProxy* view, vtkSMProxy* spectrum, bool similarity, const int place[2]);
}
