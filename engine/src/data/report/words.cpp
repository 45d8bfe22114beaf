#include "data/report/words.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace flare::report
{
namespace
{
// A list of more names tells nobody more.
constexpr std::size_t mostNames = 5;
}

std::string number(double value)
{
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string count(std::int64_t value)
{
  auto text = std::to_string(value);
  const std::ptrdiff_t first = value < 0 ? 1 : 0;
  for (auto place = static_cast<std::ptrdiff_t>(text.size()) - 3; place > first; place -= 3)
  {
    text.insert(static_cast<std::size_t>(place), ",");
  }
  return text;
}

std::string duration(double seconds)
{
  const auto whole = std::llround(std::min(seconds, 1e15));
  if (whole < 60)
  {
    return std::to_string(whole) + " s";
  }
  if (whole < 3600)
  {
    const auto rest = whole < 600 ? whole % 60 : 0;
    return std::to_string(whole / 60) + " min" + (rest > 0 ? " " + std::to_string(rest) + " s" : "");
  }
  const auto minutes = whole / 60;
  const auto rest = minutes < 6000 ? minutes % 60 : 0;
  return count(minutes / 60) + " h" + (rest > 0 ? " " + std::to_string(rest) + " min" : "");
}

std::string bytes(double value)
{
  static const char* const units[] = { "KiB", "MiB", "GiB", "TiB" };
  value /= 1024.0;
  int unit = 0;
  for (; value >= 1000.0 && unit < 3; ++unit)
  {
    value /= 1024.0;
  }
  char text[48];
  std::snprintf(text, sizeof text, value < 10.0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  return text;
}

std::string counted(std::int64_t value, const std::string& what)
{
  return count(value) + " " + what + (value == 1 ? "" : "s");
}

std::string range(double smallest, double largest, const std::string& unit)
{
  const auto from = number(smallest), to = number(largest);
  const bool hasUnit = !unit.empty() && unit != "1"; // which is how files say that there is none
  return from + (from == to ? "" : " to " + to) + (hasUnit ? " " + unit : "");
}

std::string quoted(const std::vector<std::string>& names)
{
  const auto shown = names.size() <= mostNames + 1 ? names.size() : mostNames;
  std::string text;
  for (std::size_t i = 0; i < shown; ++i)
  {
    const bool last = i + 1 == names.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + ("'" + names[i] + "'");
  }
  return shown < names.size()
           ? text + " and " + count(static_cast<std::int64_t>(names.size() - shown)) + " more"
           : text;
}
}
