#pragma once

#include "flare/error.h"

#include <cstdint>
#include <limits>
#include <string>

namespace flare::spectrum
{
// Throws Error unless lowest <= value < count; a lowest of -1 stands for all.
inline void requireRange(const char* what, std::int64_t value, std::int64_t lowest, std::int64_t count)
{
  if (value < lowest || value >= count)
  {
    throw Error(std::string(what) + " " + std::to_string(value) + " does not exist: this model has " + what +
                "s 0 to " + std::to_string(count - 1) + (lowest < 0 ? ", and -1 stands for all" : ""));
  }
}

// Throws Error unless 0 < energy <= 1.
inline void requireEnergy(double energy)
{
  if (!(energy > 0.0 && energy <= 1.0))
  {
    throw Error("the energy to be held must lie above 0 and be at most 1");
  }
}

// Throws Error for fewer than one mode.
inline void requireCount(int count)
{
  if (count < 1)
  {
    throw Error("the number of modes is " + std::to_string(count) + ", but at least 1 is needed");
  }
}

// How many modes there are up to the last of `count` ones from the first on.
inline int upTo(int first, int count)
{
  return count > std::numeric_limits<int>::max() - first ? std::numeric_limits<int>::max() : first + count;
}

// Throws Error for a mode before the constant one.
inline void requireFirst(int first)
{
  if (first < 0)
  {
    throw Error("the first mode is " + std::to_string(first) + ", but modes count from 0");
  }
}
}
