#include "spectrum/head_routes.h"

#include "ops/vector_math.h"
#include "spectrum/gram.h"
#include "spectrum/together.h"

#include <ATen/Parallel.h>

#include <limits>

// Cost for N points and M latents: 2 N M D FLOP and N M exponentials per call, in double: for a million
// points, 128 latents and D = 8, 2 GFLOP and 1.3e8 exponentials. Every exponent is at most 0, so nothing
// overflows.
//
// Rounding: an exponent is within delta = (D + 2) u max |s| sum_d |q_d k_d| of its exact value, L_m likewise,
// so that an entry of P or R is within 2 delta + (8 + M) u, relative, and one of W within twice that.

namespace flare::spectrum
{
namespace
{
// Calls use(first, last, scores [last - first, M]) for blocks of points, on a CPU side by side.
template<typename Use>
void forEachBlock(const torch::Tensor& q, const torch::Tensor& k, const Use& use)
{
  const auto step = pointsPerPass(q.size(0), q.device());
  const auto blocks = (k.size(0) + step - 1) / step;
  const auto work = [&](std::int64_t begin, std::int64_t end)
  {
    torch::NoGradGuard guard; // of this thread
    for (auto b = begin; b < end; ++b)
    {
      const auto first = b * step, last = std::min(first + step, k.size(0));
      use(first, last, k.slice(0, first, last).to(torch::kFloat64).matmul(q.t()));
    }
  };
  k.is_cpu() ? at::parallel_for(0, blocks, 1, work) : work(0, blocks);
}

// A row [M] of each block's scores, so that what is summed over all does not depend on the number of threads.
// One row more is neutral: there may be no points.
template<typename Reduce>
torch::Tensor rowsOfBlocks(
  const torch::Tensor& q, const torch::Tensor& k, double neutral, const Reduce& reduce)
{
  const auto step = pointsPerPass(q.size(0), q.device());
  const auto rows = torch::full({ (k.size(0) + step - 1) / step + 1, q.size(0) }, neutral, q.options());
  forEachBlock(q, k,
    [&](std::int64_t first, std::int64_t, const torch::Tensor& scores)
    { rows[first / step].copy_(reduce(scores)); });
  return rows;
}
}

HeadRoutes::HeadRoutes(const torch::Tensor& q, const torch::Tensor& k, double scale)
  : q_(q.to(torch::kFloat64) * scale)
  , k_(k)
{
  ops::resolveVectorMath();
}

torch::Tensor HeadRoutes::logRowSums(const torch::Tensor& counted, Communicator& communicator) const
{
  const auto k = counted.defined() ? k_.index_select(0, counted) : k_;
  constexpr double lowest = -std::numeric_limits<double>::infinity();
  const auto logSum = [](const torch::Tensor& rows) { return torch::logsumexp(rows, 0); };
  torch::Tensor mine;
  together(communicator, [&] { mine = logSum(rowsOfBlocks(q_, k, lowest, logSum)).to(torch::kCPU); });
  auto top = mine.clone();
  communicator.max(top.data_ptr<double>(), top.numel());
  auto sums = torch::exp(mine - top); // a rank without points adds 0
  communicator.sum(sums.data_ptr<double>(), sums.numel());
  return top + torch::log(sums);
}

torch::Tensor HeadRoutes::decodeSum(const torch::Tensor& points) const
{
  const auto k = k_.index_select(0, points.to(k_.device()));
  const auto rows =
    rowsOfBlocks(q_, k, 0.0, [](const torch::Tensor& scores) { return torch::softmax(scores, 1).sum(0); });
  return rows.sum(0).to(torch::kCPU);
}

torch::Tensor HeadRoutes::encodeFrom(const torch::Tensor& loads, const torch::Tensor& logSums) const
{
  auto result = torch::empty({ k_.size(0) }, torch::kFloat64);
  const auto shift = (torch::log(loads) - logSums).to(q_.device());
  forEachBlock(q_, k_,
    [&](std::int64_t first, std::int64_t last, torch::Tensor scores)
    { result.slice(0, first, last).copy_(scores.add_(shift).exp_().sum(1)); });
  return result;
}

torch::Tensor HeadRoutes::decodeColumn(std::int64_t latent) const
{
  auto result = torch::empty({ k_.size(0) }, torch::kFloat64);
  forEachBlock(q_, k_,
    [&](std::int64_t first, std::int64_t last, const torch::Tensor& scores) {
      result.slice(0, first, last).copy_(torch::exp(scores.select(1, latent) - torch::logsumexp(scores, 1)));
    });
  return result;
}
}
