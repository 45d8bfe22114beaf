#pragma once

#include "layouts/spectrum_modes.h"

// The lines of the chart of eigenvalues: a colour per block, from the first (dark) to the last (light), and
// one entry of the legend per block. The line of the head whose modes are shown (null: none) is thick, with a
// mark at each mode, and has an entry of its own; the others are pale.
namespace flare::gui
{
// Are these the chart's lines already?
bool hasSeries(vtkSMProxy* chart, const std::vector<SpectrumColumn>& columns, const SpectrumMode* shown);

void setSeries(vtkSMProxy* chart, const std::vector<SpectrumColumn>& columns, const SpectrumMode* shown);
}
