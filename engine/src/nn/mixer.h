#pragma once

#include "flare/architecture.h"
#include "nn/norm.h"
#include "nn/residual_mlp.h"
#include "nn/segments.h"

#include <torch/torch.h>

namespace flare::nn
{
// FLARE attention: keys and values of the points by residual MLPs, encode to the latents, decode back,
// one linear layer (docs/model.md). State: latent_q, k_proj, v_proj, [q_norm, k_norm,] out_proj.
class MixerImpl : public torch::nn::Module
{
public:
  explicit MixerImpl(const Architecture& architecture);
  // x [T, C] -> [T, C]
  torch::Tensor forward(const torch::Tensor& x, const Segments& segments);

  // q [H, M, D], normalised where the model has q/k norms
  torch::Tensor queries();
  // k [T, C], channel c = h*D + d, normalised likewise
  torch::Tensor keys(const torch::Tensor& x);

  torch::Tensor latents; // [C, M], row-major memory read as [H, M, D]; shared: [D, M] read as [M, D]

private:
  Architecture architecture_;
  ResidualMlp k_proj_{ nullptr };
  ResidualMlp v_proj_{ nullptr };
  NormalisationLayer q_norm_{ nullptr };
  NormalisationLayer k_norm_{ nullptr };
  torch::nn::Linear out_proj_{ nullptr };
};
TORCH_MODULE(Mixer);
}
