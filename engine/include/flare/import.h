#pragma once

#include "flare/model.h"

#include <string>

namespace flare
{
enum class ImportWeights
{
  Raw, // model_state
  Ema  // ema_shadow
};

struct ImportOptions
{
  std::string configPath; // config.json or config.yaml; empty: one of them beside the checkpoint
  Signature signature;    // what the channels mean; coordinates come first
  // A JSON file {"inputs": {"mean": [...], "scale": [...]}, "targets": {...}}; empty: identity.
  std::string normalisationPath;
  ImportWeights weights = ImportWeights::Raw;
};

// Reads a checkpoint of the published code (torch.save or safetensors) as a model. The architecture comes
// from the weights' shapes and the configuration. Throws Error naming what is missing.
Model importCheckpoint(const std::string& path, const ImportOptions& options);
}
