#pragma once

#include "flare/trainer.h"

class vtkFLARETrain;

namespace flare::filters
{
// The trainer's options as the filter's properties say; `modelFile` decides where the checkpoint goes.
TrainingOptions trainingOptions(
  vtkFLARETrain& filter, const std::vector<int>& validationCases, const std::string& checkpoint);
}
