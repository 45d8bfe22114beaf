#include "spectrum/gram.h"

#include "flare/error.h"
#include "ops/vector_math.h"

#include <algorithm>
#include <limits>

// Why T and not E E^T with E = exp(S - c/2 - mu): both give B B^T, T with two exponentials per score in the
// place of three, and with the rows of P and R at most 1 by construction, so that no shift of c is needed.
//
// Rounding, u = 1.1e-16. With delta = (D + 2) u max |s| sum_d |q_d k_d| for the error of a score, a weight of
// P or R is within 2 delta + 4u relative, for softmaxes do not care about a common shift. A product of two,
// summed over blocks of b points and N/b blocks of non-negative terms, is within
//   gamma = 4 delta + (8 + b + N/b) u  relative, in every entry.
// B B^T is non-negative with spectral radius 1, so an entrywise relative error gamma moves its eigenvalues by
// at most gamma, absolute; the eigen-solver adds about M u. For N = 1e6 and scores of 1e2 this is below
// 1e-11. Scores are formed in double from float32 keys as well: D is small, and the product of P and R, not
// the scores, is what costs. Measured (benchmarks/spectrum), double is affordable throughout, so there is
// no float32 path on a CPU.

namespace flare::spectrum
{
namespace
{
constexpr double lowest = -std::numeric_limits<double>::infinity();
}

double HeadGram::logTotal() const
{
  return torch::logsumexp(logSums, 0).item<double>();
}

bool HeadGram::finite() const
{
  return torch::isfinite(transition).all().item<bool>();
}

std::int64_t pointsPerPass(std::int64_t latents, const torch::Device& device)
{
  // 1 MiB of doubles per table on a CPU, a level-2 cache; a GPU wants many more rows to be busy.
  const std::int64_t values = device.is_cpu() ? std::int64_t{ 1 } << 17 : std::int64_t{ 1 } << 24;
  return std::clamp<std::int64_t>(values / latents, 256, std::int64_t{ 1 } << 16);
}

GramStream::GramStream(const torch::Tensor& q, double scale)
  : q_(q.to(torch::kFloat64) * scale)
  , top_(torch::full({ q.size(0) }, lowest, q_.options()))
  , sums_(torch::zeros({ q.size(0), q.size(0) }, q_.options()))
{
  ops::resolveVectorMath();
}

void GramStream::add(const torch::Tensor& k)
{
  const auto step = pointsPerPass(q_.size(0), q_.device());
  for (std::int64_t first = 0; first < k.size(0); first += step)
  {
    const auto block = k.slice(0, first, std::min(first + step, k.size(0)));
    auto scores = block.to(torch::kFloat64).matmul(q_.t()); // [b, M]
    const auto decode = torch::softmax(scores, 1);          // R
    const auto top = torch::maximum(top_, scores.amax(0));
    const auto encode = scores.sub_(top).exp_(); // P up to its row sums
    sums_.mul_(torch::exp(top_ - top).unsqueeze(1)).addmm_(encode.t(), decode);
    top_ = top;
  }
  points_ += k.size(0);
}

HeadGram GramStream::finish(Communicator& communicator)
{
  HeadGram head;
  head.points = points_;
  communicator.sum(&head.points, 1);
  if (head.points == 0)
  {
    throw Error("the spectrum needs at least one point, but no rank has one");
  }
  const auto latents = q_.size(0);
  auto top = top_.to(torch::kCPU).clone();
  communicator.max(top.data_ptr<double>(), latents);
  // A rank without points has top_ = -inf and sums_ = 0.
  auto sums = (sums_.to(torch::kCPU) * torch::exp(top_.to(torch::kCPU) - top).unsqueeze(1)).contiguous();
  communicator.sum(sums.data_ptr<double>(), latents * latents);
  // The rows of R add up to 1, so those of `sums` add up to the encode softmax's denominator; it is
  // at least 1, since some point has the largest score.
  const auto rows = sums.sum(1);
  head.logSums = top + torch::log(rows);
  head.transition = sums / rows.unsqueeze(1);
  const auto root = head.transition.sqrt();
  head.gram = root * root.t();
  return head;
}

torch::Tensor deflated(const HeadGram& head)
{
  const auto u0 = torch::exp(0.5 * (head.logSums - head.logTotal()));
  return head.gram - 2.0 * torch::outer(u0, u0);
}

std::vector<double> eigenvalues(const HeadGram& head)
{
  // Ascending; the first is the trivial pair's -1. The others' distance from [0, 1] is rounding: at most
  // gamma + M u (above).
  const auto ascending = torch::linalg_eigvalsh(deflated(head)).clamp(0.0, 1.0);
  const auto* values = ascending.data_ptr<double>();
  const auto latents = ascending.size(0);
  std::vector<double> result(static_cast<std::size_t>(latents), 0.0);
  result[0] = 1.0;
  for (std::int64_t i = 1; i < std::min(latents, head.points); ++i)
  {
    result[static_cast<std::size_t>(i)] = values[latents - i];
  }
  return result;
}
}
