#include "report_cases.h"
#include "threaded_communicator.h"

#include <gtest/gtest.h>

#include <atomic>

// Ranks that hold parts of the cases make one report, which is that of one process that holds all of them.
namespace flare
{
namespace
{
using test::dataOf;
using test::has;
using test::reportOptions;
using test::soundCases;
using test::textOf;

ArrayView rowsOf(const ArrayView& array, std::int64_t begin, std::int64_t end)
{
  std::vector<double> values;
  for (auto row = begin; row < end; ++row)
  {
    for (int d = 0; d < array.components; ++d)
    {
      values.push_back(array.at(row, d));
    }
  }
  return test::owningView(values, array.components);
}

// The points of a case in equal parts; of the third case the last rank has none.
DataSet partOfRank(const Signature& signature, const std::vector<Case>& cases,
  const std::shared_ptr<Communicator>& communicator)
{
  DataSet data(signature);
  data.setCommunicator(communicator);
  for (std::size_t i = 0; i < cases.size(); ++i)
  {
    auto c = cases[i];
    const auto parts = i == 2 ? communicator->size() - 1 : communicator->size();
    const auto begin = std::min(c.count(), c.count() * communicator->rank() / parts);
    const auto end = std::min(c.count(), c.count() * (communicator->rank() + 1) / parts);
    c.points = rowsOf(cases[i].points, begin, end);
    for (auto* arrays : { &c.inputs, &c.targets })
    {
      for (auto& array : *arrays)
      {
        array = rowsOf(array, begin, end);
      }
    }
    data.add(c);
  }
  return data;
}

struct Spoilt
{
  Signature signature = test::smallSignature();
  std::vector<Case> cases = soundCases(10);
};

// One of each kind that looks at points of all ranks.
Spoilt spoilt()
{
  Spoilt s;
  s.signature.inputs = { { "gauge", 1, {}, "", false }, { "thickness", 1, {}, "", false } };
  for (auto& c : s.cases)
  {
    c.inputs = { test::scaled(c.targets[0], 3.0),
      test::fieldOn(c, [](double, double, double) { return 2.0; }) };
  }
  s.cases[3].points = test::scaled(s.cases[3].points, 1000.0);
  s.cases.push_back(s.cases[1]);
  s.cases.back().name = "copy";
  s.cases[6].points = s.cases[0].points;
  s.cases[6].inputs = s.cases[0].inputs;
  s.cases[6].targets = { s.cases[0].targets[0], test::smallCase(77, 30).targets[1] };
  s.cases[6].parameters = s.cases[0].parameters;
  s.cases[8].targets[0] = test::scaled(s.cases[8].targets[0], 1e5);
  s.cases[8].inputs[0] = test::scaled(s.cases[8].inputs[0], 1e5);
  return s;
}

// Memory is that of each process, and so is the number of threads.
std::string shared(const std::vector<ReportEntry>& report)
{
  std::vector<ReportEntry> result;
  std::copy_if(report.begin(), report.end(), std::back_inserter(result),
    [](const ReportEntry& entry) { return entry.subject != "memory" && entry.subject != "training time"; });
  return textOf(result);
}

TEST(DataReportRanks, MakeOneReport)
{
  const auto s = spoilt();
  const auto alone = reportOn(dataOf(s.signature, s.cases), reportOptions());
  EXPECT_EQ(test::entriesOf(alone, test::Level::Warning).size(), 6u) << textOf(alone);
  for (const int size : { 2, 3 })
  {
    std::vector<std::vector<ReportEntry>> reports(static_cast<std::size_t>(size));
    test::ThreadedRanks::run(size,
      [&](std::shared_ptr<Communicator> communicator)
      {
        reports[static_cast<std::size_t>(communicator->rank())] =
          reportOn(partOfRank(s.signature, s.cases, communicator), reportOptions());
      });
    EXPECT_EQ(shared(reports[0]), shared(alone));
    for (const auto& report : reports)
    {
      EXPECT_EQ(textOf(report), textOf(reports[0]));
    }
  }
}

TEST(DataReportRanks, CompareWholeCases)
{
  // Cases 1 and 4 have 35 points each, and the same load; rank 0 holds 17 of them, the same in both.
  auto cases = soundCases(9);
  std::vector<double> points;
  for (std::int64_t i = 0; i < 35; ++i)
  {
    for (int d = 0; d < 3; ++d)
    {
      points.push_back(cases[i < 17 ? 1 : 4].points.at(i, d));
    }
  }
  cases[4].points = test::owningView(points, 3);
  cases[4].parameters = cases[1].parameters;
  std::vector<std::string> texts(2);
  test::ThreadedRanks::run(2,
    [&](std::shared_ptr<Communicator> communicator)
    {
      const auto report = reportOn(partOfRank(test::smallSignature(), cases, communicator), reportOptions());
      texts[static_cast<std::size_t>(communicator->rank())] =
        textOf(test::entriesOf(report, test::Level::Warning));
    });
  EXPECT_EQ(texts, (std::vector<std::string>{ "", "" }));
}

TEST(DataReportRanks, StopTogether)
{
  const auto cases = soundCases(6);
  std::atomic<int> empty{ 0 };
  test::ThreadedRanks::run(3,
    [&](std::shared_ptr<Communicator> communicator)
    {
      const auto rank = communicator->rank();
      int calls = 0;
      const auto report = reportOn(partOfRank(test::smallSignature(), cases, communicator), reportOptions(),
        [&](double) { return rank != 1 || ++calls < 9; });
      empty += report.empty() ? 1 : 0;
    });
  EXPECT_EQ(empty, 3);
}

TEST(DataReportRanks, MeasureTogetherAndRefuseTogether)
{
  const auto cases = soundCases(6);
  auto options = test::smallOptions();
  options.recipe.epochs = 10;
  std::vector<std::string> texts(2);
  test::ThreadedRanks::run(2,
    [&](std::shared_ptr<Communicator> communicator)
    {
      auto o = options;
      auto& text = texts[static_cast<std::size_t>(communicator->rank())];
      text = textOf(reportOn(partOfRank(test::smallSignature(), cases, communicator), o));
      o.precision = Precision::BFloat16;
      text += textOf(reportOn(partOfRank(test::smallSignature(), cases, communicator), o));
    });
  EXPECT_EQ(texts[0], texts[1]);
  EXPECT_TRUE(has(texts[0], "for 10 epochs, as a few steps were timed")) << texts[0];
  EXPECT_TRUE(has(texts[0], "in each of 2 processes")) << texts[0];
  EXPECT_TRUE(has(texts[0], "error device: ")) << texts[0];
}
}
}
