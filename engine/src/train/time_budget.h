#pragma once

#include <cstdint>
#include <vector>

namespace flare::train
{
// Of a clock that only goes forward.
double clockSeconds();

// What a run's parts cost, in seconds.
struct Costs
{
  double step = 0.0;       // an optimiser step
  double validation = 0.0; // a pass over the validation cases
  double spectra = 0.0;    // one time that spectra are stored, which happens every so many epochs
  std::int64_t spectraEvery = 1;
};

// Of the time, passes over the validation cases may take so much.
constexpr double validationShare = 0.1;

struct MeasuredStep
{
  double seconds = 0.0;
  double points = 0.0;
};

// The median over the steps: a moment in which something else takes the processor does not count.
double secondsPerPoint(const std::vector<MeasuredStep>& steps);

// How many steps fit into a time, with the validation passes and spectra that go with them and 3 % for
// checkpoints and slower moments; at least 1.
std::int64_t stepsWithin(double seconds, const Costs& costs, std::int64_t stepsPerEpoch);
}
