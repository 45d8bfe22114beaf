#include "nn/latents.h"

namespace flare::nn
{
namespace
{
constexpr double partingLength = 1e-4; // of twins, over the latent's
}

std::string latentsName(std::int64_t block)
{
  return "blocks." + std::to_string(block) + ".att.latent_q";
}

torch::Tensor latentsByHead(const torch::Tensor& stored, const Architecture& a)
{
  return stored.contiguous().view({ a.sharedLatents ? 1 : a.heads, stored.size(1), a.headDimension() });
}

torch::Tensor storedLatents(const torch::Tensor& byHead)
{
  return byHead.contiguous().view({ byHead.size(0) * byHead.size(2), byHead.size(1) });
}

torch::Tensor parting(const torch::Tensor& q, torch::Generator generator)
{
  const auto e = torch::randn(q.sizes(), generator, q.options());
  return e * (partingLength * q.norm(2, 2, true) / e.norm(2, 2, true));
}

torch::Tensor twins(const torch::Tensor& q, const torch::Tensor& e)
{
  return torch::stack({ q + e, q - e }, 2).view({ q.size(0), 2 * q.size(1), q.size(2) });
}
}
