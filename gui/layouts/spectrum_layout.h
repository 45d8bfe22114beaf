#pragma once

class pqPipelineSource;
class vtkSMProxy;
class vtkSMViewProxy;

namespace flare::gui
{
bool isSpectrum(pqPipelineSource* source);

// A spectrum can be shown of a FLARESpectrum, or made with the input and the model of this filter.
bool hasSpectrum(pqPipelineSource* source);

// A new tab with the eigenvalues of the heads in a chart, and modes of one head on the mesh. False when the
// filter has no modes: it failed, or none were asked for.
bool showSpectrum(pqPipelineSource* source);

// After the filter has run: colours the chart's lines by block, or a mode's view by the head that there is
// now. True when that changed it.
bool followChart(vtkSMProxy* representation);
bool followHead(vtkSMProxy* representation, vtkSMViewProxy* view);
}
