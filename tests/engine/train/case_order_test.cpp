#include "train/case_order.h"

#include "flare/error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace flare::train
{
namespace
{
using Cases = std::vector<std::size_t>;

TEST(CaseOrder, ShufflesSortedCasesFromTheBackWithOneGenerator)
{
  CaseOrder order({ 9, 2, 5, 7, 0 }, 42);
  std::mt19937_64 generator(42);
  for (int epoch = 1; epoch <= 3; ++epoch)
  {
    Cases expected{ 0, 2, 5, 7, 9 };
    for (std::size_t i = 4; i >= 1; --i)
    {
      std::swap(expected[i], expected[generator() % (i + 1)]);
    }
    Cases got;
    for (const std::size_t size : { 2, 2, 1 })
    {
      const auto batch = order.next(2);
      ASSERT_EQ(batch.size(), size);
      EXPECT_EQ(order.epoch(), epoch);
      got.insert(got.end(), batch.begin(), batch.end());
    }
    EXPECT_TRUE(order.epochEnded());
    EXPECT_EQ(got, expected);
  }
}

TEST(CaseOrder, OfOneCase)
{
  CaseOrder order({ 3 }, 1);
  EXPECT_EQ(order.next(4), Cases{ 3 });
  EXPECT_EQ(order.next(4), Cases{ 3 });
  EXPECT_EQ(order.epoch(), 2);
}

TEST(CaseOrder, ContinuesFromItsText)
{
  const Cases cases{ 1, 2, 3, 4, 5, 6, 7 };
  for (int before = 0; before < 10; ++before)
  {
    CaseOrder order(cases, 3);
    for (int i = 0; i < before; ++i)
    {
      order.next(2);
    }
    CaseOrder other(cases, 99);
    other.restore(order.save());
    for (int i = 0; i < 9; ++i)
    {
      EXPECT_EQ(other.next(2), order.next(2));
      EXPECT_EQ(other.epoch(), order.epoch());
    }
  }
}

TEST(CaseOrder, RefusesATextOfOtherCases)
{
  CaseOrder order({ 1, 2, 3 }, 1);
  order.next(1);
  CaseOrder other({ 1, 2, 4 }, 1);
  EXPECT_THROW(other.restore(order.save()), Error);
  EXPECT_THROW(other.restore("1 2"), Error);
  EXPECT_THROW(other.restore(""), Error);
}

TEST(CaseOrder, CountsTheStepsOfAnEpoch)
{
  EXPECT_EQ(stepsPerEpoch(5, 2), 3);
  EXPECT_EQ(stepsPerEpoch(4, 2), 2);
  EXPECT_EQ(stepsPerEpoch(1, 8), 1);
}
}
}
