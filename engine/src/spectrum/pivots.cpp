#include "spectrum/pivots.h"

#include <algorithm>

namespace flare::spectrum
{
std::int64_t Pivots::countFor(double energy) const
{
  // Rounding leaves about M u of the trace.
  const double allowed = std::max(1.0 - energy, 1e-14 * static_cast<double>(left.size())) * left.front();
  std::int64_t count = 1;
  while (
    count + 1 < static_cast<std::int64_t>(left.size()) && left[static_cast<std::size_t>(count)] > allowed)
  {
    ++count;
  }
  return count;
}

Pivots pivotsOf(const torch::Tensor& gram)
{
  const auto latents = gram.size(0);
  auto rest = gram.clone();
  auto diagonal = rest.diagonal();
  std::vector<bool> taken(static_cast<std::size_t>(latents), false);
  Pivots result;
  result.left.push_back(diagonal.sum().item<double>());
  for (std::int64_t i = 0; i < latents; ++i)
  {
    std::int64_t pivot = -1;
    const auto outside = diagonal.contiguous();
    const auto* parts = outside.data_ptr<double>();
    for (std::int64_t m = 0; m < latents; ++m)
    {
      if (!taken[static_cast<std::size_t>(m)] && (pivot < 0 || parts[m] > parts[pivot]))
      {
        pivot = m;
      }
    }
    taken[static_cast<std::size_t>(pivot)] = true;
    result.order.push_back(pivot);
    if (const double part = parts[pivot]; part > 0.0)
    {
      const auto column = rest.select(1, pivot).clone();
      rest.sub_(torch::outer(column, column) / part);
    }
    result.left.push_back(std::max(0.0, diagonal.clamp_min(0.0).sum().item<double>()));
  }
  return result;
}
}
