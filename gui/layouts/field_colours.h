#pragma once

#include <QString>

class vtkSMProxy;
class vtkSMViewProxy;

// How the views of the layouts are coloured. What a representation stands for is written on its proxy, so
// that it is in state files and comes back by redo: its colours then follow the data.
namespace flare::gui
{
struct ShownField
{
  QString array;
  int association = 0;
  int component = -1; // -1: the magnitude, or the values of a scalar
};

// What a representation stands for: "truth", "prediction", "error", "eigenvalues", or "mode 2". Empty: none
// of these.
void setRole(vtkSMProxy* representation, const QString& role);
QString roleOf(vtkSMProxy* representation);

// Colours by the field with a colour map of ParaView's presets, fits its range, and shows the colour bar.
void colourBy(vtkSMProxy* representation, vtkSMViewProxy* view, const ShownField& field, const char* preset,
  const QString& title);

// Colours by the field with the colour map of another representation.
void colourAs(vtkSMProxy* other, vtkSMProxy* representation, vtkSMViewProxy* view, const ShownField& field,
  const QString& title);

// Fits the range of the colour map to the data: for the truth from its smallest to its largest value, for
// errors and modes symmetric about zero, for magnitudes of those from zero. True when that changed it.
bool fitRange(vtkSMProxy* representation);

// Perceptually uniform, and told apart by the colour-blind.
constexpr const char* sequentialMap = "Viridis (matplotlib)";
constexpr const char* magnitudeMap = "Inferno (matplotlib)"; // of errors: not to be mistaken for the field's
constexpr const char* divergingMap = "Cool to Warm";
}
