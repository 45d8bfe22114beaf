#include "flare/error.h"
#include "flare/spectrum.h"
#include "train/training_run.h"

#include <algorithm>
#include <limits>
#include <numeric>

// What happens at the end of an epoch: the record, validation and spectra.
namespace flare::train
{
namespace
{
// Validation passes may take so long in all, however short the run.
constexpr double freeValidationSeconds = 2.0;

double mean(const std::vector<double>& values)
{
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Per field, over the cases.
std::vector<double> mean(const std::vector<std::vector<double>>& cases)
{
  std::vector<double> means(cases.front().size(), 0.0);
  for (const auto& ofCase : cases)
  {
    for (std::size_t f = 0; f < means.size(); ++f)
    {
      means[f] += ofCase[f] / static_cast<double>(cases.size());
    }
  }
  return means;
}
}

bool TrainingRun::validationIsDue() const
{
  if (split_.validation.empty())
  {
    return false;
  }
  const double limit = std::max(freeValidationSeconds, validationShare * seconds_);
  const bool due = finished() || lastValidation_ == 0.0 || validationSeconds_ + lastValidation_ <= limit;
  return onAnyRank(due && communicator().rank() == 0);
}

void TrainingRun::endEpoch()
{
  EpochRecord epoch;
  epoch.epoch = state_.order.epoch();
  epoch.step = state_.step;
  epoch.loss = state_.lossSum / static_cast<double>(state_.lossSteps);
  epoch.learningRate = rule_.learningRate(state_.step - 1);
  state_.lossSum = 0.0;
  state_.lossSteps = 0;
  ++state_.epochs;
  tick();
  const auto unknown = std::numeric_limits<double>::quiet_NaN();
  epoch.validationError = unknown;
  epoch.fieldErrors.assign(data_.signature().targets.size(), unknown);
  if (validationIsDue())
  {
    const auto byCase = caseErrors(split_.validation);
    epoch.fieldErrors = mean(byCase);
    epoch.validationError = mean(epoch.fieldErrors);
    validationErrors_.clear();
    for (const auto& ofCase : byCase)
    {
      validationErrors_.push_back(mean(ofCase));
    }
    const double before = seconds_;
    tick();
    lastValidation_ = seconds_ - before;
    validationSeconds_ += lastValidation_;
  }
  storeSpectra(epoch.epoch);
  epoch.seconds = seconds_;
  info_.training.history.push_back(epoch);
}

const Case& TrainingRun::spectraCase() const
{
  return data_[(split_.validation.empty() ? split_.training : split_.validation).front()];
}

std::vector<HeadSpectrum> TrainingRun::spectraNow() const
{
  return spectra(model(), spectraCase(), options_.device, {}, data_.communicator());
}

void TrainingRun::storeSpectra(std::int64_t epoch)
{
  const auto every = options_.spectraEvery;
  if (every == 0 || (epoch % every != 0 && !finished()) || !spectra_.isLater(epoch, info_.training))
  {
    return;
  }
  tick();
  const double before = seconds_;
  info_.training.spectraCase = spectraCase().name;
  try
  {
    spectra_.add(epoch, spectraNow(), info_.training);
  }
  catch (const Error& error) // scores that overflow, on all ranks alike: the run may still recover
  {
    if (!spectraFailed_)
    {
      info_.training.notes.push_back(
        "after epoch " + std::to_string(epoch) + " no spectra could be stored: " + error.what());
    }
    spectraFailed_ = true;
  }
  tick();
  lastSpectra_ = seconds_ - before;
}

std::vector<std::vector<double>> TrainingRun::caseErrors(const std::vector<std::size_t>& cases)
{
  torch::NoGradGuard guard;
  std::vector<std::vector<double>> errors;
  for (const auto index : cases)
  {
    const auto batch = store_.batch({ index });
    const auto prediction = averagedNetwork_->forward(batch.input, batch.segments);
    errors.push_back(error_.errors(prediction, batch).errors.front());
  }
  return errors;
}

std::vector<double> TrainingRun::errors(const std::vector<std::size_t>& cases)
{
  const auto unknown = std::numeric_limits<double>::quiet_NaN();
  return cases.empty() ? std::vector<double>(data_.signature().targets.size(), unknown)
                       : mean(caseErrors(cases));
}
}
