#pragma once

#include "case_reader.h"

#include "flare/mixing.h"

#include <functional>
#include <memory>
#include <vector>

namespace flare::filters
{
// Throws PropertyError unless value < count. `rest` ends the sentence: what else than a number may be chosen.
void requireIndex(const char* property, int value, std::int64_t count, const char* rest = "");

// The precision in which a filter looks at the mixing operators; `what` it computes, in the plural. Throws
// PropertyError for the one that is for predictions alone.
SpectrumPrecision spectrumPrecision(int precision, const char* what);

// Visits the mixing operators of one block, or of all (-1), on each mesh: one forward pass each, with the
// mesh's number from 0. False when options.progress, which is told the share of all meshes, stopped it.
// Collective.
bool forEachMixing(const Model& model, const std::vector<CaseMesh>& meshes, const GivenParameters& parameters,
  Device device, std::int64_t block, const SpectrumOptions& options, ReadingNotes& notes,
  const std::function<void(std::size_t mesh, const Case& c, Mixing mixing)>& visit,
  const std::shared_ptr<Communicator>& communicator);
}
