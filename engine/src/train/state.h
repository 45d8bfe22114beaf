#pragma once

#include "train/case_order.h"
#include "train/parameters.h"

#include <torch/torch.h>

#include <cstdint>

namespace flare::train
{
// Everything that a step changes and the coming steps depend on. Flat tensors are in the layout's order.
struct TrainingState
{
  torch::Tensor weights;  // [size]
  torch::Tensor averaged; // [size]
  torch::Tensor first;    // [adamW] moments
  torch::Tensor second;   // [adamW]
  torch::Tensor momentum; // [size - adamW], Muon's
  std::int64_t step = 0;  // steps applied
  CaseOrder order;
  double lossSum = 0.0; // over the steps of the epoch so far
  std::int64_t lossSteps = 0;
  std::int64_t epochs = 0; // epochs in the record

  // Before the first step, from initial weights.
  static TrainingState initial(const ParameterLayout& layout, torch::Tensor weights, CaseOrder order);
  // A copy with tensors of its own.
  TrainingState clone() const;
  // Takes over the values of another; the tensors stay where they are.
  void assign(const TrainingState& other);
};
}
