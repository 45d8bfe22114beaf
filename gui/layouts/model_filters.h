#pragma once

#include <vector>

class pqPipelineSource;
class vtkSMProxy;

// The filters that look at a model on a mesh: found, or made with the input and the model of another one.
namespace flare::gui
{
bool isSpectrum(pqPipelineSource* source);
bool isRoutes(pqPipelineSource* source);

// Does the filter have a model that is ready, on a mesh?
bool hasModel(pqPipelineSource* source);

// A filter of this type ("FLARESpectrum") with the input and the model of the source, shown as applied.
pqPipelineSource* makeAlike(pqPipelineSource* source, const char* type);

// The filters of this type with the input and the model of the other one.
std::vector<vtkSMProxy*> alike(vtkSMProxy* filter, const char* type);
}
