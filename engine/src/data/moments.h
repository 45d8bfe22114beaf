#pragma once

#include "data/channels.h"
#include "flare/communicator.h"
#include "flare/normalisation.h"

#include <functional>
#include <vector>

namespace flare
{
// Count, mean and sum of squared deviations of a channel over some points.
struct Moments
{
  double count = 0.0;
  double mean = 0.0;
  double squares = 0.0;
  double largest = 0.0; // magnitude

  // Those of two sets of points together.
  void merge(const Moments& other);
};

// Calls `use` with the channel's values at the points that count, in their order.
void forEachValue(const Case& c, const Channel& channel, const std::function<void(double)>& use);

Moments momentsOf(const Case& c, const Channel& channel);

// Every rank's moments, joined. Collective.
void joinOverRanks(std::vector<Moments>& moments, Communicator& communicator);

// Mean and standard deviation; the scale of a channel that is constant is `scaleOfConstants`.
ChannelScaling scalingOf(const std::vector<Moments>& moments, double scaleOfConstants);
}
