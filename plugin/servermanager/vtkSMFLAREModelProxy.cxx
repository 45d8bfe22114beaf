#include "vtkSMFLAREModelProxy.h"

#include "tell_input_files.h"

#include "vtkObjectFactory.h"

vtkStandardNewMacro(vtkSMFLAREModelProxy);

void vtkSMFLAREModelProxy::UpdatePipeline()
{
  this->NeedsUpdate = true;
  this->Superclass::UpdatePipeline();
}

void vtkSMFLAREModelProxy::UpdateVTKObjects()
{
  tellInputFiles(this);
  this->Superclass::UpdateVTKObjects();
}
