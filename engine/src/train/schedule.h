#pragma once

#include <cstdint>

namespace flare::train
{
// One cycle over a number of steps (PyTorch's OneCycleLR in two phases): from a first value to a second one
// until step warmup * steps - 1, and back until step steps - 1, both along half a cosine.
struct OneCycle
{
  std::int64_t steps = 1;
  double warmup = 0.1; // share of the steps, 0..1

  // The value at a step, 0 <= step < steps.
  double between(double ends, double middle, std::int64_t step) const;

  // The learning rate: a ten-thousandth of its peak at both ends.
  double rate(double peak, std::int64_t step) const { return between(peak / 1e4, peak, step); }
  // AdamW's beta1, when it is cycled against the rate.
  double momentum(std::int64_t step) const { return between(0.95, 0.85, step); }
};
}
