#include "flare/ensemble_spectrum.h"

#include "flare/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

// All eigenvalues here are sums of a few powers of 2, in which the quantiles asked for, sums and differences
// are exact; quotients are rounded the same way on both sides.
namespace flare
{
namespace
{
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

// Block 2's heads 0, 1, ... with these eigenvalues.
std::vector<HeadSpectrum> headsWith(const std::vector<std::vector<double>>& eigenvalues)
{
  std::vector<HeadSpectrum> heads;
  for (const auto& ofHead : eigenvalues)
  {
    HeadSpectrum head;
    head.block = 2;
    head.head = static_cast<std::int64_t>(heads.size());
    head.eigenvalues = ofHead;
    heads.push_back(head);
  }
  return heads;
}

auto saysInError(const std::string& text)
{
  return Throws<Error>(Property(&Error::what, HasSubstr(text)));
}

TEST(EnsembleSpectrum, QuantilesAreThoseOfUniformSteps)
{
  // Second eigenvalues 0, 1/8, ..., 1 in a mixed order: the p-quantile of n equal steps from 0 to 1 is p.
  EnsembleSpectrum ensemble;
  for (const int step : { 3, 0, 7, 5, 1, 8, 2, 6, 4 })
  {
    ensemble.add("case", headsWith({ { 1.0, step / 8.0 } }));
  }
  EXPECT_EQ(ensemble.cases(), 9u);
  for (const double fraction : { 0.0, 0.125, 0.25, 0.1875, 0.5 }) // at values and between them
  {
    const auto over = ensemble.distribution(fraction);
    ASSERT_EQ(over.size(), 1u);
    EXPECT_EQ(over[0].block, 2);
    EXPECT_EQ(over[0].head, 0);
    EXPECT_THAT(over[0].median, ElementsAre(1.0, 0.5));
    EXPECT_THAT(over[0].lower, ElementsAre(1.0, fraction));
    EXPECT_THAT(over[0].upper, ElementsAre(1.0, 1.0 - fraction));
    EXPECT_THAT(over[0].smallest, ElementsAre(1.0, 0.0));
    EXPECT_THAT(over[0].largest, ElementsAre(1.0, 1.0));
  }
}

TEST(EnsembleSpectrum, TakesTheOuterTenthsUnlessToldOtherwise)
{
  EnsembleSpectrum ensemble;
  ensemble.add("a", headsWith({ { 1.0, 0.25 } }));
  ensemble.add("b", headsWith({ { 1.0, 0.75 } }));
  const auto over = ensemble.distribution();
  // 0.25 + 0.1 * 0.5 and 0.25 + 0.9 * 0.5: two roundings each, of numbers below 1.
  EXPECT_TRUE(std::abs(over[0].lower[1] - 0.3) <= 2e-16);
  EXPECT_TRUE(std::abs(over[0].upper[1] - 0.7) <= 2e-16);
}

TEST(EnsembleSpectrum, OneCaseIsItsOwnMedian)
{
  EnsembleSpectrum ensemble;
  ensemble.add("only", headsWith({ { 1.0, 0.5 }, { 1.0, 0.25 } }));
  const auto over = ensemble.distribution(0.25);
  ASSERT_EQ(over.size(), 2u);
  for (const auto& list : { over[1].median, over[1].lower, over[1].upper, over[1].smallest, over[1].largest })
  {
    EXPECT_THAT(list, ElementsAre(1.0, 0.25));
  }
  const auto departures = ensemble.departures();
  ASSERT_EQ(departures.size(), 1u);
  EXPECT_EQ(departures[0].name, "only");
  EXPECT_EQ(departures[0].departure, 0.0);
  EXPECT_EQ(departures[0].block, 2);
  EXPECT_EQ(departures[0].head, 0) << "the first of equal ones";
}

TEST(EnsembleSpectrum, TwoCasesDepartFromTheirMiddleAlike)
{
  EnsembleSpectrum ensemble;
  ensemble.add("a", headsWith({ { 1.0, 0.5, 0.0 }, { 1.0, 0.0, 0.0 } }));
  ensemble.add("b", headsWith({ { 1.0, 1.0, 0.5 }, { 1.0, 0.0, 0.0 } }));
  EXPECT_THAT(ensemble.distribution()[0].median, ElementsAre(1.0, 0.75, 0.25));
  const auto departures = ensemble.departures();
  ASSERT_EQ(departures.size(), 2u);
  EXPECT_EQ(departures[0].name, "a") << "equal ones in the order in which they came";
  EXPECT_EQ(departures[1].name, "b");
  EXPECT_EQ(departures[1].index, 1u);
  for (const auto& one : departures)
  {
    EXPECT_EQ(one.departure, 0.5 * (0.25 + 0.25) / 2.0); // the mean of this and of 0
    EXPECT_EQ(one.head, 0);
  }
}

TEST(EnsembleSpectrum, FindsTheOutlierAndItsHead)
{
  EnsembleSpectrum ensemble;
  ensemble.add("a", headsWith({ { 1.0, 0.5 }, { 1.0, 0.25 } }));
  ensemble.add("b", headsWith({ { 1.0, 0.5 }, { 1.0, 0.25 } }));
  ensemble.add("odd", headsWith({ { 1.0, 0.375 }, { 1.0, 0.875 } }));
  ensemble.add("c", headsWith({ { 1.0, 0.5 }, { 1.0, 0.25 } }));
  ensemble.add("near", headsWith({ { 1.0, 0.625 }, { 1.0, 0.25 } }));
  const auto departures = ensemble.departures();
  ASSERT_EQ(departures.size(), 5u);
  EXPECT_EQ(departures[0].name, "odd");
  EXPECT_EQ(departures[0].index, 2u);
  EXPECT_EQ(departures[0].departure, (0.125 / 1.5 + 0.625 / 1.25) / 2.0);
  EXPECT_EQ(departures[0].block, 2);
  EXPECT_EQ(departures[0].head, 1);
  EXPECT_EQ(departures[1].name, "near");
  EXPECT_EQ(departures[1].departure, 0.125 / 1.5 / 2.0);
  EXPECT_EQ(departures[1].head, 0);
  EXPECT_EQ(departures[2].name, "a");
  EXPECT_EQ(departures[4].name, "c");
  EXPECT_EQ(departures[4].departure, 0.0);
}

TEST(EnsembleSpectrum, HeadsMayHaveDifferentNumbersOfModes)
{
  EnsembleSpectrum ensemble;
  ensemble.add("a", headsWith({ { 1.0, 0.5, 0.25 }, { 1.0 } }));
  ensemble.add("b", headsWith({ { 1.0, 0.5, 0.25 }, { 1.0 } }));
  EXPECT_EQ(ensemble.distribution()[0].median.size(), 3u);
  EXPECT_EQ(ensemble.distribution()[1].median.size(), 1u);
}

TEST(EnsembleSpectrum, WithoutCasesThereIsNothing)
{
  const EnsembleSpectrum ensemble;
  EXPECT_TRUE(ensemble.distribution().empty());
  EXPECT_TRUE(ensemble.departures().empty());
}

TEST(EnsembleSpectrum, RefusesOtherHeads)
{
  EnsembleSpectrum ensemble;
  const auto heads = headsWith({ { 1.0, 0.5 }, { 1.0, 0.25 } });
  ensemble.add("a", heads);
  auto other = heads;
  other[1].head = 5;
  EXPECT_THAT([&] { ensemble.add("b", other); }, saysInError("head 5"));
  other = heads;
  other[0].block = 7;
  EXPECT_THAT([&] { ensemble.add("b", other); }, saysInError("block 7"));
  other = heads;
  other[1].eigenvalues.push_back(0.0);
  EXPECT_THAT([&] { ensemble.add("b", other); }, saysInError("3 eigenvalues"));
  other = heads;
  other.pop_back();
  EXPECT_THAT([&] { ensemble.add("b", other); }, saysInError("case 'b' has spectra of 1 heads"));
  EXPECT_THAT([&] { ensemble.add("b", {}); }, saysInError("no spectra"));
  EXPECT_EQ(ensemble.cases(), 1u) << "what is refused leaves no trace";
}

TEST(EnsembleSpectrum, RefusesWhatIsNoSpectrum)
{
  EnsembleSpectrum ensemble;
  for (const double bad : { std::nan(""), std::numeric_limits<double>::infinity(), -0.125 })
  {
    EXPECT_THAT([&] { ensemble.add("b", headsWith({ { 1.0, bad } })); }, saysInError("case 'b'")) << bad;
  }
  EXPECT_THAT([&] { ensemble.add("b", headsWith({ { 0.0, 0.0 } })); }, saysInError("first is positive"));
  EXPECT_THAT([&] { ensemble.add("b", headsWith({ {} })); }, saysInError("0 eigenvalues"));
  EXPECT_EQ(ensemble.cases(), 0u);
}

TEST(EnsembleSpectrum, RefusesFractionsBeyondTheMedian)
{
  const EnsembleSpectrum ensemble;
  for (const double bad : { -0.1, 0.6, std::nan("") })
  {
    EXPECT_THAT([&] { ensemble.distribution(bad); }, saysInError("fraction")) << bad;
  }
}
}
}
