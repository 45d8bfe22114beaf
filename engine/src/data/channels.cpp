#include "data/channels.h"

namespace flare
{
namespace
{
void append(std::vector<Channel>& channels, const ArrayView& array)
{
  for (int c = 0; c < array.components; ++c)
  {
    channels.push_back({ &array, c, 0.0 });
  }
}
}

std::vector<Channel> inputChannels(const Signature& signature, const Case& c)
{
  std::vector<Channel> channels;
  append(channels, c.points);
  for (const auto& array : c.inputs)
  {
    append(channels, array);
  }
  for (const auto parameter : c.parameters)
  {
    channels.push_back({ nullptr, 0, parameter });
  }
  if (signature.useTime)
  {
    channels.push_back({ nullptr, 0, c.time });
  }
  return channels;
}

std::vector<Channel> targetChannels(const Signature&, const Case& c)
{
  std::vector<Channel> channels;
  for (const auto& array : c.targets)
  {
    append(channels, array);
  }
  return channels;
}
}
