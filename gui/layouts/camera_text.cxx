#include "layouts/camera_text.h"

#include "vtkSMPropertyHelper.h"
#include "vtkSMProxy.h"

#include <QStringList>

namespace flare::gui
{
namespace
{
constexpr const char* cameraProperties[] = { "CameraPosition", "CameraFocalPoint", "CameraViewUp",
  "CameraViewAngle", "CameraParallelScale", "CameraParallelProjection", "CenterOfRotation",
  "InteractionMode" };
constexpr int allDigits = 17;

// Calls visit(value of the property, index) for all values.
template<class Visit>
void visitCamera(vtkSMProxy* view, Visit visit)
{
  for (const char* name : cameraProperties)
  {
    vtkSMPropertyHelper values(view, name);
    for (unsigned int i = 0; i < values.GetNumberOfElements(); ++i)
    {
      visit(values, i);
    }
  }
}
}

QString cameraOf(vtkSMProxy* view)
{
  QStringList words;
  visitCamera(view, [&](vtkSMPropertyHelper& values, unsigned int i)
    { words << QString::number(values.GetAsDouble(i), 'g', allDigits); });
  return words.join(' ');
}

void setCamera(vtkSMProxy* view, const QString& camera)
{
  const auto words = camera.split(' ');
  int next = 0;
  visitCamera(view,
    [&](vtkSMPropertyHelper& values, unsigned int i) { values.Set(i, words.value(next++).toDouble()); });
  view->UpdateVTKObjects();
}
}
