#pragma once

#include "flare/dataset.h"

#include <cstddef>
#include <vector>

namespace flare
{
// Per channel: normalised = (physical - mean) / scale, or physical - mean where scale is 0;
// decoded = mean + scale * normalised.
struct ChannelScaling
{
  std::vector<double> mean;
  std::vector<double> scale;
};

// Mean and standard deviation over all points of the training cases, streamed in double (Welford's
// update, Chan's merge). The three coordinates share one scale, the root mean square of the three
// standard deviations, so that rotations stay rotations, unless `coordinateScalePerAxis`.
// A channel whose standard deviation is below 1e-12 of its largest magnitude is constant. As an input it
// gets scale 1. As a target it gets scale 0, so that it comes out as the constant that it is: with scale 1
// the third component of a plane displacement of 1e-5 m would be learnt in metres and drown the others.
struct Normalisation
{
  ChannelScaling inputs;  // Signature::inputChannels() entries
  ChannelScaling targets; // Signature::targetChannels() entries
  bool coordinateScalePerAxis = false;

  static Normalisation identity(const Signature& signature);
  static Normalisation fit(
    const DataSet& data, const std::vector<std::size_t>& cases, bool coordinateScalePerAxis = false);
};

// What the training inputs covered: per input channel the smallest and largest value.
// Points outside it are extrapolation.
struct Envelope
{
  std::vector<double> minimum;
  std::vector<double> maximum;

  bool empty() const { return minimum.empty(); }
  static Envelope fit(const DataSet& data, const std::vector<std::size_t>& cases);
};
}
