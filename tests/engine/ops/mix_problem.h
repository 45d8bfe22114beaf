#pragma once

#include "reference/mixer.h"

#include <torch/torch.h>

#include <functional>

// Mixers to compare implementations on, and the reference's answer to them.
namespace flare::test
{
struct MixProblem
{
  torch::Tensor q, k, v, dy; // double
  double scale = 1.0;
};

inline MixProblem makeMixProblem(std::int64_t heads, std::int64_t latents, std::int64_t width,
  std::int64_t points, double size, double scale = 0.7)
{
  auto generator = at::make_generator<at::CPUGeneratorImpl>(17 + points + 31 * latents);
  const auto draw = [&](at::IntArrayRef shape)
  { return torch::randn(shape, generator, torch::dtype(torch::kFloat64)); };
  return { size * draw({ heads, latents, width }), draw({ points, heads * width }),
    draw({ points, heads * width }), draw({ points, heads * width }), scale };
}

struct MixResult
{
  torch::Tensor y, dq, dk, dv;
};

inline MixResult differentiate(const MixProblem& p, torch::ScalarType type,
  const std::function<torch::Tensor(const torch::Tensor&, const torch::Tensor&, const torch::Tensor&)>& mix)
{
  const auto leaf = [&](const torch::Tensor& t) { return t.to(type).detach().clone().requires_grad_(true); };
  const auto q = leaf(p.q), k = leaf(p.k), v = leaf(p.v);
  const auto y = mix(q, k, v);
  y.backward(p.dy.to(type));
  return { y.detach(), q.grad(), k.grad(), v.grad() };
}

inline MixResult reference(const MixProblem& p)
{
  return differentiate(p, torch::kFloat64,
    [&](const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v)
    { return reference::mix(q, k, v, p.scale); });
}
}
