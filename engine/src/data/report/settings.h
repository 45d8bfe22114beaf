#pragma once

#include "data/report/findings.h"
#include "flare/architecture.h"
#include "flare/error.h"

#include <optional>

namespace flare::report
{
// What Trainer's constructor would make of data and settings before it looks at the fields.
struct Settings
{
  std::optional<Split> split;               // none: the options allow none
  std::optional<Architecture> architecture; // none: it is not valid
  bool budget = false;                      // the recipe is valid
  bool device = false;                      // usable in the precision that is asked for
};

// Makes the checks of Trainer's constructor, each of its own, and an entry of what it would throw.
// Collective.
Settings checkSettings(const DataSet& data, const TrainingOptions& options, Entries& entries);

// Targets that are constant, as Trainer's constructor would refuse them, and targets that are inputs.
void checkTargets(const DataSet& data, const Summary& summary, Entries& entries);
void checkRoles(const Signature& signature, Entries& entries);

// An error's words: its last sentence says what to do, where it has more than one.
void addError(
  Entries& entries, const std::string& subject, const Error& error, const std::string& usualRemedy);
}
