#pragma once

#include "flare/dataset.h"
#include "flare/model.h"
#include "flare/trainer.h"

#include <string>
#include <utility>
#include <vector>

namespace flare::train
{
// Everything besides the numbers of the data that a result depends on, as names and texts, in a fixed order:
// recipe, architecture, encoding, signature, split, seed, precision. The device is not among them.
using Settings = std::vector<std::pair<std::string, std::string>>;

Settings settingsOf(const ModelInfo& info);
Settings settingsOf(const DataSet& data, const TrainingOptions& options);
}
