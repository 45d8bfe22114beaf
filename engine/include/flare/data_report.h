#pragma once

#include "flare/dataset.h"
#include "flare/trainer.h"

#include <functional>
#include <string>
#include <vector>

namespace flare
{
// One thing to know about data before a network is trained on them.
struct ReportEntry
{
  enum class Level
  {
    Info,
    Warning, // can be trained, but is likely not what was meant
    Error    // cannot be trained, or makes no sense
  };

  Level level = Level::Info;
  std::string subject; // "cases", "target p", "parameter Speed", "case 'time step 3'", "memory"
  std::string text;    // what is so
  std::string remedy;  // what to do; empty for Info
};

// "info", "warning" or "error"
const char* name(ReportEntry::Level level);

bool hasErrors(const std::vector<ReportEntry>& report);

// Looks at all cases and settings of a training before it begins. Errors come first (among them all that
// Trainer's constructor would throw, in its words), then warnings, then what there is: cases, points, fields,
// parameters, the network, time and memory. Never empty, unless it was stopped.
//
// Collective under MPI, with the same report on every rank. The cases are read several times, one after the
// other; what is kept grows with their number, not with their points. A budget of epochs is turned into a
// time by a few training steps, which take a second or two; that time is the only part of a report that
// another call may state otherwise.
//
// progress: called with 0..1; returning false (on any rank) stops, and an empty report comes back.
std::vector<ReportEntry> reportOn(
  const DataSet& data, const TrainingOptions& options, const std::function<bool(double)>& progress = {});
}
