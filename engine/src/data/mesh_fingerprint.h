#pragma once

#include "data/hash.h"
#include "flare/dataset.h"

namespace flare
{
// Equal for cases whose points are the same numbers in the same order.
inline std::string meshFingerprint(const Case& c, Communicator& communicator)
{
  Hash hash;
  hash.add(c.points);
  return hash.text(communicator);
}
}
