#pragma once

#include "data/report/findings.h"

#include <cstdint>
#include <string>

namespace flare::report
{
// How the points of a training's cases add up.
struct Workload
{
  std::int64_t trainingPoints = 0;   // of all training cases and ranks
  std::int64_t validationPoints = 0; // of all validation cases and ranks
  std::int64_t keptPoints = 0;       // of all cases, on the rank that holds most
  std::int64_t largestBatch = 0;     // of the largest cases that one step may meet, on that rank
};
Workload workloadOf(const Summary& summary, int batchSize);

// Bytes of all tensors of a training on its device at their peak; the data set and the program are besides.
double tensorBytes(
  const Architecture& architecture, const TrainingOptions& options, Device device, const Workload& workload);
// What the process (or the GPU) has in use for tensors of so many bytes.
double residentBytes(double tensors, Device device);

// Seconds per point of a training step, by a few of them on some of the training cases. NaN, with the reason,
// when these cases cannot be trained alone. Collective; the same number on every rank.
struct MeasuredCost
{
  double secondsPerPoint = 0.0;
  std::string problem;
};
MeasuredCost measureStep(
  const DataSet& data, const TrainingOptions& options, const Summary& summary, Watch& watch);

// What the recipe's epochs last, validation passes included.
double secondsOfEpochs(std::int64_t epochs, double secondsPerPoint, const Workload& workload);
}
