#pragma once

#include <QString>

class vtkSMProxy;

// The camera of a render view in a line of text, for annotations: ParaView's undo leaves cameras out.
namespace flare::gui
{
QString cameraOf(vtkSMProxy* view);
void setCamera(vtkSMProxy* view, const QString& camera);
}
