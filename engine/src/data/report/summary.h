#pragma once

#include "data/report/watch.h"
#include "flare/dataset.h"
#include "flare/normalisation.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace flare::report
{
struct Range
{
  double smallest = std::numeric_limits<double>::infinity();
  double largest = -std::numeric_limits<double>::infinity();

  void add(const Range& other);
};

// What one case is, over all ranks.
struct CaseSummary
{
  std::int64_t points = 0;       // that count
  std::int64_t pointsOfRank = 0; // of them, those of the rank that holds most
  double diagonal = 0.0;         // of the bounding box
  std::string mesh;              // hashes of the numbers in their order
  std::string inputs;
  std::string targets;
  std::vector<double> targetSizes; // root mean square of each target field
};

// What all cases are: everything that the findings of a report follow from without the fields themselves.
struct Summary
{
  std::vector<CaseSummary> cases;
  Split split; // of the training; all cases train where the options allow none
  // Per channel, in the signature's order.
  std::vector<Range> inputs;         // over all cases
  std::vector<Range> trainingInputs; // over the training cases
  std::vector<Range> targets;
  // Over the training cases. Only input channels that are fields have a scaling.
  ChannelScaling inputScaling;
  ChannelScaling targetScaling;
};

// Reads every case once, several times over. Empty (no cases) when the user stopped it. Throws Error for a
// case with a number that is not finite, as DataSet::add does: numbers may have changed since. Collective.
Summary summarise(const DataSet& data, const Split& split, Watch& watch);
}
