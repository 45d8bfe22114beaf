#pragma once

#include "data/report/cost.h"
#include "data/report/settings.h"

namespace flare::report
{
// What there is: cases, points, fields and parameters.
void describeData(const DataSet& data, const Summary& summary, bool split, Entries& entries);

// What would be trained: the network, its time and its memory; a warning where the memory is more than there
// is. Collective. False when the user stopped it.
bool describeTraining(const DataSet& data, const TrainingOptions& options, const Settings& settings,
  const Summary& summary, Watch& watch, Entries& entries, Entries& warnings);
}
