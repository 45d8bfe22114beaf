#include "train/muon.h"

#include <algorithm>
#include <cmath>

namespace flare::train
{
namespace
{
constexpr double momentumFactor = 0.95;
constexpr int iterations = 5;
// The quintic that lifts small singular values fastest while keeping all of them near 1.
constexpr double a = 3.4445;
constexpr double b = -4.775;
constexpr double c = 2.0315;
}

torch::Tensor orthogonalised(const torch::Tensor& matrices)
{
  torch::NoGradGuard guard;
  const bool tall = matrices.size(1) > matrices.size(2);
  auto x = tall ? matrices.transpose(1, 2).contiguous() : matrices.contiguous();
  x = x / (x.flatten(1).norm(2, 1).view({ -1, 1, 1 }) + 1e-7);
  for (int i = 0; i < iterations; ++i)
  {
    const auto square = at::bmm(x, x.transpose(1, 2));
    const auto polynomial = at::baddbmm(square, square, square, b, c);
    x = at::baddbmm(x, polynomial, x, a, 1.0);
  }
  return tall ? x.transpose(1, 2) : x;
}

void muon(torch::Tensor weights, const torch::Tensor& gradient, torch::Tensor momentum, double rate)
{
  torch::NoGradGuard guard;
  momentum.mul_(momentumFactor).add_(gradient);
  const auto update = orthogonalised(gradient + momentumFactor * momentum);
  const auto longer = static_cast<double>(std::max(weights.size(1), weights.size(2)));
  weights.add_(update, -rate * 0.2 * std::sqrt(longer));
}
}
