#pragma once

#include "io/json_object.h"

#include <string>

namespace flare::io
{
// Reads a configuration of the published code: a JSON file of constructor arguments, or the YAML file of
// command-line settings that its trainer writes. Lists and nested settings, which say nothing about the
// network, are left out.
JsonObject readConfig(const std::string& path);

// The configuration that belongs to a checkpoint: config.json, config.yaml or config.yml beside it, or in
// the folder above (the published trainer writes <run>/config.yaml and <run>/ckpt01/model.pt). Empty when
// there is none.
std::string findConfig(const std::string& checkpoint);

// The whole text of a small file.
std::string readText(const std::string& path);
}
