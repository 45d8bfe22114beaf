#include "train/schedule.h"

#include <cmath>

namespace flare::train
{
namespace
{
constexpr double pi = 3.14159265358979323846;

double cosine(double from, double to, double share)
{
  return to + (from - to) / 2.0 * (std::cos(pi * share) + 1.0);
}
}

double OneCycle::between(double ends, double middle, std::int64_t step) const
{
  const double top = warmup * static_cast<double>(steps) - 1.0;
  const double last = static_cast<double>(steps - 1);
  const auto at = static_cast<double>(step);
  if (at <= top)
  {
    // A rise of no length is over when it begins.
    return top > 0.0 ? cosine(ends, middle, at / top) : middle;
  }
  return last > top ? cosine(middle, ends, (at - top) / (last - top)) : ends;
}
}
