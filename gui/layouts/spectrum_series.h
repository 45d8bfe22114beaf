#pragma once

#include "layouts/spectrum_modes.h"

// The lines of the chart of eigenvalues: a colour per block, from the first (dark) to the last (light), and
// one entry of the legend per block.
namespace flare::gui
{
// Are these the chart's lines already?
bool hasSeries(vtkSMProxy* chart, const std::vector<SpectrumColumn>& columns);

void setSeries(vtkSMProxy* chart, const std::vector<SpectrumColumn>& columns);
}
