#pragma once

#include "flare/architecture.h"

#include <torch/torch.h>

#include <cstdint>
#include <string>

namespace flare::nn
{
// The state name of a block's latents.
std::string latentsName(std::int64_t block);

// The latents [C, M], whose memory is [H, M, D] (or [M, D] where heads share them), as [heads, M, D], and
// back.
torch::Tensor latentsByHead(const torch::Tensor& stored, const Architecture& a);
torch::Tensor storedLatents(const torch::Tensor& byHead);

// What parts twins: 1e-4 of each latent's length, in directions drawn from the generator. q [heads, M, D].
torch::Tensor parting(const torch::Tensor& q, torch::Generator generator);
// Twins q + e and q - e side by side, [heads, 2 M, D].
torch::Tensor twins(const torch::Tensor& q, const torch::Tensor& e);
}
