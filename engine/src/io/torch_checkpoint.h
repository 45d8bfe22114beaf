#pragma once

#include "io/mapped_file.h"
#include "model_impl.h"

#include <nlohmann/json.hpp>

#include <map>
#include <string>

namespace flare::io
{
// What an import needs of a torch.save file: dictionaries of tensors by their name in the file ("" for a
// file that is a state dictionary itself), and the "config" beside them (null when there is none).
struct TorchCheckpoint
{
  std::map<std::string, State> states;
  nlohmann::json config;
};

bool isTorchFile(const MappedFile& file);

// Reads with LibTorch's own unpickler; no class or function that the file names is looked up or run.
// Tensors come back in memory of their own. Throws Error with the path and the reason.
TorchCheckpoint readTorchCheckpoint(const std::shared_ptr<const MappedFile>& file);
}
