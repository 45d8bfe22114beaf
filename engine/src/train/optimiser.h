#pragma once

#include "flare/recipe.h"
#include "train/parameters.h"
#include "train/state.h"

#include <torch/torch.h>

#include <cstdint>

namespace flare::train
{
// What an update needs besides the state and the gradient.
struct UpdateRule
{
  Recipe recipe;
  std::int64_t stepsPlanned = 1;
  double rateFactor = 1.0; // what rollbacks left of the rates

  double learningRate(std::int64_t step) const; // AdamW's
};

// Summed in double: over all weights at once, a sum in float32 is wrong by 1e-5, and clipping by it is felt.
double twoNorm(const torch::Tensor& flat);

// One applied step: clips the gradient (in place) by its 2-norm, updates the weights by AdamW and Muon, then
// their average. Moments, schedule and average all count `state.step`.
void update(TrainingState& state, torch::Tensor& gradient, double norm, const ParameterLayout& layout,
  const UpdateRule& rule);
}
