#pragma once

#include <QString>
#include <QStringList>

#include <functional>

class vtkSMViewLayoutProxy;

namespace flare::gui
{
struct Exported
{
  QStringList files;
  QStringList missing; // that could not be written
};

// Writes each view of the layout as a picture (PNG and SVG) and the data that they show as tables (CSV; a
// file per output of a filter) into a folder. Tables are written by the server, the rest by the window. Where
// there are files of these names, `mayReplace` is asked first, once; nothing is written when it says no.
Exported exportViews(vtkSMViewLayoutProxy* layout, const QString& folder,
  const std::function<bool(const QStringList& files)>& mayReplace);
}
