#include "data/batch.h"
#include "data/channels.h"
#include "data/report/findings.h"
#include "data/report/words.h"

#include <algorithm>
#include <cmath>

namespace flare::report
{
namespace
{
// A field that leaves less than 1 % of a target's deviation open (sqrt(1 - r^2) = 0.014) is that target under
// another name or in another unit, not a cause of it.
constexpr double leakCorrelation = 0.9999;
// Points of the training cases below which numbers correlate by chance.
constexpr double fewestPoints = 20.0;
constexpr std::int64_t block = 2048; // points at a time

// Sums over points that correlations of every input channel with every target channel are made of. Values
// are centred and scaled first, so that none overflows and offsets cost no digits.
class CrossSums
{
public:
  CrossSums(std::size_t inputs, std::size_t targets)
    : inputs_(inputs)
    , targets_(targets)
    , sums_(inputs * targets + inputs + targets + 1, 0.0)
  {
  }

  using Columns = std::vector<std::vector<double>>;
  void add(const Columns& inputs, const Columns& targets)
  {
    for (std::size_t i = 0; i < inputs_; ++i)
    {
      for (std::size_t t = 0; t < targets_; ++t)
      {
        product(i, t) += dot(inputs[i], targets[t]);
      }
      inputSquare(i) += dot(inputs[i], inputs[i]);
    }
    for (std::size_t t = 0; t < targets_; ++t)
    {
      targetSquare(t) += dot(targets[t], targets[t]);
    }
    sums_.back() += static_cast<double>(targets.front().size());
  }

  void join(Communicator& communicator)
  {
    communicator.sum(sums_.data(), static_cast<std::int64_t>(sums_.size()));
  }

  double points() const { return sums_.back(); }
  // NaN where one of them does not vary
  double correlation(std::size_t i, std::size_t t)
  {
    return product(i, t) / std::sqrt(inputSquare(i) * targetSquare(t));
  }

private:
  static double dot(const std::vector<double>& a, const std::vector<double>& b)
  {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
    {
      sum += a[i] * b[i];
    }
    return sum;
  }

  double& product(std::size_t i, std::size_t t) { return sums_[i * targets_ + t]; }
  double& inputSquare(std::size_t i) { return sums_[inputs_ * targets_ + i]; }
  double& targetSquare(std::size_t t) { return sums_[inputs_ * targets_ + inputs_ + t]; }

  std::size_t inputs_, targets_;
  std::vector<double> sums_; // one behind the other, for one message
};

// The points [begin, end) of a case that count, column by column.
CrossSums::Columns columnsOf(const Case& c, const std::vector<Channel>& channels,
  const ChannelScaling& scaling, std::size_t first, std::int64_t begin, std::int64_t end)
{
  CrossSums::Columns columns(channels.size());
  for (std::size_t k = 0; k < channels.size(); ++k)
  {
    const double mean = scaling.mean[first + k];
    const double scale = scaling.scale[first + k] == 0.0 ? 1.0 : scaling.scale[first + k];
    for (auto i = begin; i < end; ++i)
    {
      if (isOwned(c, i))
      {
        columns[k].push_back((channels[k].array->at(i, channels[k].component) - mean) / scale);
      }
    }
  }
  return columns;
}

void addPart(const Signature& signature, const Case& c, const Summary& summary, CrossSums& sums,
  const std::function<bool(double)>& goOn)
{
  auto inputs = inputChannels(signature, c);
  const auto isField = [&](const Channel& channel) { return channel.array && channel.array != &c.points; };
  inputs.erase(
    std::remove_if(inputs.begin(), inputs.end(), [&](const auto& ch) { return !isField(ch); }), inputs.end());
  const auto targets = targetChannels(signature, c);
  for (std::int64_t begin = 0; begin < c.count(); begin += block)
  {
    if (!goOn(static_cast<double>(begin) / static_cast<double>(c.count())))
    {
      return;
    }
    const auto end = std::min(begin + block, c.count());
    sums.add(columnsOf(c, inputs, summary.inputScaling, 3, begin, end),
      columnsOf(c, targets, summary.targetScaling, 0, begin, end));
  }
}

// The first of a field's components that gives a component of a target away.
void addLeaks(const Signature& signature, CrossSums& sums, Entries& entries)
{
  const auto inputNames = signature.inputChannelNames();
  const auto targetNames = signature.targetChannelNames();
  std::size_t channel = 0;
  for (const auto& field : signature.inputs)
  {
    const auto end = channel + static_cast<std::size_t>(field.components);
    for (bool found = false; channel < end; ++channel)
    {
      for (std::size_t t = 0; t < targetNames.size() && !found; ++t)
      {
        if (std::abs(sums.correlation(channel, t)) > leakCorrelation)
        {
          found = true;
          addWarning(entries, "input " + field.name,
            "'" + inputNames[3 + channel] + "' is the target '" + targetNames[t] +
              "' up to a factor at the points of all training cases (their correlation is above " +
              number(leakCorrelation) + "): the network would be handed the answer",
            "Leave it out, unless it is known before a simulation");
        }
      }
    }
  }
}
}

bool findInRelations(const DataSet& data, const Summary& summary, Watch& watch, Entries& entries)
{
  const auto& signature = data.signature();
  const auto& training = summary.split.training;
  std::size_t fields = 0;
  for (const auto& input : signature.inputs)
  {
    fields += static_cast<std::size_t>(input.components);
  }
  if (fields == 0 || signature.targets.empty())
  {
    return true;
  }
  auto& communicator = *data.communicator();
  CrossSums sums(fields, static_cast<std::size_t>(signature.targetChannels()));
  for (std::size_t i = 0; i < training.size(); ++i)
  {
    const auto goOn = [&](double part)
    { return watch.tell((static_cast<double>(i) + part) / static_cast<double>(training.size())); };
    onEveryRank(communicator, [&] { addPart(signature, data[training[i]], summary, sums, goOn); });
    if (watch.stoppedAnywhere())
    {
      return false;
    }
  }
  sums.join(communicator);
  if (sums.points() >= fewestPoints)
  {
    addLeaks(signature, sums, entries);
  }
  return true;
}
}
