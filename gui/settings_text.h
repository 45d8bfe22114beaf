#pragma once

#include <QString>

class vtkSMProxy;

namespace flare::gui
{
// What a check of the data of a FLARETrain depends on: its inputs and settings, with those that wait for
// Apply, as one text that is the same while they are.
QString settingsText(vtkSMProxy* train);

// Whether a setting waits for Apply.
bool changesWait(vtkSMProxy* proxy);
}
