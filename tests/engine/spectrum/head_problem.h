#pragma once

#include "spectrum/gram.h"

#include <torch/torch.h>

#include <algorithm>
#include <cstdint>

namespace flare::test
{
constexpr double unitRoundoff = 1.1102230246251565e-16; // of double

// One head's factors, drawn in double from a seed that follows from the sizes.
struct HeadProblem
{
  torch::Tensor q; // [M, D]
  torch::Tensor k; // [N, D]
  double scale = 0.7;

  torch::Tensor scores() const { return scale * q.matmul(k.t()); } // M x N
  std::int64_t latents() const { return q.size(0); }
  std::int64_t points() const { return k.size(0); }
};

// `size` is the largest score in magnitude.
inline HeadProblem makeHead(std::int64_t latents, std::int64_t points, double size, std::int64_t width = 5)
{
  auto generator = at::make_generator<at::CPUGeneratorImpl>(1000 * latents + points);
  const auto draw = [&](std::int64_t rows) {
    return torch::randn({ rows, width }, generator, torch::dtype(torch::kFloat64));
  };
  HeadProblem head{ draw(latents), draw(points) };
  head.q *= size / head.scores().abs().max();
  return head;
}

// max over scores of sum_d |s q_d k_d|, what a score's rounding is measured against.
inline double scoreMagnitude(const HeadProblem& head)
{
  return std::abs(head.scale) * head.q.abs().matmul(head.k.abs().t()).max().item<double>();
}

// How far apart eigenvalues of the stream and of the dense oracle may be in double. gram.cpp derives, with
// delta = (D + 2) u max sum |s q_d k_d|, gamma = 4 delta + (8 + N) u for the stream, and about M u of a
// backward stable eigen-solver, for which 8 M u is allowed. The oracle's B has entries within
// 2 delta + 8 u, sigma^2 twice that, and the singular value decomposition another 8 max(M, N) u.
inline double eigenvalueBound(const HeadProblem& head)
{
  const double delta = static_cast<double>(head.q.size(1) + 2) * unitRoundoff * scoreMagnitude(head);
  const double sizes = 9.0 * head.points() + 16.0 * head.latents();
  return 8.0 * delta + (32.0 + sizes) * unitRoundoff;
}

inline spectrum::HeadGram gramOf(const HeadProblem& head, torch::ScalarType type = torch::kFloat64)
{
  spectrum::GramStream stream(head.q.to(type), head.scale);
  stream.add(head.k.to(type));
  return stream.finish(*serialCommunicator());
}

inline torch::Tensor eigenvaluesOf(const spectrum::HeadGram& gram)
{
  return torch::tensor(spectrum::eigenvalues(gram), torch::dtype(torch::kFloat64));
}

inline double largestDifference(const torch::Tensor& a, const torch::Tensor& b)
{
  return (a - b).abs().max().item<double>();
}
}
