#pragma once

#include <string>

namespace flare
{
enum class Device
{
  Auto, // CUDA where there is one that works, else CPU
  Cpu,
  Cuda
};

enum class Precision
{
  Float32,
  Float64
};

// Auto becomes Cuda or Cpu. Cuda without a usable GPU throws Error with the reason.
// LibTorch's CUDA part is loaded here, on the first call that may need it.
Device resolveDevice(Device wanted);

// True when a GPU can be used; otherwise `reason` says why not.
bool cudaAvailable(std::string* reason = nullptr);

// "CPU, 2 threads" or "NVIDIA H200, 139 GiB".
std::string describeDevice(Device device);
}
