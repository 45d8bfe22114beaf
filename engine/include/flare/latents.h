#pragma once

#include "flare/communicator.h"
#include "flare/dataset.h"
#include "flare/device.h"
#include "flare/model.h"
#include "flare/spectrum.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace flare
{
struct TrainingOptions;

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

// How a model uses its latents, seen on cases that are looked at one after another, one forward pass each:
// the spectra of all heads, and the sum of their B B^T (docs/spectra.md). Memory O(H M^2) per block, and the
// cases' eigenvalues.
class LatentUse
{
public:
  explicit LatentUse(
    Model model, Device device = Device::Auto, SpectrumPrecision precision = SpectrumPrecision::Default);
  ~LatentUse();
  LatentUse(LatentUse&&) noexcept;
  LatentUse& operator=(LatentUse&&) noexcept;

  // Looks at one more case. False when `progress`, told 0..1, stopped it by returning false on any rank: then
  // the case does not count. Throws Error for a case that does not fit the model. Collective.
  bool add(const Case& c, const std::function<bool(double)>& progress = {},
    const std::shared_ptr<Communicator>& communicator = serialCommunicator());

  std::size_t cases() const;

  // suggestLatents of the cases' spectra.
  std::vector<LatentSuggestion> suggestions(double energy = 0.999) const;

  // The model without the latents that it needs least. Of each head, the latent whose row of B has the
  // largest part outside of the span of those that were chosen before is chosen next (a Cholesky
  // decomposition of B B^T with pivots), until they hold `energy` of the mean over the cases of
  // trace(B B^T), the sum of the eigenvalues; as many stay in each head of a block as the one needs that
  // needs most. Or so many as are given for each block. The function is another one: train on from there
  // (TrainingOptions::startFrom). Throws Error when no case has been looked at.
  Model prune(double energy = 0.999) const;
  Model prune(const std::vector<std::int64_t>& latents) const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Throws Error unless the numbers of latents are those that a model's blocks could keep: one for each, at
// least 1 and at most as many as there are.
void requireKeepable(const Architecture& architecture, const std::vector<std::int64_t>& latents);

// The model with twice the latents in the given blocks (empty: all): each latent q becomes q + e and q - e,
// with e of 1e-4 of its length in a direction drawn from the seed. The function stays as it was, up to about
// (1e-4 |s q k|)^2; twins that were exactly equal would get equal gradients and never part.
Model grow(const Model& model, const std::vector<std::int64_t>& blocks = {}, std::uint64_t seed = 1);

// True for what prune or grow has made, as long as it has not been trained: it can be made again.
bool isPrunedOrGrown(const ModelInfo& info);

// Throws Error where the latents cannot double as often as the recipe says (Recipe::latentDoublings).
void checkLatentDoublings(const TrainingOptions& options);
}
