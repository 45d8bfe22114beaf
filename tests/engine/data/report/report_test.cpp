#include "report_cases.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace flare
{
namespace
{
using test::dataOf;
using test::findings;
using test::has;
using test::Level;
using test::lines;
using test::owningView;
using test::reportOptions;
using test::smallSignature;
using test::soundCases;
using test::textOf;

TEST(DataReport, TellsWhatThereIsInTheOrderOfReading)
{
  const auto report = reportOn(dataOf(smallSignature(), soundCases(12)), reportOptions());
  std::vector<std::string> subjects;
  for (const auto& entry : report)
  {
    EXPECT_EQ(entry.level, Level::Info) << textOf({ entry });
    EXPECT_TRUE(entry.remedy.empty());
    subjects.push_back(entry.subject);
  }
  EXPECT_EQ(subjects, (std::vector<std::string>{ "cases", "points", "target stress", "target shift",
                        "parameter load", "network", "training time", "memory" }));
  EXPECT_EQ(report[0].text, "12 cases found: 9 to train on, 3 held out for validation");
  EXPECT_EQ(report[1].text, "30 to 40 points per case, 420 in all");
  EXPECT_TRUE(has(report[2].text, "on points; ") && has(report[2].text, " Pa")) << report[2].text;
  EXPECT_TRUE(has(report[3].text, "2 components; 0: ")) << report[3].text;
  EXPECT_EQ(report[4].text, "1 to 4.3 N; 12 values over the cases");
  EXPECT_TRUE(has(report[6].text, "1 min on CPU")) << report[6].text;
}

TEST(DataReport, IsTheSameEveryTime)
{
  const auto data = dataOf(smallSignature(), soundCases(7));
  EXPECT_EQ(textOf(reportOn(data, reportOptions())), textOf(reportOn(data, reportOptions())));
}

TEST(DataReport, NamesComponentsUnitsAndAssociation)
{
  auto signature = smallSignature();
  signature.association = Association::Cells;
  signature.targets[1].componentNames = { "X", "Y" };
  signature.parameters[0].unit = "1";
  const auto text = textOf(reportOn(dataOf(signature, soundCases(9)), reportOptions()));
  EXPECT_TRUE(has(text, "(cell centres)") && has(text, "on cells; ") && has(text, ", Y: ")) << text;
  EXPECT_TRUE(has(text, "parameter load: 1 to 3.4; ")) << text;
}

// Trainer's words, and the report's entry of them.
TEST(DataReport, HasWhatTheTrainerWouldRefuse)
{
  const auto sound = dataOf(smallSignature(), soundCases(9));
  auto untargeted = smallSignature();
  untargeted.targets.clear();
  auto bare = soundCases(9), constant = bare;
  for (auto& c : bare)
  {
    c.targets.clear();
  }
  for (auto& c : constant)
  {
    c.targets[0] = test::fieldOn(c, [](double, double, double) { return 101325.0; });
  }
  struct Refusal
  {
    std::string subject;
    DataSet data;
    std::function<void(TrainingOptions&)> change;
  };
  const auto nothing = [](TrainingOptions&) {};
  const std::vector<Refusal> refusals{ { "cases", DataSet(smallSignature()), nothing },
    { "targets", dataOf(untargeted, bare), nothing },
    { "targets", dataOf(smallSignature(), constant), nothing },
    { "network", sound, [](TrainingOptions& o) { o.architecture.heads = 3; } },
    { "network", sound, [](TrainingOptions& o) { o.architecture.channels = 1 << 30; } },
    { "settings", sound, [](TrainingOptions& o) { o.recipe.learningRate = std::nan(""); } },
    { "settings", sound, [](TrainingOptions& o) { o.checkpointSeconds = std::nan(""); } },
    { "validation", sound, [](TrainingOptions& o) { o.validationFraction = std::nan(""); } },
    { "validation", sound,
      [](TrainingOptions& o) {
        o.validationCases = { 0, 9 };
      } },
    { "validation", sound,
      [](TrainingOptions& o) {
        o.validationCases = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
      } },
    { "device", sound, [](TrainingOptions& o) { o.precision = Precision::BFloat16; } },
    { "checkpoint", sound, [](TrainingOptions& o) { o.checkpointPath = "/no such folder/x"; } } };
  for (const auto& refusal : refusals)
  {
    auto options = reportOptions();
    refusal.change(options);
    std::string words;
    try
    {
      Trainer trainer(refusal.data, options);
    }
    catch (const Error& error)
    {
      words = error.what();
    }
    ASSERT_FALSE(words.empty()) << refusal.subject;
    const auto report = reportOn(refusal.data, options);
    EXPECT_TRUE(hasErrors(report));
    ASSERT_FALSE(report.empty());
    const auto& first = report.front();
    EXPECT_EQ(first.level, Level::Error) << words;
    EXPECT_EQ(first.subject, refusal.subject);
    EXPECT_TRUE(first.text == words || first.text + ". " + first.remedy == words)
      << textOf({ first }) << words;
    EXPECT_FALSE(first.remedy.empty());
  }
}

TEST(DataReport, GoesOnAfterAnError)
{
  auto options = reportOptions();
  options.architecture.heads = 3;
  options.validationFraction = 2.0;
  const auto report = reportOn(dataOf(smallSignature(), soundCases(9)), options);
  EXPECT_EQ(test::entriesOf(report, Level::Error).size(), 2u);
  EXPECT_TRUE(has(textOf(report), "info cases: 9 cases found >")) << textOf(report);
  EXPECT_TRUE(has(textOf(report), "info parameter load")) << textOf(report);
}

TEST(DataReport, RefusesATargetThatIsAnInput)
{
  auto signature = smallSignature();
  signature.inputs = { { "stress", 1, {}, "", false } };
  auto cases = soundCases(9);
  for (auto& c : cases)
  {
    c.inputs = { test::fieldOn(c, [](double x, double, double) { return x; }) };
  }
  EXPECT_TRUE(
    has(findings(dataOf(signature, cases)), "error target stress: 'stress' is an input and a target"));
  signature.inputs[0].averaged = true; // the field of that name on the other association
  const auto text = findings(dataOf(signature, cases));
  EXPECT_TRUE(has(text, "warning input stress: it has the name of the target")) << text;
  signature.inputs[0].name = "wall distance";
  EXPECT_EQ(findings(dataOf(signature, cases)), "");
}

TEST(DataReport, FindsAConstantComponent)
{
  auto cases = soundCases(9);
  for (auto& c : cases)
  {
    std::vector<double> plane;
    for (std::int64_t i = 0; i < c.count(); ++i)
    {
      plane.insert(plane.end(), { c.targets[1].at(i, 0), 0.0 });
    }
    c.targets[1] = owningView(plane, 2);
  }
  const auto text = findings(dataOf(smallSignature(), cases));
  EXPECT_TRUE(has(text, "warning target shift:1: the target 'shift:1' is constant (0)")) << text;
  EXPECT_EQ(lines(text), 1);
}

TEST(DataReport, FindsInputsThatDoNotVary)
{
  auto signature = smallSignature();
  signature.parameters.push_back({ "gravity", "m/s2" });
  signature.inputs = { { "thickness", 1, {}, "m", false }, { "wall distance", 1, {}, "m", false } };
  auto cases = soundCases(9);
  for (auto& c : cases)
  {
    c.parameters.push_back(9.81);
    c.inputs = { test::fieldOn(c, [](double, double, double) { return 0.002; }),
      test::fieldOn(c, [](double x, double y, double) { return x * y; }) };
  }
  auto text = findings(dataOf(signature, cases));
  EXPECT_TRUE(has(text, "warning parameter gravity: the parameter 'gravity' is 9.81 m/s2 in all")) << text;
  EXPECT_TRUE(has(text, "warning input thickness: it is constant (0.002)")) << text;
  EXPECT_EQ(lines(text), 2) << text;

  // One training case with another value is variation.
  const auto training = splitCases(9, reportOptions().validationFraction, 1).training;
  cases[training[2]].parameters[1] = 1.62;
  cases[training[2]].inputs[0] =
    test::fieldOn(cases[training[2]], [](double, double, double) { return 0.003; });
  EXPECT_EQ(findings(dataOf(signature, cases)), "");
}

TEST(DataReport, CountsCasesPerParameter)
{
  auto signature = smallSignature();
  auto options = reportOptions();
  options.validationFraction = 0.0;
  std::mt19937_64 random(5);
  auto cases = soundCases(6);
  const auto addParameter = [&](const std::string& name)
  {
    signature.parameters.push_back({ name, "" });
    for (auto& c : cases)
    {
      c.parameters.push_back(static_cast<double>(random() % 1000));
    }
  };
  const auto few = [&] { return findings(dataOf(signature, cases), options); };
  addParameter("a");
  EXPECT_FALSE(has(few(), "parameters")) << few(); // 6 cases for 2 of them
  addParameter("b");
  EXPECT_TRUE(has(few(), "6 training cases for 3 parameters") && has(few(), "at least 9")) << few();
  for (const auto* name : { "c", "d", "e", "f" })
  {
    addParameter(name);
  }
  EXPECT_TRUE(has(few(), "6 training cases for 7 parameters that vary: fewer cases")) << few();
}

TEST(DataReport, FindsParametersOnALine)
{
  auto signature = smallSignature();
  signature.parameters.push_back({ "load in kips", "" });
  auto cases = soundCases(12);
  for (auto& c : cases)
  {
    c.parameters.push_back(static_cast<float>(3.0 - 0.2248 * c.parameters[0])); // rounded as files do
  }
  const auto text = findings(dataOf(signature, cases));
  EXPECT_TRUE(has(text, "warning parameter load in kips") && has(text, "from the parameter 'load'")) << text;
  EXPECT_EQ(lines(text), 1);
  for (auto& c : cases)
  {
    c.parameters[1] = c.parameters[0] * c.parameters[0];
  }
  EXPECT_EQ(findings(dataOf(signature, cases)), "");
}

TEST(DataReport, FindsOutliers)
{
  auto cases = soundCases(12);
  cases[4].targets[0] = test::scaled(cases[4].targets[0], 100.0);
  EXPECT_EQ(findings(dataOf(smallSignature(), cases)), "");
  cases[4].targets[0] = test::scaled(cases[4].targets[0], 100.0);
  const auto text = findings(dataOf(smallSignature(), cases));
  EXPECT_TRUE(has(text, "warning target stress: in case 'case 4'")) << text;
  EXPECT_EQ(lines(text), 1);
}

TEST(DataReport, FindsAnInputThatIsTheTarget)
{
  auto signature = smallSignature();
  signature.inputs = { { "gauge", 1, {}, "", false } };
  auto cases = soundCases(9);
  for (auto& c : cases)
  {
    c.inputs = { test::scaled(c.targets[0], -1e-6) };
  }
  const auto text = findings(dataOf(signature, cases));
  EXPECT_TRUE(has(text, "warning input gauge: 'gauge' is the target 'stress' up to a factor")) << text;
  EXPECT_EQ(lines(text), 1);
  std::mt19937_64 random(3);
  for (auto& c : cases)
  {
    std::vector<double> noisy;
    for (std::int64_t i = 0; i < c.count(); ++i)
    {
      noisy.push_back(c.targets[0].at(i, 0) * (1.0 + 0.1 * (static_cast<double>(random() % 100) / 100.0)));
    }
    c.inputs = { owningView(noisy, 1) };
  }
  EXPECT_EQ(findings(dataOf(signature, cases)), "");
}

TEST(DataReport, SaysWhenNothingIsHeldOut)
{
  auto options = reportOptions();
  EXPECT_TRUE(
    has(findings(dataOf(smallSignature(), soundCases(1))), "warning cases: there is only one case"));
  EXPECT_EQ(lines(findings(dataOf(smallSignature(), soundCases(1)))), 1);
  options.validationFraction = 0.0;
  const auto text = findings(dataOf(smallSignature(), soundCases(9)), options);
  EXPECT_TRUE(has(text, "warning validation: no case is held out")) << text;
  EXPECT_EQ(lines(text), 1);
}

TEST(DataReport, FindsNumbersThatAreNotFinite)
{
  auto cases = soundCases(9);
  auto values = std::make_shared<std::vector<double>>(cases[5].count(), 1.0);
  cases[5].targets[0].data = values->data();
  cases[5].targets[0].owner = values;
  const auto data = dataOf(smallSignature(), cases);
  for (const double bad : { std::nan(""), std::numeric_limits<double>::infinity() })
  {
    (*values)[3] = bad; // since it was added
    const auto text = findings(data);
    EXPECT_TRUE(has(text, "error cases: case 'case 5': target array 'stress' holds")) << text;
    EXPECT_TRUE(has(text, "> Repair or remove this case")) << text;
  }
}

TEST(DataReport, TakesNumbersAtTheEndsOfTheirRange)
{
  auto cases = soundCases(9);
  for (auto& c : cases)
  {
    c.targets[0] = test::scaled(c.targets[0], 1e290);  // squares overflow
    c.targets[1] = test::scaled(c.targets[1], 1e-140); // squares lose their digits
    c.parameters[0] *= 1e300;
  }
  EXPECT_EQ(findings(dataOf(smallSignature(), cases)), "");
}

TEST(DataReport, LeavesOutPointsThatOthersOwn)
{
  auto cases = soundCases(9);
  const auto marks = std::make_shared<std::vector<std::uint8_t>>(cases[4].count(), std::uint8_t{ 1 });
  auto stress = std::make_shared<std::vector<double>>();
  for (std::int64_t i = 0; i < cases[4].count(); ++i)
  {
    (*marks)[i] = i < 5 ? 0 : 1;
    stress->push_back(i < 5 ? 1e12 : cases[4].targets[0].at(i, 0));
  }
  cases[4].targets[0].data = stress->data();
  cases[4].targets[0].owner = stress;
  EXPECT_TRUE(has(findings(dataOf(smallSignature(), cases)), "warning target stress: in case 'case 4'"));
  cases[4].owned = ArrayView{ marks->data(), ScalarType::UInt8, cases[4].count(), 1, marks };
  const auto data = dataOf(smallSignature(), cases);
  EXPECT_EQ(findings(data), "");
  const auto report = reportOn(data, reportOptions());
  EXPECT_EQ(report[1].text, "30 to 40 points per case, 310 in all"); // 35 + 9 * 35 - 5
  EXPECT_FALSE(has(report[2].text, "e+12")) << report[2].text;
}

TEST(DataReport, StopsWheneverItIsAskedTo)
{
  const auto data = dataOf(smallSignature(), soundCases(6));
  std::vector<double> told;
  reportOn(data, reportOptions(),
    [&](double done)
    {
      told.push_back(done);
      return true;
    });
  ASSERT_GT(told.size(), 6u);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_GE(told.front(), 0.0);
  EXPECT_EQ(told.back(), 1.0);
  for (std::size_t last = 1; last <= told.size(); ++last)
  {
    std::size_t calls = 0;
    EXPECT_TRUE(reportOn(data, reportOptions(), [&](double) { return ++calls < last; }).empty());
    EXPECT_EQ(calls, last);
  }
}
}
}
