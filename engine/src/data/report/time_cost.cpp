#include "data/report/cost.h"

#include "data/channels.h"
#include "train/time_budget.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace flare::report
{
namespace
{
// A measurement lasts a second or two at most: steps of at most so many points, and of them one to warm up
// and then so many, or fewer that together take so long. A step's time is proportional to its points from
// some thousand on, so that cut meshes stand for whole ones.
constexpr std::int64_t measuredPoints = 16384;
constexpr int mostSteps = 7;
constexpr double mostSeconds = 1.0;

// A pass over validation cases has no backward pass, which takes twice as long as the forward one.
constexpr double validationCost = 1.0 / 3.0;

double now()
{
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The training cases of middle size, as many as a batch has.
std::vector<std::size_t> middleCases(const Summary& summary, int batchSize)
{
  auto cases = summary.split.training;
  std::stable_sort(cases.begin(), cases.end(),
    [&](std::size_t a, std::size_t b) { return summary.cases[a].points < summary.cases[b].points; });
  const auto size = std::min(cases.size(), static_cast<std::size_t>(std::max(batchSize, 1)));
  const auto first = cases.begin() + static_cast<std::ptrdiff_t>((cases.size() - size) / 2);
  return { first, first + static_cast<std::ptrdiff_t>(size) };
}

ArrayView head(ArrayView array, std::int64_t count)
{
  array.tuples = std::min(array.tuples, count);
  return array;
}

Case head(Case c, std::int64_t count)
{
  c.points = head(c.points, count);
  c.owned = head(c.owned, count);
  for (auto* arrays : { &c.inputs, &c.targets })
  {
    for (auto& array : *arrays)
    {
      array = head(array, count);
    }
  }
  return c;
}

TrainingOptions stepOptions(TrainingOptions options, std::size_t cases)
{
  options.recipe.timeBudget = 0.0;
  options.recipe.epochs = 1000000;
  options.recipe.batchSize = static_cast<int>(cases);
  options.validationFraction = 0.0;
  options.validationCases.clear();
  options.checkpointPath.clear();
  return options;
}

// Rank 0's, so that all ranks agree.
double agreed(double seconds, Communicator& communicator)
{
  seconds = communicator.rank() == 0 ? seconds : 0.0;
  communicator.sum(&seconds, 1);
  return seconds;
}

double measured(const DataSet& batch, const TrainingOptions& options, Watch& watch)
{
  auto& communicator = *batch.communicator();
  std::int64_t points = 0;
  for (std::size_t i = 0; i < batch.size(); ++i)
  {
    for (std::int64_t p = 0; p < batch[i].count(); ++p)
    {
      points += isOwned(batch[i], p) ? 1 : 0;
    }
  }
  communicator.sum(&points, 1);
  Trainer trainer(batch, stepOptions(options, batch.size()));
  trainer.step();
  // The fastest step: other work of the machine passes, and a training outlives it.
  double time = 0.0, fastest = std::numeric_limits<double>::infinity();
  for (int step = 0; step < mostSteps && (step == 0 || time < mostSeconds); ++step)
  {
    watch.tell(static_cast<double>(step + 1) / (mostSteps + 1));
    if (watch.stoppedAnywhere())
    {
      break;
    }
    const double begin = now();
    trainer.step();
    const double seconds = agreed(now() - begin, communicator);
    time += seconds;
    fastest = std::min(fastest, seconds);
  }
  return fastest / static_cast<double>(std::max<std::int64_t>(points, 1));
}
}

MeasuredCost measureStep(
  const DataSet& data, const TrainingOptions& options, const Summary& summary, Watch& watch)
{
  const auto cases = middleCases(summary, options.recipe.batchSize);
  const auto points = std::max<std::int64_t>(1, measuredPoints / static_cast<std::int64_t>(cases.size()));
  try
  {
    DataSet batch(data.signature());
    batch.setCommunicator(data.communicator());
    for (const auto index : cases)
    {
      batch.add(head(data[index], points));
    }
    return { measured(batch, options, watch), "" };
  }
  catch (const std::exception& error)
  {
    return { std::numeric_limits<double>::quiet_NaN(), error.what() };
  }
}

double secondsOfEpochs(std::int64_t epochs, double secondsPerPoint, const Workload& workload)
{
  const double training = static_cast<double>(workload.trainingPoints) * secondsPerPoint;
  // Validation passes are left out where they would take a larger share.
  const double validation =
    std::min(validationCost * static_cast<double>(workload.validationPoints) * secondsPerPoint,
      train::validationShare / (1.0 - train::validationShare) * training);
  return static_cast<double>(epochs) * (training + validation);
}
}
