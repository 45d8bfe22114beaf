#include "flare/error.h"
#include "flare/spectrum.h"
#include "train/growth.h"
#include "train/training_run.h"

#include <algorithm>
#include <utility>

// How many steps a budget of time is enough for.
namespace flare::train
{
namespace
{
// A time budget is measured over so many steps, or one per cent of it, whichever ends first.
constexpr int fewestMeasured = 3;
constexpr int mostMeasured = 200;
constexpr double measuredShare = 0.01;
}

Costs TrainingRun::measure()
{
  const auto pointsOf = [&](const std::vector<std::size_t>& cases)
  {
    double points = 0.0;
    for (const auto index : cases)
    {
      points += static_cast<double>(store_.points(index));
    }
    return points;
  };
  double time = 0.0;
  std::vector<MeasuredStep> measured;
  for (int i = 0; i <= mostMeasured; ++i)
  {
    const double begin = clockSeconds();
    const auto cases = state_.order.next(options_.recipe.batchSize);
    forwardBackward(cases);
    const double size = twoNorm(gradient_);
    update(state_, gradient_, size, layout_, rule_);
    twoNorm(state_.weights);
    if (i == 0)
    {
      continue; // memory and threads are warm after the first
    }
    measured.push_back({ clockSeconds() - begin, pointsOf(cases) });
    time += measured.back().seconds;
    const bool enough = i >= fewestMeasured && time > measuredShare * options_.recipe.timeBudget;
    if (onAnyRank(enough && communicator().rank() == 0))
    {
      break;
    }
  }
  const auto perEpoch = stepsPerEpoch(split_.training.size(), options_.recipe.batchSize);
  Costs costs;
  costs.step = secondsPerPoint(measured) * pointsOf(split_.training) / static_cast<double>(perEpoch);
  if (!split_.validation.empty())
  {
    const auto count = std::min<std::size_t>(split_.validation.size(), fewestMeasured);
    const std::vector<std::size_t> some(split_.validation.begin(), split_.validation.begin() + count);
    const double begin = clockSeconds();
    errors(some);
    costs.validation = (clockSeconds() - begin) / pointsOf(some) * pointsOf(split_.validation);
  }
  return costs;
}

double TrainingRun::measureSpectra()
{
  const double begin = clockSeconds();
  try
  {
    spectraNow();
  }
  catch (const Error&) // which is noted when they are stored
  {
  }
  return clockSeconds() - begin;
}

// Steps are made, timed, and undone: the run that follows is that of a recipe with so many steps.
void TrainingRun::planFromTime()
{
  const auto start = state_.clone();
  const auto first = info_.architecture;
  rule_.stepsPlanned = 1000000; // the first steps of a long cycle hardly move the weights
  auto costs = measure();
  if (const auto doublings = options_.recipe.latentDoublings; doublings > 0)
  {
    while (info_.training.latentDoublings < doublings)
    {
      grow();
    }
    const auto last = measure();
    costs = { meanCost(costs.step, last.step, doublings), last.validation };
    if (options_.spectraEvery > 0)
    {
      // They grow with the square of the latents and more: the mean is less than this.
      costs.spectra = meanCost(lastSpectra_, measureSpectra(), doublings);
    }
    info_.training.latentDoublings = 0;
    adopt(first, [&](const ParameterLayout&) { return start.clone(); });
  }
  if (options_.spectraEvery > 0)
  {
    costs.spectra = std::max(costs.spectra, lastSpectra_);
    costs.spectraEvery = options_.spectraEvery;
  }
  state_.assign(start);
  tick();
  const auto perEpoch = stepsPerEpoch(split_.training.size(), options_.recipe.batchSize);
  std::int64_t steps =
    communicator().rank() == 0 ? stepsWithin(options_.recipe.timeBudget - seconds_, costs, perEpoch) : 0;
  communicator().sum(&steps, 1);
  plan(steps);
}
}
