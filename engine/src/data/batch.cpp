#include "data/batch.h"

#include "data/array.h"
#include "data/channels.h"

#include <cmath>

namespace flare
{
namespace
{
template<typename Scalar>
void fill(
  const Channel& channel, double mean, double scale, Scalar* out, std::int64_t stride, std::int64_t count)
{
  if (!channel.array)
  {
    const auto value = static_cast<Scalar>((channel.constant - mean) / scale);
    for (std::int64_t i = 0; i < count; ++i)
    {
      out[i * stride] = value;
    }
    return;
  }
  visit(*channel.array,
    [&](const auto* values)
    {
      const auto step = channel.array->components;
      for (std::int64_t i = 0; i < count; ++i)
      {
        const auto value = static_cast<double>(values[i * step + channel.component]);
        out[i * stride] = static_cast<Scalar>((value - mean) / scale);
      }
    });
}

template<typename Scalar>
void encode(const InputEncoding& encoding, Scalar* rows, std::int64_t stride, int raw, std::int64_t count)
{
  for (std::int64_t i = 0; i < count; ++i)
  {
    Scalar* row = rows + i * stride;
    Scalar* out = row + raw;
    double frequency = encoding.baseFrequency;
    for (int k = 0; k < encoding.octaves; ++k, frequency *= 2.0)
    {
      for (int d = 0; d < 3; ++d)
      {
        const double angle = frequency * static_cast<double>(row[d]);
        *out = static_cast<Scalar>(std::sin(angle));
        *(out + 3) = static_cast<Scalar>(std::cos(angle));
        ++out;
      }
      out += 3;
    }
  }
}

double divisor(const ChannelScaling& scaling, std::size_t channel)
{
  return scaling.scale[channel] == 0.0 ? 1.0 : scaling.scale[channel];
}

template<typename Scalar>
void fillAll(const std::vector<Channel>& channels, const ChannelScaling& scaling, torch::Tensor& tensor)
{
  auto* data = tensor.data_ptr<Scalar>();
  for (std::size_t c = 0; c < channels.size(); ++c)
  {
    fill(channels[c], scaling.mean[c], divisor(scaling, c), data + c, tensor.size(1), tensor.size(0));
  }
}
}

torch::Tensor inputTensor(const ModelInfo& info, const Case& c, torch::ScalarType type)
{
  const int raw = info.signature.inputChannels();
  auto x = torch::empty({ c.count(), raw + info.encoding.channels() }, torch::dtype(type));
  const auto channels = inputChannels(info.signature, c);
  const auto run = [&](auto* data)
  {
    using Scalar = std::remove_pointer_t<decltype(data)>;
    fillAll<Scalar>(channels, info.normalisation.inputs, x);
    encode(info.encoding, data, x.size(1), raw, c.count());
  };
  type == torch::kFloat64 ? run(x.data_ptr<double>()) : run(x.data_ptr<float>());
  return x;
}

void fillConstants(
  const ModelInfo& info, const std::vector<double>& parameters, double time, torch::Tensor& x)
{
  auto constants = parameters;
  if (info.signature.useTime)
  {
    constants.push_back(time);
  }
  const auto& scaling = info.normalisation.inputs;
  const bool wide = x.scalar_type() == torch::kFloat64;
  auto c = static_cast<std::size_t>(info.signature.inputChannels()) - constants.size();
  for (const auto constant : constants)
  {
    const double value = (constant - scaling.mean[c]) / divisor(scaling, c);
    x.select(1, static_cast<std::int64_t>(c)).fill_(wide ? value : static_cast<float>(value));
    ++c;
  }
}

torch::Tensor targetTensor(const ModelInfo& info, const Case& c, torch::ScalarType type)
{
  auto u = torch::empty({ c.count(), info.signature.targetChannels() }, torch::dtype(type));
  const auto channels = targetChannels(info.signature, c);
  const auto& scaling = info.normalisation.targets;
  type == torch::kFloat64 ? fillAll<double>(channels, scaling, u) : fillAll<float>(channels, scaling, u);
  return u;
}

torch::Tensor ownedRows(const Case& c)
{
  if (c.owned.data == nullptr)
  {
    return {};
  }
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < c.count(); ++i)
  {
    if (isOwned(c, i))
    {
      rows.push_back(i);
    }
  }
  return torch::tensor(rows, torch::kInt64);
}

Segments segmentOf(const Case& c, torch::Device device, Communicator* communicator)
{
  auto segments = Segments::single(c.count(), communicator);
  if (const auto rows = ownedRows(c); rows.defined())
  {
    segments.counted = rows.to(device);
  }
  return segments;
}

std::vector<double> targetNorms(const Signature& signature, const Case& c, Communicator& communicator)
{
  std::vector<double> norms;
  for (std::size_t f = 0; f < signature.targets.size(); ++f)
  {
    double squares = 0.0;
    for (std::int64_t i = 0; i < c.count(); ++i)
    {
      for (int d = 0; isOwned(c, i) && d < signature.targets[f].components; ++d)
      {
        const double value = c.targets[f].at(i, d);
        squares += value * value;
      }
    }
    norms.push_back(squares);
  }
  communicator.sum(norms.data(), static_cast<std::int64_t>(norms.size()));
  for (auto& value : norms)
  {
    value = std::sqrt(value);
  }
  return norms;
}

std::vector<int> fieldOffsets(const Signature& signature)
{
  std::vector<int> offsets{ 0 };
  for (const auto& field : signature.targets)
  {
    offsets.push_back(offsets.back() + field.components);
  }
  return offsets;
}
}
