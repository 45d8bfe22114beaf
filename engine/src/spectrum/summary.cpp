#include "flare/spectrum.h"

#include <cmath>
#include <numeric>

namespace flare
{
double effectiveRank(const std::vector<double>& eigenvalues)
{
  const double total = std::accumulate(eigenvalues.begin(), eigenvalues.end(), 0.0);
  double entropy = 0.0;
  for (const double value : eigenvalues)
  {
    if (value > 0.0)
    {
      entropy -= value / total * std::log(value / total);
    }
  }
  return eigenvalues.empty() ? 0.0 : std::exp(entropy);
}

double spectralGap(const std::vector<double>& eigenvalues)
{
  return eigenvalues.size() > 1 ? 1.0 - eigenvalues[1] : 1.0;
}

std::int64_t modesToEnergy(const std::vector<double>& eigenvalues, double fraction)
{
  // Summed in the same order as below, so that the whole of it is reached at fraction 1.
  const double total = std::accumulate(eigenvalues.begin(), eigenvalues.end(), 0.0);
  double sum = 0.0;
  std::int64_t modes = 0;
  for (const double value : eigenvalues)
  {
    if (sum >= fraction * total)
    {
      break;
    }
    sum += value;
    ++modes;
  }
  return modes;
}
}
