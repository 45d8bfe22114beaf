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

// What a representation stands for: "truth", "prediction", "error", "eigenvalues", "head map", "similarity",
// "mode 2" (the second view of modes), "route", or "picked". Empty: none of these.
void setRole(vtkSMProxy* representation, const QString& role);
QString roleOf(vtkSMProxy* representation);

// Colours by the field with a colour map of ParaView's presets, fits its range, and shows the colour bar.
void colourBy(vtkSMProxy* representation, vtkSMViewProxy* view, const ShownField& field, const char* preset,
  const QString& title);

// As colourBy, and remembers the array: by that a choice of the user's is known later. The map that it had
// before goes from the view.
void colourByGiven(vtkSMProxy* representation, vtkSMViewProxy* view, const ShownField& field,
  const char* preset, const QString& title);
bool colourByNone(vtkSMProxy* representation, vtkSMViewProxy* view); // true when that changed it
// The array that the representation is coloured by; is it the one that it was given?
QString coloured(vtkSMProxy* representation);
bool isGiven(vtkSMProxy* representation);

// Colours by the field with the colour map of another representation.
void colourAs(vtkSMProxy* other, vtkSMProxy* representation, vtkSMViewProxy* view, const ShownField& field,
  const QString& title);

// Fits the range of the colour map to the data: for the truth and the head map from the smallest to the
// largest value, for errors and modes symmetric about zero, for magnitudes of those and routes from zero, for
// similarities from 0 to 1. True when that changed it.
bool fitRange(vtkSMProxy* representation);

// Perceptually uniform, and told apart by the colour-blind.
constexpr const char* sequentialMap = "Viridis (matplotlib)";
constexpr const char* magnitudeMap = "Inferno (matplotlib)"; // of errors: not to be mistaken for the field's
constexpr const char* divergingMap = "Cool to Warm";

// Of what is marked: seen beside all colours of the sequential map, by the colour-blind too.
constexpr double markColour[3] = { 1.0, 0.35, 0.0 };
}
