#include "panel/parameter_scale.h"

#include <algorithm>
#include <cmath>

namespace flare::gui
{
ParameterScale::ParameterScale(double low, double high, double value)
  : known_(low <= high)
  , low_(low)
  , high_(high)
{
  const double middle = known_ ? 0.5 * (low + high) : (std::isfinite(value) ? value : 0.0);
  const double magnitude = middle == 0.0 ? 1.0 : std::abs(middle);
  if (known_ && high > low)
  {
    // A positive parameter stays positive: a stiffness or a speed has no meaning below 0.
    const double beyond = 0.25 * (high - low);
    begin_ = low > 0.0 ? std::max(low - beyond, 0.5 * low) : low - beyond;
    end_ = high < 0.0 ? std::min(high + beyond, 0.5 * high) : high + beyond;
  }
  else
  {
    begin_ = middle - 0.5 * magnitude;
    end_ = middle + 0.5 * magnitude;
  }
}

bool ParameterScale::trainedFor(double value) const
{
  // As flare::insideEnvelope has it.
  const double margin = 1e-6 * (high_ > low_ ? high_ - low_ : std::max(std::abs(low_), std::abs(high_)));
  return !known_ || (value >= low_ - margin && value <= high_ + margin);
}

int ParameterScale::positionOf(double value) const
{
  const double share = std::clamp((value - begin_) / (end_ - begin_), 0.0, 1.0);
  return static_cast<int>(std::lround(share * steps));
}

double ParameterScale::valueAt(int position) const
{
  const double step = (end_ - begin_) / steps;
  const double unit = std::pow(10.0, std::floor(std::log10(step)));
  return std::round((begin_ + position * step) / unit) * unit;
}
}
