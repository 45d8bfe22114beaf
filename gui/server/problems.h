#pragma once

#include <QString>
#include <QVector>

class vtkSMProxy;

namespace flare::gui
{
// Why the last execution of a filter failed, as its property Problem has it.
struct Problem
{
  QString property; // that is to be put right, by name; empty: none in particular
  QString text;
};

// Asks the server. Empty when all is well.
QVector<Problem> problemsOf(vtkSMProxy* filter);
}
