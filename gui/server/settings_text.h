#pragma once

#include <QString>

class vtkSMProxy;

namespace flare::gui
{
enum class Settings
{
  Applied,
  Waiting // those that wait for Apply in the place of the applied ones
};

// What a check of the data of a FLARETrain depends on: its settings and those of everything before it, as
// one text that is the same while they are.
QString settingsText(vtkSMProxy* train, Settings which);

// Whether a setting waits for Apply.
bool changesWait(vtkSMProxy* proxy);
}
