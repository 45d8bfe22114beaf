#pragma once

#include "flare/ensemble_spectrum.h"

#include <vector>

class vtkTable;

namespace flare::filters
{
// Block, Head, Mode, Median, Lower, Upper, Smallest, Largest.
void fillDistribution(vtkTable* table, const std::vector<HeadDistribution>& heads);
// Case, Departure, Block, Head.
void fillDepartures(vtkTable* table, const std::vector<CaseDeparture>& cases);
// Mode, and per head "Block 0 Head 3" (the median), "Block 0 Head 3 lower" and "Block 0 Head 3 upper".
void fillDistributionChart(vtkTable* table, const std::vector<HeadDistribution>& heads);
}
