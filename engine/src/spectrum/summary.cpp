#include "flare/spectrum.h"

#include <algorithm>
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

std::vector<std::string> modeNotes(const std::vector<double>& eigenvalues)
{
  std::vector<std::string> notes(eigenvalues.size());
  // The constant vector is known, and apart from others of its eigenvalue.
  if (!notes.empty())
  {
    notes.front() = "constant";
  }
  for (std::size_t first = 1, last = 0; first < eigenvalues.size(); first = last)
  {
    last = first + 1;
    while (last < eigenvalues.size() && eigenvalues[last - 1] - eigenvalues[last] <= degenerateEigenvalues)
    {
      ++last;
    }
    std::fill(notes.begin() + first, notes.begin() + last,
      eigenvalues[first] < smallestEigenvalue ? "none"
      : last - first > 1                      ? "one of " + std::to_string(last - first) + " equal ones"
                                              : std::string());
  }
  return notes;
}
}
