#pragma once

#include "flare/device.h"
#include "ops/cuda_module.h"

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

// One that is skipped where there is a GPU, but the engine was built without kernels for it, too.
class GpuKernelTest : public GpuTest
{
protected:
  void SetUp() override
  {
    GpuTest::SetUp();
    if (!IsSkipped() && !ops::cudaModule())
    {
      GTEST_SKIP() << "there is a GPU, but no kernels for it: build with -DPARAFLARE_CUDA=ON";
    }
  }
};
}
