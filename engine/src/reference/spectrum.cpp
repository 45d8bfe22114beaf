#include "reference/spectrum.h"

namespace flare::reference
{
namespace
{
torch::Tensor scores(const torch::Tensor& q, const torch::Tensor& k, double scale)
{
  return scale * q.to(torch::kFloat64).matmul(k.to(torch::kFloat64).t()); // M x N
}
}

torch::Tensor mixingOperator(const torch::Tensor& q, const torch::Tensor& k, double scale)
{
  const auto s = scores(q, k, scale);
  return torch::softmax(s.t(), 1).matmul(torch::softmax(s, 1));
}

Spectrum spectrum(const torch::Tensor& q, const torch::Tensor& k, double scale)
{
  const auto s = scores(q, k, scale);
  const auto rows = torch::logsumexp(s, 1, true);    // L, M x 1
  const auto columns = torch::logsumexp(s, 0, true); // c, 1 x N
  const auto b = torch::exp(s - 0.5 * rows - 0.5 * columns);
  const auto [u, sigma, v] = torch::linalg_svd(b, false); // v: min(M, N) x N

  Spectrum result;
  result.eigenvalues = torch::zeros({ q.size(0) }, s.options());
  result.eigenvalues.slice(0, 0, sigma.size(0)).copy_(sigma.square());
  const auto total = torch::logsumexp(columns.flatten(), 0);
  result.weights = torch::exp(columns.flatten() - total);
  result.right = v * torch::exp(0.5 * (total - columns));
  result.left = v * torch::exp(0.5 * (columns - total));
  return result;
}
}
