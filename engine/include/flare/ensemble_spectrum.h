#pragma once

#include "flare/spectrum.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace flare
{
// The spectra of one head over the cases of an ensemble: one value per mode in each list.
struct HeadDistribution
{
  std::int64_t block = 0;
  std::int64_t head = 0;
  std::vector<double> median;
  std::vector<double> lower; // the quantile of the given fraction
  std::vector<double> upper; // that of 1 - fraction
  std::vector<double> smallest;
  std::vector<double> largest;
};

// How far a case's spectra are from the ensemble's medians. In one head it is
//   sum over modes of |lambda - median| / sum over modes of median.
struct CaseDeparture
{
  std::size_t index = 0; // in which the case was added, from 0
  std::string name;
  double departure = 0.0; // the mean over heads
  std::int64_t block = 0; // the head in which it departs most; the first of several
  std::int64_t head = 0;
};

// Spectra of one model on many cases, added one after another: memory O(cases x heads x M).
class EnsembleSpectrum
{
public:
  // The spectra of one case. Throws Error, and leaves the ensemble as it was, unless they are of the same
  // heads with as many eigenvalues each, in the same order, as those of the cases before it, and each list
  // begins with a positive number and has nothing but finite ones that are not negative.
  void add(const std::string& name, const std::vector<HeadSpectrum>& heads);

  std::size_t cases() const { return names_.size(); }

  // One per head, in the order in which they were added; none without a case. The quantile of a fraction p of
  // n values is at the position p (n - 1) among them in ascending order, counted from 0, with linear
  // interpolation between neighbours (definition 7 of Hyndman and Fan, 1996). Throws Error for a fraction
  // outside of 0 to 0.5.
  std::vector<HeadDistribution> distribution(double fraction = 0.1) const;

  // One per case, the one that departs most first, equal ones in the order in which they were added.
  std::vector<CaseDeparture> departures() const;

private:
  // The eigenvalue of each case for a head and mode, in ascending order.
  std::vector<double> sorted(std::size_t head, std::size_t mode) const;

  std::vector<std::string> names_;
  std::vector<std::vector<HeadSpectrum>> spectra_; // per case, without similarities
};
}
