#pragma once

#include <chrono>

namespace flare::filters
{
// Seconds of the steady clock.
inline double now()
{
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
}
