#include "vtkSMFLAREModelProxy.h"

#include "vtkObjectFactory.h"

vtkStandardNewMacro(vtkSMFLAREModelProxy);

void vtkSMFLAREModelProxy::UpdatePipeline()
{
  this->NeedsUpdate = true;
  this->Superclass::UpdatePipeline();
}
