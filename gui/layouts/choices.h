#pragma once

#include <optional>

class vtkSMProxy;

// What a click in a view chooses is applied at once, as one undo step. Without effect where it is chosen
// already.
namespace flare::gui
{
// A head of a FLARESpectrum, and the mode from which on the views show them. The FLARERoutes of the same
// input and model follow. Tables that were about all blocks stay so.
void chooseHead(vtkSMProxy* spectrum, int block, int head, std::optional<int> mode = std::nullopt);

// The point at which a FLARERoutes looks.
void choosePoint(vtkSMProxy* routes, const double position[3]);
}
