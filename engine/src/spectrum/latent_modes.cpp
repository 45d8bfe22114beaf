#include "spectrum/modes.h"

#include "spectrum/together.h"

#include <algorithm>
#include <cmath>

namespace flare::spectrum
{
namespace
{
// An eigen-solver's error is absolute, about 1e-16 over the gap. Components of u below `untrusted` are
// recovered from the eigenvalue equation, unless that would move u by more than `noise`.
constexpr double untrusted = 1e-7;
constexpr double noise = 1e-9;

// Any rotation of the vectors of one eigenvalue would do; this one depends on their span alone. The latent
// with the largest norm over the span keeps a component in the first vector only, the largest one
// of what is left in the second, and so on.
void makeCanonical(torch::Tensor basis)
{
  for (std::int64_t j = 0; j + 1 < basis.size(1); ++j)
  {
    auto rest = basis.slice(1, j);
    const auto norms = rest.norm(2, 1);
    // Latents that tie up to rounding: the first of them.
    const auto pivot = (norms >= (1.0 - 1e-6) * norms.max()).to(torch::kInt64).argmax().item<std::int64_t>();
    auto mirror = rest[pivot].clone();
    mirror[0] += (mirror[0].item<double>() < 0.0 ? -1.0 : 1.0) * norms[pivot];
    mirror /= mirror.norm();
    rest -= 2.0 * torch::outer(rest.mv(mirror), mirror);
  }
}

void makeCanonical(const torch::Tensor& vectors, const std::vector<double>& eigenvalues)
{
  const auto count = static_cast<std::int64_t>(eigenvalues.size());
  for (std::int64_t first = 0, last = 0; first < count; first = last)
  {
    last = first + 1;
    while (last < count && eigenvalues[last - 1] - eigenvalues[last] <= degenerateEigenvalues)
    {
      ++last;
    }
    makeCanonical(vectors.slice(1, first, last));
  }
}

// (lambda - T_UU) z_U = T_UT z_T for the components U that are too small in u to be trusted. On points that
// weigh e^-40 and less they are all that is seen, so that noise there would drown the mode.
void recoverSmall(
  const HeadGram& head, double lambda, const torch::Tensor& u, const torch::Tensor& perZ, torch::Tensor& z)
{
  const auto small = torch::nonzero(u.abs() < untrusted).squeeze(1);
  if (small.numel() == 0)
  {
    return;
  }
  const auto large = torch::nonzero(u.abs() >= untrusted).squeeze(1);
  const auto rows = head.transition.index_select(0, small);
  const auto coupling = rows.index_select(1, large).mv(z.index_select(0, large));
  const auto matrix = lambda * torch::eye(small.numel(), rows.options()) - rows.index_select(1, small);
  auto solved = std::get<0>(torch::linalg_solve_ex(matrix, coupling));
  const auto change = (solved * perZ.index_select(0, small) - u.index_select(0, small)).abs();
  if (!(change.max().item<double>() <= noise))
  {
    // Another mode with nearly this eigenvalue lives there: keep what the solver found, less its rounding.
    const auto found = z.index_select(0, small);
    const auto sound = torch::isfinite(found) & (u.index_select(0, small).abs() > 1e-13);
    solved = torch::where(sound, found, torch::zeros_like(found));
  }
  z.index_copy_(0, small, solved);
}

LatentModes solve(const HeadGram& head, int count)
{
  auto [ascending, basis] = torch::linalg_eigh(deflated(head));
  const auto latents = basis.size(0);
  const auto available = std::min(latents, head.points) - 1;
  // Largest first, the trivial pair (the first of the ascending order) left out.
  const auto vectors = basis.flip(1).slice(1, 0, available).contiguous();
  std::vector<double> lambda;
  for (std::int64_t i = 0; i < available; ++i)
  {
    const double value = std::min(ascending[latents - 1 - i].item<double>(), 1.0);
    if (value < smallestEigenvalue)
    {
      break;
    }
    lambda.push_back(value);
  }
  makeCanonical(vectors, lambda);
  lambda.resize(std::min<std::size_t>(lambda.size(), static_cast<std::size_t>(count - 1)));

  LatentModes modes;
  modes.eigenvalues = { 1.0 };
  modes.logScale = { 0.0 };
  std::vector<torch::Tensor> columns{ torch::ones({ latents }, basis.options()) };
  const auto halfLogWeight = 0.5 * (head.logSums - head.logTotal()); // log sqrt(pi)
  for (std::size_t i = 0; i < lambda.size(); ++i)
  {
    const auto u = vectors.select(1, static_cast<std::int64_t>(i));
    const auto logZ = torch::log(u.abs()) - halfLogWeight - 0.5 * std::log(lambda[i]);
    const double scale = logZ.masked_select(u.abs() >= untrusted).max().item<double>();
    auto z = u.sign() * torch::exp(logZ - scale);
    recoverSmall(head, lambda[i], u, torch::exp(halfLogWeight + scale) * std::sqrt(lambda[i]), z);
    modes.eigenvalues.push_back(lambda[i]);
    modes.logScale.push_back(scale);
    columns.push_back(z);
  }
  modes.vectors = torch::stack(columns, 1);
  return modes;
}

void share(std::vector<double>& values, std::int64_t count, Communicator& communicator)
{
  values.resize(static_cast<std::size_t>(count), 0.0);
  communicator.sum(values.data(), count);
}
}

LatentModes latentModes(const HeadGram& head, int count, Communicator& communicator)
{
  // Ranks may differ in processor or threads, and so in the last bits: rank 0 solves, the others add zeros.
  const bool solves = communicator.rank() == 0;
  LatentModes modes;
  together(communicator, [&] { modes = solves ? solve(head, count) : LatentModes{}; });
  auto number = static_cast<std::int64_t>(modes.eigenvalues.size());
  communicator.sum(&number, 1);
  share(modes.eigenvalues, number, communicator);
  share(modes.logScale, number, communicator);
  if (!solves)
  {
    modes.vectors = torch::zeros({ head.logSums.size(0), number }, head.logSums.options());
  }
  communicator.sum(modes.vectors.data_ptr<double>(), modes.vectors.numel());
  return modes;
}

LatentModes modesFrom(LatentModes modes, int first)
{
  const auto skipped = std::min<std::int64_t>(first, static_cast<std::int64_t>(modes.eigenvalues.size()));
  modes.eigenvalues.erase(modes.eigenvalues.begin(), modes.eigenvalues.begin() + skipped);
  modes.logScale.erase(modes.logScale.begin(), modes.logScale.begin() + skipped);
  modes.vectors = modes.vectors.slice(1, skipped).contiguous();
  modes.first += static_cast<int>(skipped);
  return modes;
}
}
