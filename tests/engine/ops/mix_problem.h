#pragma once

#include "nn/segments.h"
#include "reference/mixer.h"
#include "relative_error.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
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

using MixCall =
  std::function<torch::Tensor(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v)>;

inline MixResult differentiate(const MixProblem& p, torch::ScalarType type, const MixCall& mix)
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

// Every mesh of a batch must be mixed as it is alone; the queries' gradient is the sum over meshes. Empty
// ones take no part. In double.
inline void expectMeshesOfTheirOwn(const MixResult& r, const MixProblem& p, const Segments& segments,
  double boundOfResult, double boundOfGradient)
{
  auto dq = torch::zeros_like(p.q);
  for (std::int64_t i = 0; i < segments.count(); ++i)
  {
    const auto first = segments.offsets[i], count = segments.offsets[i + 1] - first;
    if (count == 0)
    {
      continue;
    }
    const MixProblem one{ p.q, p.k.narrow(0, first, count), p.v.narrow(0, first, count),
      p.dy.narrow(0, first, count), p.scale };
    const auto expected = reference(one);
    EXPECT_TRUE(relativeError(r.y.narrow(0, first, count), expected.y) <= boundOfResult);
    dq += expected.dq;
  }
  EXPECT_TRUE(relativeError(r.dq, dq) <= boundOfGradient);
}

// `mix` gives y for changed q, k, v, on the CPU.
inline void expectFiniteDifferences(const MixResult& r, const MixProblem& p, const MixCall& mix)
{
  // Central differences: error h^2 f''' / 6 + u |f| / h is smallest, about 1e-10, near h = 1e-5.
  const double h = 1e-5;
  const torch::Tensor gradients[] = { r.dq, r.dk, r.dv };
  for (int which = 0; which < 3; ++which)
  {
    const auto gradient = gradients[which].cpu().reshape(-1);
    const auto lossAt = [&](std::int64_t i, double change)
    {
      torch::Tensor inputs[] = { p.q.clone(), p.k.clone(), p.v.clone() };
      inputs[which].view(-1)[i] += change;
      return (mix(inputs[0], inputs[1], inputs[2]) * p.dy).sum().item<double>();
    };
    for (std::int64_t i = 0; i < gradient.numel(); ++i)
    {
      const double numeric = (lossAt(i, h) - lossAt(i, -h)) / (2 * h);
      EXPECT_TRUE(std::abs(gradient[i].item<double>() - numeric) <= 1e-8) << which << " " << i;
    }
  }
}
}
