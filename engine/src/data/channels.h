#pragma once

#include "flare/dataset.h"

#include <cstdint>
#include <vector>

namespace flare
{
// One scalar channel of a case: a component of an array, or one number for all points.
struct Channel
{
  const ArrayView* array = nullptr;
  int component = 0;
  double constant = 0.0; // when array is null
};

// In the order of Signature::inputChannels() and targetChannels().
std::vector<Channel> inputChannels(const Signature& signature, const Case& c);
std::vector<Channel> targetChannels(const Signature& signature, const Case& c);

// 1 for points that count in sums, 0 for copies that another rank or block owns.
inline bool isOwned(const Case& c, std::int64_t point)
{
  return c.owned.data == nullptr || static_cast<const std::uint8_t*>(c.owned.data)[point] != 0;
}
}
