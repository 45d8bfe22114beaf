#include "flare/ensemble_spectrum.h"

#include "flare/error.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace flare
{
namespace
{
// Definition 7 of Hyndman and Fan. The values are in ascending order.
double quantileOf(const std::vector<double>& sorted, double fraction)
{
  const double position = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::string headText(const HeadSpectrum& head)
{
  return "block " + std::to_string(head.block) + ", head " + std::to_string(head.head) + " with " +
         std::to_string(head.eigenvalues.size()) + " eigenvalues";
}

void requireEigenvalues(const std::string& name, const HeadSpectrum& head)
{
  const auto& values = head.eigenvalues;
  const bool good = std::all_of(
    values.begin(), values.end(), [](double value) { return std::isfinite(value) && value >= 0.0; });
  if (!good || values.empty() || values.front() == 0.0)
  {
    throw Error(
      "the spectrum of case '" + name + "' in " + headText(head) +
      " cannot be: eigenvalues are finite and not negative, and the first is positive. Check the case's "
      "numbers and the model's weights");
  }
}

void requireSameHeads(
  const std::string& name, const std::vector<HeadSpectrum>& heads, const std::vector<HeadSpectrum>& before)
{
  for (std::size_t h = 0; h < std::min(heads.size(), before.size()); ++h)
  {
    if (heads[h].block != before[h].block || heads[h].head != before[h].head ||
        heads[h].eigenvalues.size() != before[h].eigenvalues.size())
    {
      throw Error("case '" + name + "' has " + headText(heads[h]) + " where the cases before it have " +
                  headText(before[h]) + ". An ensemble's cases need spectra of the same heads of one model");
    }
  }
  if (heads.size() != before.size())
  {
    throw Error("case '" + name + "' has spectra of " + std::to_string(heads.size()) +
                " heads, the cases before it of " + std::to_string(before.size()) +
                ". An ensemble's cases need spectra of the same heads of one model");
  }
}

// Both lists of one length; the medians add up to more than 0, since the first eigenvalues are positive.
double departureFrom(const std::vector<double>& median, const std::vector<double>& eigenvalues)
{
  double difference = 0.0, sum = 0.0;
  for (std::size_t m = 0; m < median.size(); ++m)
  {
    difference += std::abs(eigenvalues[m] - median[m]);
    sum += median[m];
  }
  return difference / sum;
}
}

void EnsembleSpectrum::add(const std::string& name, const std::vector<HeadSpectrum>& heads)
{
  if (heads.empty())
  {
    throw Error("case '" + name + "' has no spectra. Choose at least one head");
  }
  for (const auto& head : heads)
  {
    requireEigenvalues(name, head);
  }
  requireSameHeads(name, heads, spectra_.empty() ? heads : spectra_.front());
  std::vector<HeadSpectrum> kept;
  for (const auto& head : heads)
  {
    kept.push_back({ head.block, head.head, head.eigenvalues, {} });
  }
  spectra_.push_back(std::move(kept));
  names_.push_back(name);
}

std::vector<double> EnsembleSpectrum::sorted(std::size_t head, std::size_t mode) const
{
  std::vector<double> values;
  for (const auto& ofCase : spectra_)
  {
    values.push_back(ofCase[head].eigenvalues[mode]);
  }
  std::sort(values.begin(), values.end());
  return values;
}

std::vector<HeadDistribution> EnsembleSpectrum::distribution(double fraction) const
{
  if (!(fraction >= 0.0 && fraction <= 0.5))
  {
    throw Error("the lower quantile is asked for at the fraction " + std::to_string(fraction) +
                ", but it lies between 0 (the smallest) and 0.5 (the median)");
  }
  std::vector<HeadDistribution> result;
  for (std::size_t h = 0; !spectra_.empty() && h < spectra_.front().size(); ++h)
  {
    const auto& head = spectra_.front()[h];
    HeadDistribution over;
    over.block = head.block;
    over.head = head.head;
    for (std::size_t m = 0; m < head.eigenvalues.size(); ++m)
    {
      const auto values = sorted(h, m);
      over.median.push_back(quantileOf(values, 0.5));
      over.lower.push_back(quantileOf(values, fraction));
      over.upper.push_back(quantileOf(values, 1.0 - fraction));
      over.smallest.push_back(values.front());
      over.largest.push_back(values.back());
    }
    result.push_back(std::move(over));
  }
  return result;
}

std::vector<CaseDeparture> EnsembleSpectrum::departures() const
{
  const auto middle = distribution();
  std::vector<CaseDeparture> result;
  for (std::size_t c = 0; c < spectra_.size(); ++c)
  {
    const auto& heads = spectra_[c];
    CaseDeparture one;
    one.index = c;
    one.name = names_[c];
    double most = -1.0;
    for (std::size_t h = 0; h < heads.size(); ++h)
    {
      const double ofHead = departureFrom(middle[h].median, heads[h].eigenvalues);
      one.departure += ofHead;
      if (ofHead > most)
      {
        most = ofHead;
        one.block = heads[h].block;
        one.head = heads[h].head;
      }
    }
    one.departure /= static_cast<double>(heads.size());
    result.push_back(one);
  }
  std::stable_sort(result.begin(), result.end(),
    [](const CaseDeparture& a, const CaseDeparture& b) { return a.departure > b.departure; });
  return result;
}
}
