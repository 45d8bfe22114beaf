#include "spectrum/similarity.h"

#include "ops/vector_math.h"
#include "spectrum/together.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>

// With V_a the modes of head a without the constant, centred over the points, and G_ab = V_a^T V_b:
//   Q_a = V_a U_a s_a^-1/2 from G_aa = U_a s_a U_a^T is an orthonormal basis of the same space, and the
//   cosines
// of the principal angles are the singular values of Q_a^T Q_b (Björck, Golub 1973), whose squares add up to
// |Q_a^T Q_b|_F^2. Directions with s below 1e-10 of the largest are rounding of the others and left out; a
// cosine is then right to about 1e-16 / 1e-10.

namespace flare::spectrum
{
namespace
{
constexpr double negligible = 1e-10;

// The points are taken in so many parts, side by side, which does not depend on the number of threads, so
// that the sums do not either. Fewer where their sums, width x width each, take more than 256 MiB together.
std::int64_t partsFor(std::int64_t width)
{
  constexpr std::int64_t most = 16, values = std::int64_t{ 1 } << 25;
  return std::clamp<std::int64_t>(values / std::max<std::int64_t>(1, width * width), 1, most);
}

struct Sums
{
  torch::Tensor products; // V^T V, [K, K]
  torch::Tensor totals;   // the columns' sums, [K]
};

// The modes of all heads on some points, side by side: [n, K]. z [M, modes] of each head, on the keys'
// device.
torch::Tensor decoded(const std::vector<torch::Tensor>& z, const torch::Tensor& q, const torch::Tensor& k,
  std::int64_t first, std::int64_t last)
{
  std::vector<torch::Tensor> columns;
  for (std::size_t h = 0; h < z.size(); ++h)
  {
    const auto head = static_cast<std::int64_t>(h);
    const auto scores = k[head].slice(0, first, last).to(torch::kFloat64).matmul(q[head].t());
    columns.push_back(torch::softmax(scores, 1).matmul(z[h]));
  }
  return torch::cat(columns, 1);
}

Sums sumsOver(const std::vector<torch::Tensor>& z, const torch::Tensor& q, const torch::Tensor& k)
{
  std::int64_t width = 0;
  for (const auto& ofHead : z)
  {
    width += ofHead.size(1);
  }
  const auto parts = partsFor(width);
  const auto points = k.size(1), step = pointsPerPass(q.size(1), q.device());
  auto products = torch::zeros({ parts, width, width }, q.options());
  auto totals = torch::zeros({ parts, width }, q.options());
  const auto work = [&](std::int64_t begin, std::int64_t end)
  {
    torch::NoGradGuard guard; // of this thread
    for (auto part = begin; part < end; ++part)
    {
      const auto last = points * (part + 1) / parts;
      for (auto first = points * part / parts; first < last; first += step)
      {
        const auto v = decoded(z, q, k, first, std::min(first + step, last));
        products[part].addmm_(v.t(), v);
        totals[part].add_(v.sum(0));
      }
    }
  };
  k.is_cpu() ? at::parallel_for(0, parts, 1, work) : work(0, parts);
  return { products.sum(0).to(torch::kCPU), totals.sum(0).to(torch::kCPU) };
}

// s^-1/2 U^T for the directions of G that are there, [rank, K].
torch::Tensor whitening(const torch::Tensor& g)
{
  if (g.size(0) == 0)
  {
    return g;
  }
  const auto [s, u] = torch::linalg_eigh(g);
  const auto largest = s.max().item<double>();
  const auto kept = torch::nonzero(s > negligible * largest).squeeze(1);
  return largest > 0.0 ? (u.index_select(1, kept) * s.index_select(0, kept).rsqrt()).t()
                       : torch::zeros({ 0, g.size(0) }, g.options());
}
}

torch::Tensor similarity(const std::vector<LatentModes>& modes, const torch::Tensor& q,
  const torch::Tensor& k, double scale, Communicator& communicator)
{
  ops::resolveVectorMath();
  std::vector<torch::Tensor> z;
  std::vector<std::int64_t> begins{ 0 };
  for (const auto& one : modes)
  {
    z.push_back(one.vectors.slice(1, 1).contiguous().to(q.device()));
    begins.push_back(begins.back() + z.back().size(1));
  }
  Sums sums;
  together(communicator, [&] { sums = sumsOver(z, q.to(torch::kFloat64) * scale, k); });
  auto points = static_cast<double>(k.size(1));
  communicator.sum(&points, 1);
  communicator.sum(sums.products.data_ptr<double>(), sums.products.numel());
  communicator.sum(sums.totals.data_ptr<double>(), sums.totals.numel());
  const auto g = sums.products - torch::outer(sums.totals, sums.totals) / points;

  const auto heads = static_cast<std::int64_t>(modes.size());
  const auto part = [&](std::int64_t a, std::int64_t b)
  { return g.slice(0, begins[a], begins[a + 1]).slice(1, begins[b], begins[b + 1]); };
  std::vector<torch::Tensor> bases;
  for (std::int64_t h = 0; h < heads; ++h)
  {
    bases.push_back(whitening(part(h, h)));
  }
  auto result = torch::full({ heads, heads }, std::nan(""), torch::kFloat64);
  for (std::int64_t a = 0; a < heads; ++a)
  {
    for (std::int64_t b = a; b < heads; ++b)
    {
      const auto fewer = std::min(bases[a].size(0), bases[b].size(0));
      if (fewer > 0)
      {
        const auto cosines = bases[a].matmul(part(a, b)).matmul(bases[b].t());
        const auto mean = cosines.square().sum().item<double>() / static_cast<double>(fewer);
        result[a][b] = result[b][a] = std::min(1.0, mean);
      }
    }
  }
  return result;
}
}
