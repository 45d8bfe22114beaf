#include "train/time_budget.h"

#include <algorithm>
#include <cmath>

namespace flare::train
{
std::int64_t stepsWithin(double seconds, const Costs& costs, std::int64_t stepsPerEpoch)
{
  const double usable = 0.97 * seconds - costs.validation; // the last pass is always made
  const double perStep = std::min(costs.validation / static_cast<double>(stepsPerEpoch),
    validationShare / (1.0 - validationShare) * costs.step);
  const double steps = std::floor(usable / std::max(costs.step + perStep, 1e-9));
  return static_cast<std::int64_t>(std::clamp(steps, 1.0, 1e12));
}
}
