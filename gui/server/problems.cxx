#include "server/problems.h"

#include "vtkSMPropertyHelper.h"
#include "vtkSMProxy.h"

namespace flare::gui
{
QVector<Problem> problemsOf(vtkSMProxy* filter)
{
  filter->UpdatePropertyInformation(filter->GetProperty("Problem"));
  vtkSMPropertyHelper texts(filter, "Problem", /*quiet=*/true);
  QVector<Problem> problems;
  for (unsigned int i = 0; i + 1 < texts.GetNumberOfElements(); i += 2)
  {
    problems.append({ QString::fromUtf8(texts.GetAsString(i)), QString::fromUtf8(texts.GetAsString(i + 1)) });
  }
  return problems;
}
}
