#include "flare/normalisation.h"

#include "data/array.h"
#include "data/moments.h"
#include "flare/interruption.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace flare
{
// Chan, Golub, LeVeque.
void Moments::merge(const Moments& other)
{
  if (other.count == 0.0)
  {
    return;
  }
  const double total = count + other.count;
  const double delta = other.mean - mean;
  mean += delta * other.count / total;
  squares += other.squares + delta * delta * count * other.count / total;
  count = total;
  largest = std::max(largest, other.largest);
}

void forEachValue(const Case& c, const Channel& channel, const std::function<void(double)>& use)
{
  for (std::int64_t i = 0; i < c.count(); ++i)
  {
    if (isOwned(c, i))
    {
      use(channel.array ? channel.array->at(i, channel.component) : channel.constant);
    }
  }
}

// Two passes over one case: the mean, then the deviations from it.
Moments momentsOf(const Case& c, const Channel& channel)
{
  Moments m;
  double sum = 0.0, first = std::numeric_limits<double>::quiet_NaN();
  forEachValue(c, channel,
    [&](double value)
    {
      first = m.count == 0.0 ? value : first;
      sum += value - first; // relative to the first value: large offsets cost no digits
      m.count += 1.0;
      m.largest = std::max(m.largest, std::abs(value));
    });
  if (m.count == 0.0)
  {
    return m;
  }
  m.mean = first + sum / m.count;
  forEachValue(c, channel, [&](double value) { m.squares += (value - m.mean) * (value - m.mean); });
  return m;
}

// Counts and sums first, then the squares about the common mean.
void joinOverRanks(std::vector<Moments>& moments, Communicator& communicator)
{
  for (auto& m : moments)
  {
    double sums[2] = { m.count, m.count * m.mean };
    communicator.sum(sums, 2);
    const double mean = sums[0] > 0.0 ? sums[1] / sums[0] : 0.0;
    double squares = m.squares + m.count * (m.mean - mean) * (m.mean - mean);
    communicator.sum(&squares, 1);
    communicator.max(&m.largest, 1);
    m = Moments{ sums[0], communicator.size() > 1 ? mean : m.mean, squares, m.largest };
  }
}

namespace
{
using ChannelsOf = std::vector<Channel> (*)(const Signature&, const Case&);

std::vector<Moments> momentsOver(
  const DataSet& data, const std::vector<std::size_t>& cases, ChannelsOf channelsOf, int channels)
{
  std::vector<Moments> total(channels);
  for (const auto index : cases)
  {
    throwIfInterrupted();
    const auto list = channelsOf(data.signature(), data[index]);
    for (int c = 0; c < channels; ++c)
    {
      total[c].merge(momentsOf(data[index], list[c]));
    }
  }
  joinOverRanks(total, *data.communicator());
  return total;
}

// A standard deviation that rounding alone can make is no deviation.
constexpr double constantThreshold = 1e-12;
}

ChannelScaling scalingOf(const std::vector<Moments>& moments, double scaleOfConstants)
{
  ChannelScaling result;
  for (const auto& m : moments)
  {
    const double deviation = m.count > 0.0 ? std::sqrt(m.squares / m.count) : 0.0;
    result.mean.push_back(m.mean);
    result.scale.push_back(
      deviation <= constantThreshold * m.largest || deviation == 0.0 ? scaleOfConstants : deviation);
  }
  return result;
}

namespace
{
void shareCoordinateScale(ChannelScaling& inputs, const std::vector<Moments>& moments)
{
  double variance = 0.0, largest = 0.0;
  for (int d = 0; d < 3; ++d)
  {
    variance += moments[d].squares / std::max(1.0, moments[d].count) / 3.0;
    largest = std::max(largest, moments[d].largest);
  }
  const double scale = std::sqrt(variance);
  for (int d = 0; d < 3; ++d)
  {
    inputs.scale[d] = scale <= constantThreshold * largest || scale == 0.0 ? 1.0 : scale;
  }
}
}

Normalisation Normalisation::identity(const Signature& signature)
{
  const auto ones = [](int channels) {
    return ChannelScaling{ std::vector<double>(channels, 0.0), std::vector<double>(channels, 1.0) };
  };
  return { ones(signature.inputChannels()), ones(signature.targetChannels()), true };
}

Normalisation Normalisation::fit(
  const DataSet& data, const std::vector<std::size_t>& cases, bool coordinateScalePerAxis)
{
  const auto& signature = data.signature();
  const auto moments = momentsOver(data, cases, &inputChannels, signature.inputChannels());
  Normalisation result;
  result.coordinateScalePerAxis = coordinateScalePerAxis;
  result.inputs = scalingOf(moments, 1.0);
  if (!coordinateScalePerAxis)
  {
    shareCoordinateScale(result.inputs, moments);
  }
  result.targets = scalingOf(momentsOver(data, cases, &targetChannels, signature.targetChannels()), 0.0);
  return result;
}

Envelope Envelope::fit(const DataSet& data, const std::vector<std::size_t>& cases)
{
  const int channels = data.signature().inputChannels();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> negated(channels, -infinity), largest(channels, -infinity);
  for (const auto index : cases)
  {
    const auto list = inputChannels(data.signature(), data[index]);
    for (int c = 0; c < channels; ++c)
    {
      forEachValue(data[index], list[c],
        [&](double value)
        {
          negated[c] = std::max(negated[c], -value);
          largest[c] = std::max(largest[c], value);
        });
    }
  }
  data.communicator()->max(negated.data(), channels);
  data.communicator()->max(largest.data(), channels);
  for (auto& value : negated)
  {
    value = -value;
  }
  return { negated, largest };
}
}
