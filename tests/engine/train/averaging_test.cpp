#include "train/averaging.h"

#include <gtest/gtest.h>

#include <cmath>

namespace flare::train
{
namespace
{
TEST(Averaging, FactorWarmsUpToTheDecay)
{
  EXPECT_EQ(averagingFactor(0.999, false, 1), 0.999);
  EXPECT_EQ(averagingFactor(0.999, true, 1), 2.0 / 11.0);
  EXPECT_EQ(averagingFactor(0.999, true, 90), 91.0 / 100.0);
  // (1 + t)/(10 + t) passes 0.995 at t = 1790
  EXPECT_LT(averagingFactor(0.995, true, 1789), 0.995);
  EXPECT_EQ(averagingFactor(0.995, true, 1791), 0.995);
}

TEST(Averaging, IsTheWeightedSumOfAllWeights)
{
  auto averaged = torch::full({ 3 }, 2.0, torch::kFloat64);
  double expected = 2.0;
  for (int t = 1; t <= 30; ++t)
  {
    const double d = averagingFactor(0.9, true, t);
    average(averaged, torch::full({ 3 }, 1.0 * t, torch::kFloat64), d);
    expected = d * expected + (1 - d) * t;
  }
  // Thirty steps of three roundings.
  EXPECT_TRUE(std::abs(averaged[1].item<double>() - expected) <= 90 * 1.1e-16 * expected);
}
}
}
