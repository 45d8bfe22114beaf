#pragma once

#include "flare/device.h"

#include <gtest/gtest.h>

#include <string>

namespace flare::test
{
// A test that is skipped, with the reason, where there is no GPU that can be used.
class GpuTest : public testing::Test
{
protected:
  void SetUp() override
  {
    std::string reason;
    if (!cudaAvailable(&reason))
    {
      GTEST_SKIP() << reason;
    }
  }
};
}
