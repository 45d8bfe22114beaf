#include "flare/spectrum.h"

#include <gtest/gtest.h>

#include <cmath>

namespace flare
{
namespace
{
TEST(EffectiveRank, CountsEqualEigenvalues)
{
  // exp(log 3) and back: a few roundings of 3.
  EXPECT_TRUE(std::abs(effectiveRank({ 0.5, 0.5, 0.5, 0.0 }) - 3.0) <= 1e-14);
  EXPECT_EQ(effectiveRank({ 1.0, 0.0, 0.0 }), 1.0);
  EXPECT_EQ(effectiveRank({}), 0.0);
}

TEST(EffectiveRank, IsTheExponentialOfTheEntropy)
{
  const double entropy = -(0.8 * std::log(0.8) + 0.2 * std::log(0.2));
  EXPECT_TRUE(std::abs(effectiveRank({ 1.0, 0.25 }) - std::exp(entropy)) <= 1e-14);
}

TEST(ModesToEnergy, CountsLeadingModes)
{
  const std::vector<double> eigenvalues{ 1.0, 0.5, 0.25, 0.25, 0.0 };
  EXPECT_EQ(modesToEnergy(eigenvalues, 0.0), 0);
  EXPECT_EQ(modesToEnergy(eigenvalues, 0.5), 1);
  EXPECT_EQ(modesToEnergy(eigenvalues, 0.51), 2);
  EXPECT_EQ(modesToEnergy(eigenvalues, 1.0), 4);
  EXPECT_EQ(modesToEnergy({}, 0.99), 0);
}

TEST(SpectralGap, IsTheDistanceToTheSecond)
{
  EXPECT_EQ(spectralGap({ 1.0, 0.25, 0.1 }), 0.75);
  EXPECT_EQ(spectralGap({ 1.0 }), 1.0);
}

TEST(ModeNotes, NameWhatHasNoVectorOfItsOwn)
{
  const std::vector<double> eigenvalues{ 1.0, 1.0, 0.5, 0.5 - 5e-13, 0.2, 1e-11, 0.0 };
  EXPECT_EQ(modeNotes(eigenvalues), (std::vector<std::string>{ "constant", "", "one of 2 equal ones",
                                      "one of 2 equal ones", "", "none", "none" }));
  EXPECT_EQ(modeNotes({ 1.0 }), std::vector<std::string>{ "constant" });
  EXPECT_TRUE(modeNotes({}).empty());
}
}
}
