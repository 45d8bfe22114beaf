#pragma once

#include "flare/communicator.h"
#include "flare/spectrum.h"
#include "spectrum/block_factors.h"
#include "spectrum/gram.h"

#include <functional>
#include <vector>

namespace flare::spectrum
{
// The matrices of some heads over the points of all ranks, in their order; none when `progress`, called with
// 0..1, returned false on any rank. Throws Error when scores are not finite. Collective.
std::vector<HeadGram> gather(const BlockFactors& factors, const std::vector<std::int64_t>& heads,
  SpectrumPrecision precision, const std::function<bool(double)>& progress, Communicator& communicator);

// The eigenvalues of every head, each found by one rank and given to all. Collective.
std::vector<std::vector<double>> eigenvaluesOfAll(
  const std::vector<HeadGram>& grams, Communicator& communicator);
}
