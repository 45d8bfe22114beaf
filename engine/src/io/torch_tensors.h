#pragma once

#include "io/safetensors.h"

#include <torch/torch.h>

namespace flare::io
{
// A copy of the tensor in memory of its own, on the CPU.
torch::Tensor toTensor(const TensorView& view);

// A view of a contiguous tensor on the CPU, which must outlive it. Throws Error for a type that the
// format does not have.
TensorView viewOf(const torch::Tensor& tensor);
}
