#pragma once

#include <cstdint>
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
  Float64,
  // On a GPU only: the blocks' layers and their activations in bfloat16; weights, first and last layers, the
  // sums that run through all blocks, norms, scores, softmaxes, the loss and the optimiser in float32.
  BFloat16
};

// "float32", "float64" or "bfloat16", as in model files.
const char* name(Precision precision);

// Auto becomes Cuda or Cpu. Cuda without a usable GPU throws Error with the reason.
// LibTorch's CUDA part is loaded here, on the first call, where there is an NVIDIA driver.
Device resolveDevice(Device wanted);

// True when a GPU can be used; otherwise `reason` says why not.
bool cudaAvailable(std::string* reason = nullptr);

// "CPU, 2 threads" or "NVIDIA H200, 139.8 GiB".
std::string describeDevice(Device device);

// Bytes of the GPU's memory that this process has taken for tensors, those kept for the next ones included.
// 0 before anything was computed there.
std::int64_t gpuMemoryInUse();
}
