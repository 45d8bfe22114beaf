#pragma once

#include "case_reader.h"

#include "flare/mixing.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace flare::filters
{
// Throws PropertyError unless lowest <= value < count, of which `owner` has so many. `rest` ends the
// sentence: what else than a number may be chosen.
void requireIndex(const char* property, int value, int lowest, std::int64_t count, const std::string& owner,
  const char* rest = "");

// Throws PropertyError below 0.
void requireNotNegative(const char* property, int value);

// What a pass took notice of.
struct PassNotes : ReadingNotes
{
  // Meshes with points that lie outside what the training covered, in other channels than the parameters.
  std::vector<std::string> outside;

  // Adds what to tell the user: of points outside once, as there may be many executions without another pass.
  void tell(std::vector<std::string>& warnings);
};

// The precision in which a filter looks at the mixing operators; `what` it computes, in the plural. Throws
// PropertyError for the one that is for predictions alone.
SpectrumPrecision spectrumPrecision(int precision, const char* what);

// Visits the mixing operators of one block, or of all (-1), on each mesh: one forward pass each, with the
// mesh's number from 0. False when options.progress, which is told the share of all meshes, stopped it.
// Collective.
bool forEachMixing(const Model& model, const std::vector<CaseMesh>& meshes, const GivenParameters& parameters,
  Device device, std::int64_t block, const SpectrumOptions& options, PassNotes& notes,
  const std::function<void(std::size_t mesh, const Case& c, Mixing mixing)>& visit,
  const std::shared_ptr<Communicator>& communicator);
}
