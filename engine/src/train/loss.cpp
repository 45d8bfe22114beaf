#include "train/loss.h"

#include "data/batch.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace flare::train
{
namespace
{
constexpr double floorShare = 1e-3;
}

double median(std::vector<double> values)
{
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

RelativeError::RelativeError(
  const DataSet& data, const std::vector<std::size_t>& training, const ChannelScaling& targets)
  : communicator_(data.communicator().get())
  , units_(targets.scale)
  , offsets_(fieldOffsets(data.signature()))
{
  for (auto& unit : units_)
  {
    varies_.push_back(unit == 0.0 ? 0.0 : 1.0);
    unit = unit == 0.0 ? 1.0 : unit;
  }
  for (std::size_t i = 0; i < data.size(); ++i)
  {
    norms_.push_back(targetNorms(data.signature(), data[i], *communicator_));
  }
  for (std::size_t f = 0; f + 1 < offsets_.size(); ++f)
  {
    std::vector<double> ofTraining;
    for (const auto index : training)
    {
      ofTraining.push_back(norms_[index][f]);
    }
    const double middle = median(ofTraining);
    floors_.push_back(middle > 0.0 ? floorShare * middle : 1.0);
    for (std::size_t i = 0; i < data.size(); ++i)
    {
      if (norms_[i][f] < floors_[f])
      {
        std::ostringstream text;
        text << "case '" << data[i].name << "': the target '" << data.signature().targets[f].name
             << "' is almost zero (its 2-norm is " << norms_[i][f] << "); its error is measured against "
             << floors_[f] << " instead";
        nearZero_.push_back(text.str());
      }
    }
  }
}

torch::Tensor RelativeError::channelWeights(std::size_t index, const torch::TensorOptions& options) const
{
  std::vector<double> weights(units_);
  for (std::size_t f = 0; f < floors_.size(); ++f)
  {
    for (int c = offsets_[f]; c < offsets_[f + 1]; ++c)
    {
      weights[c] /= std::max(norms_[index][f], floors_[f]);
    }
  }
  return torch::tensor(weights, torch::kFloat64).to(options);
}

torch::Tensor RelativeError::varyingChannels(const torch::TensorOptions& options) const
{
  const bool all = std::find(varies_.begin(), varies_.end(), 0.0) == varies_.end();
  return all ? torch::Tensor() : torch::tensor(varies_, torch::kFloat64).to(options);
}

RelativeError::Differences RelativeError::differences(
  const torch::Tensor& prediction, const Batch& batch, bool inDouble) const
{
  Differences d;
  std::vector<torch::Tensor> squares;
  const auto fields = static_cast<std::int64_t>(floors_.size());
  const auto varies = varyingChannels(prediction.options());
  for (std::int64_t i = 0; i < batch.segments.count(); ++i)
  {
    const auto begin = batch.segments.offsets[i];
    const auto count = batch.segments.offsets[i + 1] - begin;
    d.weights.push_back(channelWeights(batch.cases[i], prediction.options()));
    const auto predicted = prediction.narrow(0, begin, count);
    // A channel that is constant in training is predicted as that constant, whatever the network says.
    auto scaled = (varies.defined() ? predicted * varies : predicted) - batch.target.narrow(0, begin, count);
    scaled.mul_(d.weights.back());
    squares.push_back((inDouble ? scaled.to(torch::kFloat64) : scaled).square().sum(0));
    d.scaled.push_back(std::move(scaled));
  }
  const auto byChannel = torch::stack(squares).to(torch::kCPU, torch::kFloat64);
  const auto values = byChannel.accessor<double, 2>();
  std::vector<double> sums;
  for (std::int64_t i = 0; i < batch.segments.count(); ++i)
  {
    for (std::int64_t f = 0; f < fields; ++f)
    {
      double sum = 0.0;
      for (int c = offsets_[f]; c < offsets_[f + 1]; ++c)
      {
        sum += values[i][c];
      }
      sums.push_back(sum);
    }
  }
  communicator_->sum(sums.data(), static_cast<std::int64_t>(sums.size()));
  for (std::size_t i = 0; i < d.scaled.size(); ++i)
  {
    const auto row = sums.begin() + static_cast<std::ptrdiff_t>(i * fields);
    d.errors.emplace_back(row, row + fields);
    for (auto& error : d.errors.back())
    {
      error = std::sqrt(error);
    }
  }
  return d;
}

RelativeError::Result RelativeError::summary(const Differences& d) const
{
  Result result;
  result.errors = d.errors;
  for (const auto& ofCase : d.errors)
  {
    for (const auto error : ofCase)
    {
      result.loss += error / static_cast<double>(ofCase.size() * d.errors.size());
    }
  }
  return result;
}

// With e = |w o (y' - y)|_2 of one case and field, de/dy' = w o w o (y' - y) / e, and 0 where e = 0.
RelativeError::Result RelativeError::lossAndGradient(
  const torch::Tensor& prediction, const Batch& batch) const
{
  torch::NoGradGuard guard;
  const auto d = differences(prediction.detach(), batch, false);
  auto result = summary(d);
  std::vector<torch::Tensor> gradients;
  for (std::size_t i = 0; i < d.scaled.size(); ++i)
  {
    std::vector<double> factors(units_.size());
    for (std::size_t f = 0; f < floors_.size(); ++f)
    {
      const double error = d.errors[i][f];
      const double share = static_cast<double>(floors_.size() * d.errors.size());
      std::fill(factors.begin() + offsets_[f], factors.begin() + offsets_[f + 1],
        error > 0.0 ? 1.0 / (share * error) : 0.0);
    }
    for (std::size_t c = 0; c < factors.size(); ++c)
    {
      factors[c] *= varies_[c];
    }
    const auto factor = torch::tensor(factors, torch::kFloat64).to(prediction.options()) * d.weights[i];
    gradients.push_back(d.scaled[i] * factor);
  }
  result.gradient = gradients.size() == 1 ? gradients.front() : torch::cat(gradients);
  return result;
}

RelativeError::Result RelativeError::errors(const torch::Tensor& prediction, const Batch& batch) const
{
  torch::NoGradGuard guard;
  return summary(differences(prediction, batch, true));
}
}
