#pragma once

#include "flare/device.h"

#include <torch/torch.h>

namespace flare
{
inline torch::Device torchDevice(Device resolved)
{
  return resolved == Device::Cuda ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
}

// Throws Error when the device does not compute in the precision.
void requirePrecision(Device resolved, Precision precision);

// Of weights, inputs and outputs.
inline torch::ScalarType torchType(Precision precision)
{
  return precision == Precision::Float64 ? torch::kFloat64 : torch::kFloat32;
}
}
