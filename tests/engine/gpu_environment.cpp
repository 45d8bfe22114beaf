#include "flare/device.h"

#include <gtest/gtest.h>

namespace flare
{
namespace
{
// As the engine does before anything else, and tests of its parts do not: LibTorch's first look for a GPU is
// its last.
class GpuFirst : public testing::Environment
{
public:
  void SetUp() override { resolveDevice(Device::Cpu); }
};

const auto* const gpuFirst = testing::AddGlobalTestEnvironment(new GpuFirst);
}
}
