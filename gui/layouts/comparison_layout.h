#pragma once

#include <QString>

#include <vector>

class pqOutputPort;

namespace flare::gui
{
// A field of which a data set holds the truth, the prediction and the error.
struct ComparedField
{
  QString name;
  int association = 0;
  bool vector = false;
  int component = -1; // of a vector; -1: its magnitude
  QString label;      // for the user
};

// The fields that can be compared, vectors as magnitude and components; the first one is the one that the
// active view is coloured by, if any.
std::vector<ComparedField> comparedFields(pqOutputPort* port);

// A new tab with the truth, the prediction and the error side by side.
void compare(pqOutputPort* port, const ComparedField& field);
}
