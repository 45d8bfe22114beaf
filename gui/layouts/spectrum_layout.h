#pragma once

class pqPipelineSource;
class vtkSMProxy;
class vtkSMViewLayoutProxy;

namespace flare::gui
{
// A new tab with the eigenvalues of the heads in a chart, and modes of one head on the mesh; of a
// FLARESpectrum, or of one that is made with the input and the model of this filter. False when it has no
// modes: it failed, or none were asked for.
bool showSpectrum(pqPipelineSource* source);

// The FLARESpectrum that is the source, or one that is made alike: with the tables of all blocks, and enough
// modes of the first head for the views.
pqPipelineSource* spectrumOf(pqPipelineSource* source);

// The chart of eigenvalues in a cell of a layout.
void showChart(pqPipelineSource* spectrum, vtkSMViewLayoutProxy* layout, int cell);

// After the filter has run: tells the lines of blocks, and that of the chosen head, apart. True when that
// changed it.
bool followChart(vtkSMProxy* representation);
}
