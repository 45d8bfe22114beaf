#pragma once

#include "flare/model.h"
#include "flare/spectrum.h"

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace flare::train
{
// The eigenvalues of all heads after some of a run's epochs, which are named in its record.
class SpectraHistory
{
public:
  SpectraHistory() = default;
  // What tensor() has given; undefined: nothing.
  explicit SpectraHistory(const torch::Tensor& stored);

  // All heads of all blocks, in their order.
  void add(std::int64_t epoch, const std::vector<HeadSpectrum>& heads, TrainingRecord& record);
  bool isLater(std::int64_t epoch, const TrainingRecord& record) const;
  void forgetAfter(std::int64_t epoch, TrainingRecord& record);

  // [epochs, blocks, heads, latents], float64, with the latents of the largest block of any epoch, and 0 for
  // those that a block did not have; undefined when there is nothing.
  torch::Tensor tensor() const;

private:
  std::vector<torch::Tensor> epochs_; // [blocks, heads, latents]
};
}
