#include "panel/parameter_scale.h"

#include <gtest/gtest.h>

#include <cmath>

namespace flare::gui
{
TEST(ParameterScale, ReachesBeyondTheTrainingRangeOnBothSides)
{
  const ParameterScale scale(20.0, 60.0, NAN);
  EXPECT_EQ(scale.valueAt(0), 10.0);
  EXPECT_EQ(scale.valueAt(ParameterScale::steps), 70.0);
  EXPECT_FALSE(scale.trainedFor(19.9));
  EXPECT_TRUE(scale.trainedFor(20.0));
  EXPECT_TRUE(scale.trainedFor(60.0));
  EXPECT_FALSE(scale.trainedFor(60.1));
}

TEST(ParameterScale, APositiveParameterStaysPositive)
{
  EXPECT_EQ(ParameterScale(1.0, 100.0, NAN).valueAt(0), 0.5);
  EXPECT_EQ(ParameterScale(-100.0, -1.0, NAN).valueAt(ParameterScale::steps), -0.5);
  EXPECT_EQ(ParameterScale(0.0, 100.0, NAN).valueAt(0), -25.0);
}

// Positions and values belong together within half a step, and a step's rounding to a power of ten.
TEST(ParameterScale, GoesBackAndForth)
{
  for (const double size : { 1e-12, 1.0, 3e11 })
  {
    const ParameterScale scale(size, 4.0 * size, NAN);
    for (int position = 0; position <= ParameterScale::steps; position += 50)
    {
      EXPECT_NEAR(scale.positionOf(scale.valueAt(position)), position, 1) << size;
    }
    EXPECT_EQ(scale.positionOf(-1e300), 0);
    EXPECT_EQ(scale.positionOf(1e300), ParameterScale::steps);
  }
}

TEST(ParameterScale, DoesWithoutARange)
{
  const ParameterScale constant(5.0, 5.0, NAN);
  EXPECT_TRUE(constant.rangeKnown());
  EXPECT_TRUE(constant.trainedFor(5.0));
  EXPECT_FALSE(constant.trainedFor(5.1));
  EXPECT_EQ(constant.valueAt(ParameterScale::steps / 2), 5.0);
  const ParameterScale unknown(NAN, NAN, 8.0);
  EXPECT_FALSE(unknown.rangeKnown());
  EXPECT_TRUE(unknown.trainedFor(1e9));
  EXPECT_EQ(unknown.positionOf(8.0), ParameterScale::steps / 2);
  EXPECT_EQ(ParameterScale(NAN, NAN, NAN).valueAt(ParameterScale::steps / 2), 0.0);
}
}
