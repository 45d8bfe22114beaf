#pragma once

#include "flare/dataset.h"
#include "flare/device.h"
#include "flare/model.h"
#include "flare/spectrum.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace flare
{
// How many latents the heads of a block use, and what follows.
struct LatentSuggestion
{
  std::int64_t block = 0;
  std::int64_t latents = 0;   // per head, now
  std::int64_t suggested = 0; // fewer, more, or as many
  std::string reason; // "of head 3, 17 of 64 modes hold 99.9 % of the energy; of the others at most 9"
};

// From the spectra of all heads on one or more cases: as many latents as the head needs that needs most modes
// to hold `energy` of the sum of its eigenvalues in any case. A head that needs nine tenths of its latents or
// more is short of them: then twice as many are suggested.
std::vector<LatentSuggestion> suggestLatents(
  const std::vector<std::vector<HeadSpectrum>>& cases, double energy = 0.999);

// The indices of at most `count` of so many cases, spread over all of them.
std::vector<std::size_t> spreadCases(std::size_t cases, std::size_t count);

struct PruneOptions
{
  // What the latents that stay must hold in every head, of the mean over the cases of trace(B B^T), the sum
  // of the eigenvalues (docs/spectra.md). As many stay in each head of a block as the one needs that needs
  // most.
  double energy = 0.999;
  // Of each block, in the place of `energy`; at least 1 and at most as many as there are.
  std::vector<std::int64_t> latents;
  std::vector<std::size_t> cases; // to look at; empty: 8, spread over the data set
  Device device = Device::Auto;
  std::function<bool(double)> progress; // 0..1; false stops, and throws Interrupted
};

// The model without the latents that it needs least. Of each head, the latent whose row of B has the largest
// part outside of the span of those that were chosen before is chosen next (a Cholesky decomposition of B B^T
// with pivots), until what is outside of their span is less than 1 - energy of all. Its function is another
// one: train on from there (TrainingOptions::startFrom).
Model prune(const Model& model, const DataSet& data, const PruneOptions& options = {});

// The model with twice the latents in the given blocks (empty: all): each latent q becomes q + e and q - e,
// with e of 1e-4 of its length in a direction drawn from the seed. The function stays as it was, up to about
// (1e-4 |s q k|)^2; twins that were exactly equal would get equal gradients and never part.
Model grow(const Model& model, const std::vector<std::int64_t>& blocks = {}, std::uint64_t seed = 1);
}
