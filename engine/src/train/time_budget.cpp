#include "train/time_budget.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace flare::train
{
double clockSeconds()
{
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double secondsPerPoint(const std::vector<MeasuredStep>& steps)
{
  std::vector<double> costs;
  for (const auto& step : steps)
  {
    costs.push_back(step.seconds / std::max(step.points, 1.0));
  }
  const auto middle = costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 2);
  std::nth_element(costs.begin(), middle, costs.end());
  return *middle;
}

std::int64_t stepsWithin(double seconds, const Costs& costs, std::int64_t stepsPerEpoch)
{
  // The last pass is always made, and the last spectra are always stored.
  const double usable = 0.97 * seconds - costs.validation - costs.spectra;
  const auto epoch = static_cast<double>(stepsPerEpoch);
  const double step = costs.step + costs.spectra / (epoch * static_cast<double>(costs.spectraEvery));
  const double validation =
    std::min(costs.validation / epoch, validationShare / (1.0 - validationShare) * step);
  const double steps = std::floor(usable / std::max(step + validation, 1e-9));
  return static_cast<std::int64_t>(std::clamp(steps, 1.0, 1e12));
}
}
