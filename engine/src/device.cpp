#include "device.h"

#include "flare/error.h"

#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/ops/empty.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <atomic>
#include <dlfcn.h>
#include <iomanip>
#include <sstream>

namespace flare
{
namespace
{
std::atomic<bool> cudaLoaded{ false };

// Empty when a GPU can be used, else why not. LibTorch remembers its first look for CUDA, so nothing may
// ask it before libtorch_cuda is loaded.
std::string loadCuda()
{
  if (!dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL))
  {
    return "this machine has no NVIDIA driver (libcuda.so.1 was not found)";
  }
  if (!dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL))
  {
    const char* reason = dlerror();
    return std::string("LibTorch's CUDA part could not be loaded (") + (reason ? reason : "no reason given") +
           "); run scripts/demo.sh on this machine to install it";
  }
  if (at::detail::getCUDAHooks().deviceCount() < 1)
  {
    return "LibTorch finds no usable GPU on this machine";
  }
  cudaLoaded = true;
  return {};
}

// LibTorch tells names through its CUDA part only, which is not linked; the driver, which it has started,
// tells them as well.
std::string nameOfFirstGpu()
{
  using Get = int (*)(int* device, int ordinal);
  using GetName = int (*)(char* name, int length, int device);
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  const auto get = reinterpret_cast<Get>(dlsym(driver, "cuDeviceGet"));
  const auto getName = reinterpret_cast<GetName>(dlsym(driver, "cuDeviceGetName"));
  int device = 0;
  char name[256] = {};
  const bool known =
    get && getName && get(&device, 0) == 0 && getName(name, static_cast<int>(sizeof name), device) == 0;
  return known ? name : "CUDA";
}

std::string gibibytes(std::size_t bytes)
{
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << static_cast<double>(bytes) / 1073741824.0 << " GiB";
  return text.str();
}
}

bool cudaAvailable(std::string* reason)
{
  static const std::string problem = loadCuda();
  if (reason)
  {
    *reason = problem;
  }
  return problem.empty();
}

Device resolveDevice(Device wanted)
{
  // Also before work on the CPU: once LibTorch has made a backward pass without its CUDA part, it will not
  // find a GPU in this process any more.
  std::string reason;
  const bool available = cudaAvailable(&reason);
  if (wanted == Device::Cpu)
  {
    return Device::Cpu;
  }
  if (available)
  {
    return Device::Cuda;
  }
  if (wanted == Device::Cuda)
  {
    throw Error("Device is CUDA, but " + reason + ". Choose Auto or CPU");
  }
  return Device::Cpu;
}

const char* name(Precision precision)
{
  return precision == Precision::Float64    ? "float64"
         : precision == Precision::BFloat16 ? "bfloat16"
                                            : "float32";
}

void requirePrecision(Device resolved, Precision precision)
{
  if (precision == Precision::BFloat16 && resolved != Device::Cuda)
  {
    std::string reason;
    cudaAvailable(&reason);
    throw Error("Precision is BFloat16, which is for GPUs, but the network runs on the CPU" +
                (reason.empty() ? "" : " (" + reason + ")") + ". Choose Float32");
  }
}

std::string describeDevice(Device device)
{
  if (resolveDevice(device) == Device::Cpu)
  {
    const int threads = at::get_num_threads();
    return "CPU, " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
  }
  auto* allocator = c10::getDeviceAllocator(c10::DeviceType::CUDA);
  at::empty({ 1 }, at::kCUDA); // only then does it know
  return nameOfFirstGpu() + ", " + gibibytes(allocator->getMemoryInfo(0).second);
}

std::int64_t gpuMemoryInUse()
{
  if (!cudaLoaded)
  {
    return 0;
  }
  auto* allocator = c10::getDeviceAllocator(c10::DeviceType::CUDA);
  return allocator->initialized() ? allocator->getDeviceStats(0).reserved_bytes[0].current : 0;
}
}
