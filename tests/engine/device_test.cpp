#include "flare/device.h"

#include "gpu_test.h"

#include <gtest/gtest.h>

#include <torch/torch.h>

namespace flare
{
TEST(Device, DescribesTheProcessor)
{
  EXPECT_EQ(describeDevice(Device::Cpu).rfind("CPU, ", 0), 0u) << describeDevice(Device::Cpu);
  if (!cudaAvailable())
  {
    EXPECT_EQ(gpuMemoryInUse(), 0);
  }
}

using OnGpu = test::GpuTest;

TEST_F(OnGpu, DeviceSaysItsNameAndWhatIsTakenOfItsMemory)
{
  const auto words = describeDevice(Device::Cuda);
  EXPECT_NE(words.find("NVIDIA"), std::string::npos) << words;
  EXPECT_NE(words.find(" GiB"), std::string::npos) << words;
  const auto before = gpuMemoryInUse();
  const auto large = torch::empty({ 64 << 20 }, torch::dtype(torch::kByte).device(torch::kCUDA));
  EXPECT_GE(gpuMemoryInUse(), before + (64 << 20));
}
}
