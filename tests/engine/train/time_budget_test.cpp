#include "train/time_budget.h"

#include <gtest/gtest.h>

namespace flare::train
{
namespace
{
// Seconds of a run as it is made: steps, and a pass over the validation cases after each epoch and at the
// end, skipped where the passes would take more than their share.
double duration(std::int64_t steps, const Costs& costs, std::int64_t stepsPerEpoch)
{
  double seconds = 0.0, validation = 0.0;
  for (std::int64_t step = 1; step <= steps; ++step)
  {
    seconds += costs.step;
    const bool ends = step % stepsPerEpoch == 0;
    if (step == steps || (ends && validation + costs.validation <= validationShare * seconds))
    {
      validation += costs.validation;
      seconds += costs.validation;
    }
    if (step == steps || step % (stepsPerEpoch * costs.spectraEvery) == 0)
    {
      seconds += costs.spectra;
    }
  }
  return seconds;
}

TEST(TimeBudget, IsUsedAndKept)
{
  for (const double validation : { 0.0, 0.02, 0.5, 3.0 })
  {
    for (const std::int64_t perEpoch : { 1, 10, 100 })
    {
      for (const double spectra : { 0.0, 0.5 })
      {
        const Costs costs{ 0.05, validation, spectra, 3 };
        const auto steps = stepsWithin(100.0, costs, perEpoch);
        const double seconds = duration(steps, costs, perEpoch);
        EXPECT_LE(seconds, 100.0) << validation << " " << perEpoch << " " << spectra;
        EXPECT_GE(seconds, 85.0) << validation << " " << perEpoch << " " << spectra;
      }
    }
  }
}

TEST(TimeBudget, AllowsOneStepAtLeast)
{
  EXPECT_EQ(stepsWithin(0.01, { 5.0, 1.0 }, 10), 1);
  EXPECT_EQ(stepsWithin(-3.0, { 5.0, 1.0 }, 10), 1);
  EXPECT_EQ(stepsWithin(20.0, { 5.0, 0.0 }, 10), 3);
}

// Steps of 10 and of 40 points cost 0.1 s a point; during three of the nine something else ran.
TEST(TimeBudget, ADisturbedMomentDoesNotCount)
{
  const std::vector<MeasuredStep> steps{ { 1.0, 10.0 }, { 9.0, 10.0 }, { 4.0, 40.0 }, { 8.0, 10.0 },
    { 1.0, 10.0 }, { 36.0, 40.0 }, { 1.0, 10.0 }, { 4.0, 40.0 }, { 1.0, 10.0 } };
  EXPECT_DOUBLE_EQ(secondsPerPoint(steps), 0.1);
}
}
}
