#include "train/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace flare::train
{
namespace
{
struct Row
{
  std::int64_t step;
  double rate;
  double momentum;
};

// torch.optim.lr_scheduler.OneCycleLR (PyTorch 2.11) with max_lr=1e-3, div_factor=1e4, final_div_factor=1,
// base_momentum=0.85, max_momentum=0.95, three_phase=False.
struct Run
{
  OneCycle cycle;
  std::vector<Row> rows;
};

const std::vector<Run> runs = {
  { { 20, 0.1 }, { { 0, 1.0000000000005664e-07, 0.95 }, { 1, 0.001, 0.85 },
                   { 2, 0.00099240463611845338, 0.85075961234938957 }, { 7, 0.00075002499999999998, 0.875 },
                   { 13, 0.0002500750000000001, 0.92499999999999993 },
                   { 18, 7.6953638815466003e-06, 0.94924038765061036 }, { 19, 1e-7, 0.95 } } },
  // A rise that would end before the first step.
  { { 7, 0.1 },
    { { 0, 0.00099441597157125293, 0.85055845868874358 }, { 1, 0.00089857639698610002, 0.86014337463885382 },
      { 5, 6.0983124393554182e-05, 0.94391107866851143 }, { 6, 1e-7, 0.95 } } },
  { { 50, 0.3 }, { { 0, 1.0000000000005664e-07, 0.95 }, { 1, 1.2634790304697418e-05, 0.94874639560909113 },
                   { 7, 0.00050005000000000004, 0.9 }, { 14, 0.001, 0.85 },
                   { 15, 0.00099798734828291974, 0.85020128530023797 },
                   { 33, 0.00043294007875446328, 0.90671166329088271 },
                   { 48, 2.1126517170802278e-06, 0.94979871469976196 }, { 49, 1e-7, 0.95 } } },
  { { 3, 0.5 },
    { { 0, 1.0000000000005664e-07, 0.95 }, { 1, 0.00075002499999999998, 0.875 }, { 2, 1e-7, 0.95 } } },
  { { 2, 0.1 }, { { 0, 0.00058686540642458171, 0.89131759111665343 }, { 1, 1e-7, 0.95 } } },
  { { 1, 0.1 }, { { 0, 1e-7, 0.95 } } },
};

// A cosine near 1 leaves differences of a few roundings of the peak, not of the value.
constexpr double tolerance = 8 * 1.1e-16;

TEST(Schedule, IsOneCycleOfPyTorch)
{
  for (const auto& run : runs)
  {
    for (const auto& row : run.rows)
    {
      EXPECT_TRUE(std::abs(run.cycle.rate(1e-3, row.step) - row.rate) <= tolerance * 1e-3)
        << run.cycle.steps << " steps, step " << row.step;
      EXPECT_TRUE(std::abs(run.cycle.momentum(row.step) - row.momentum) <= tolerance)
        << run.cycle.steps << " steps, step " << row.step;
    }
  }
}

TEST(Schedule, StaysWithinItsBoundsForAnyLengthAndWarmup)
{
  for (const double warmup : { 0.0, 0.1, 0.25, 0.5, 1.0 })
  {
    for (std::int64_t steps = 1; steps <= 41; ++steps)
    {
      const OneCycle cycle{ steps, warmup };
      for (std::int64_t step = 0; step < steps; ++step)
      {
        const double rate = cycle.rate(2.0, step);
        EXPECT_TRUE(rate >= 2e-4 * (1 - 1e-12) && rate <= 2.0) << steps << " " << warmup << " " << step;
      }
    }
  }
}
}
}
