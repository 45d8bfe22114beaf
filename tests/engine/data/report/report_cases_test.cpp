#include "report_cases.h"

#include <gtest/gtest.h>

#include <cmath>

// What a report finds in how cases relate to each other.
namespace flare
{
namespace
{
using test::dataOf;
using test::fieldOn;
using test::findings;
using test::has;
using test::lines;
using test::reportOptions;
using test::soundCases;

// A temperature on one mesh at successive times, which spreads and moves on.
std::vector<Case> timeSteps(int steps)
{
  const auto mesh = test::smallCase(0, 40);
  std::vector<Case> cases;
  for (int i = 0; i < steps; ++i)
  {
    auto c = mesh;
    c.name = "time step " + std::to_string(i);
    c.time = 0.1 * i;
    const double t = c.time;
    c.targets = { fieldOn(c, [t](double x, double y, double z)
      { return 300.0 + 50.0 * std::exp(-t * y) * std::sin(2.0 * (x - t)) + 5.0 * z; }) };
    cases.push_back(c);
  }
  return cases;
}

Signature temperature(bool useTime)
{
  auto signature = test::smallSignature();
  signature.targets = { { "T", 1, {}, "K", false } };
  signature.useTime = useTime;
  return signature;
}

TEST(DataReportCases, FindsTimeStepsThatAreNotToldTheTime)
{
  auto cases = timeSteps(12);
  auto signature = temperature(false);
  signature.parameters.clear();
  for (auto& c : cases)
  {
    c.parameters.clear();
  }
  const auto text = findings(dataOf(signature, cases));
  EXPECT_TRUE(has(text, "warning time: 12 cases look like steps of time")) << text;
  EXPECT_TRUE(has(text, "'time step 0' to 'time step 11'") && has(text, "Switch UseTime on")) << text;
  EXPECT_EQ(lines(text), 1) << text;
  signature.useTime = true;
  EXPECT_EQ(findings(dataOf(signature, cases)), "");
}

TEST(DataReportCases, FindsTwoSeriesOfTimeSteps)
{
  auto cases = timeSteps(8);
  auto second = timeSteps(8);
  for (auto& c : second)
  {
    c.name = "other " + c.name;
    c.parameters = { 7.0 };
    c.targets = { test::scaled(c.targets[0], 2.0) };
  }
  cases.insert(cases.end(), second.begin(), second.end());
  const auto text = findings(dataOf(temperature(false), cases));
  EXPECT_TRUE(has(text, "16 cases look like steps of time (2 series, such as 'time step 0'")) << text;
  EXPECT_EQ(findings(dataOf(temperature(true), cases)), "");
}

TEST(DataReportCases, FindsContradictions)
{
  // The same mesh and load, and fields in no order: some cause was not told.
  auto cases = timeSteps(8);
  std::vector<Case> mixed;
  for (const int i : { 0, 5, 2, 7, 1, 6, 3, 4 })
  {
    mixed.push_back(cases[static_cast<std::size_t>(i)]);
    mixed.back().parameters = { 3.0 };
  }
  mixed.push_back(test::smallCase(3, 30));
  mixed.back().targets.pop_back();
  const auto text = findings(dataOf(temperature(false), mixed));
  EXPECT_TRUE(has(text, "warning case 'time step 0': the cases 'time step 0', 'time step 5', ")) << text;
  EXPECT_TRUE(has(text, "and 3 more have the same points, inputs and parameters, but different targets"))
    << text;
  EXPECT_FALSE(has(text, "look like steps of time")) << text;

  // Two cases have no order.
  auto pair = soundCases(9);
  pair[5].points = pair[2].points;
  pair[5].parameters = pair[2].parameters;
  const auto two = findings(dataOf(test::smallSignature(), pair));
  EXPECT_TRUE(has(two, "the cases 'case 2' and 'case 5' have the same points")) << two;
  EXPECT_EQ(lines(two), 1) << two;
  pair[5].parameters = { 2.0 };
  EXPECT_EQ(findings(dataOf(test::smallSignature(), pair)), "");
}

TEST(DataReportCases, AnInputThatDiffersExplainsOtherTargets)
{
  auto signature = temperature(false);
  signature.inputs = { { "source", 1, {}, "", false } };
  auto cases = timeSteps(12);
  for (std::size_t i = 0; i < cases.size(); ++i)
  {
    cases[i].parameters = { static_cast<double>(i % 5) };
    const double strength = 1.0 + static_cast<double>(i);
    cases[i].inputs = { fieldOn(
      cases[i], [&](double x, double y, double) { return strength * x + std::cos(7.0 * y); }) };
  }
  EXPECT_EQ(findings(dataOf(signature, cases)), "");
}

TEST(DataReportCases, FindsIdenticalCases)
{
  auto cases = soundCases(9);
  auto copy = cases[3];
  copy.name = "case 3, once more";
  cases.push_back(copy);
  const auto text = findings(dataOf(test::smallSignature(), cases));
  EXPECT_TRUE(has(text, "warning case 'case 3': the cases 'case 3' and 'case 3, once more' are identical"))
    << text;
  EXPECT_EQ(lines(text), 1) << text;
  for (int i = 0; i < 8; ++i)
  {
    cases.push_back(cases[static_cast<std::size_t>(i)]);
  }
  EXPECT_TRUE(
    has(findings(dataOf(test::smallSignature(), cases)), "and 3 further groups of cases that are identical"));
}

TEST(DataReportCases, FindsCoordinatesInOtherUnits)
{
  struct Mistake
  {
    double factor;
    std::string says;
  };
  for (const auto& mistake :
    { Mistake{ 1000.0, "about 1000 times as large" }, Mistake{ 0.001, "about 1000 times as small" },
      Mistake{ 25.4, "about 25.4 times as large" }, Mistake{ 39.37, "about 39.37 times as large" },
      Mistake{ 100.0, "centimetres instead of metres" }, Mistake{ 10.0, "about 10 times as large" } })
  {
    auto cases = soundCases(9);
    cases[6].points = test::scaled(cases[6].points, mistake.factor);
    const auto text = findings(dataOf(test::smallSignature(), cases));
    EXPECT_TRUE(has(text, "warning case 'case 6': its mesh is") && has(text, mistake.says)) << text;
    EXPECT_EQ(lines(text), 1) << text;
  }
}

TEST(DataReportCases, TakesSizesOfAStudyAsTheyAre)
{
  auto cases = soundCases(12);
  double size = 1.0;
  for (auto& c : cases)
  {
    c.points = test::scaled(c.points, size);
    size *= 1.7; // 340 in all
  }
  EXPECT_EQ(findings(dataOf(test::smallSignature(), cases)), "");
}

TEST(DataReportCases, FewerPointsAreNoFault)
{
  auto cases = soundCases(9);
  cases[4] = test::smallCase(4, 3000);
  cases[5] = test::smallCase(5, 4);
  EXPECT_EQ(findings(dataOf(test::smallSignature(), cases)), "");
}
}
}
