#pragma once

#include "flare/communicator.h"
#include "flare/model.h"

#include <string>

namespace flare::filters
{
// Where a model goes that was made by changing another one.
struct ChangedModelPlace
{
  std::string source; // the file of the model that is changed
  std::string file;   // absolute
  bool overwrite = false;
};

// NAME.pruned.safetensors beside NAME.safetensors, where `how` is "pruned".
std::string defaultChangedFile(const std::string& source, const std::string& how);

// Before any work is done: throws Error unless the file is free, or holds what was pruned or grown and not
// trained since. Nothing else is ever replaced: those can be made again. Rank 0 looks; collective.
void requireReplaceable(const ChangedModelPlace& place, Communicator& communicator);

// Writes the model, unless the file holds the very same one. True when it was written. Throws Error when the
// file holds another one and may not be overwritten. Rank 0 writes; collective.
bool keepChanged(const Model& model, const ChangedModelPlace& place, Communicator& communicator);
}
