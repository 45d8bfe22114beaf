#pragma once

#include "flare/trainer.h"

#include <optional>
#include <string>
#include <vector>

class vtkFLARETrain;

namespace flare::filters
{
// The trainer's options as the filter's properties say, and where the run starts from.
TrainingOptions trainingOptions(vtkFLARETrain& filter, const std::vector<int>& validationCases,
  const std::string& checkpoint, const std::optional<Model>& start);
}
