#include "vtkSMFLARETrainProxy.h"

#include "vtkObjectFactory.h"
#include "vtkPVXMLElement.h"
#include "vtkSMCoreUtilities.h"
#include "vtkSMProperty.h"
#include "vtkSMPropertyHelper.h"

#include <cstring>
#include <string>

namespace
{
// The first file of the reader at the beginning of a pipeline, or "".
std::string firstFile(vtkSMProxy* proxy)
{
  while (proxy)
  {
    if (const char* name = vtkSMCoreUtilities::GetFileNameProperty(proxy))
    {
      vtkSMPropertyHelper files(proxy, name);
      return files.GetNumberOfElements() > 0 ? files.GetAsString(0) : "";
    }
    vtkSMPropertyHelper inputs(proxy, "Input", /*quiet=*/true);
    proxy = inputs.GetNumberOfElements() > 0 ? inputs.GetAsProxy(0) : nullptr;
  }
  return {};
}
}

vtkStandardNewMacro(vtkSMFLARETrainProxy);

int vtkSMFLARETrainProxy::LoadXMLState(vtkPVXMLElement* element, vtkSMProxyLocator* locator)
{
  const int loaded = this->Superclass::LoadXMLState(element, locator);
  // Settings and pasted properties come this way too.
  auto* parent = element ? element->GetParent() : nullptr;
  if (parent && parent->GetName() && std::strcmp(parent->GetName(), "ServerManagerState") == 0)
  {
    vtkSMPropertyHelper(this, "NeverTrain").Set(1);
  }
  return loaded;
}

void vtkSMFLARETrainProxy::UpdateVTKObjects()
{
  vtkSMPropertyHelper inputs(this, "Input", /*quiet=*/true);
  if (inputs.GetNumberOfElements() > 0)
  {
    vtkSMPropertyHelper(this, "InputFile", /*quiet=*/true).Set(firstFile(inputs.GetAsProxy(0)).c_str());
  }
  this->Superclass::UpdateVTKObjects();
}
