#pragma once

#include "flare/architecture.h"
#include "train/parameters.h"
#include "train/state.h"

#include <cstdint>

namespace flare::train
{
// Latents that double during a run (Recipe::latentDoublings).

// The network that the run begins with. Throws Error where its latents cannot be halved so often.
Architecture beginning(Architecture architecture, int doublings);

// How many doublings have happened before the step of this number (from 0).
int doublingsBefore(std::int64_t step, std::int64_t planned, int doublings);

// Costs of a step are linear in the number of latents: from those with the first and with the last number,
// the mean over a run.
double meanCost(double first, double last, int doublings);

// The state with twice the latents, from one layout to the other. Each latent q becomes q + e and q - e
// (nn/latents.h), with the same e in the weights and in their average. A twin's gradient is half the
// latent's, so it gets half of the first and a quarter of the second moment: then both take the steps that
// the latent would have taken.
TrainingState grown(const TrainingState& state, const ParameterLayout& from, const ParameterLayout& to,
  const Architecture& architecture, std::uint64_t seed);
}
