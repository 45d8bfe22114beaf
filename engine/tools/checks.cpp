#include "checks.h"

namespace flare::tools
{
namespace
{
template<typename Accepts>
CLI::Validator number(const char* wanted, Accepts accepts)
{
  return CLI::Validator(
    [wanted, accepts](std::string& text)
    {
      double value = 0.0;
      const bool good = CLI::detail::lexical_cast(text, value) && accepts(value);
      return good ? std::string() : "'" + text + "' is no " + wanted;
    },
    "");
}
}

CLI::Validator positive()
{
  return number("number above 0", [](double value) { return value > 0.0; });
}

CLI::Validator notNegative()
{
  return number("number from 0 on", [](double value) { return value >= 0.0; });
}

CLI::Validator share()
{
  return number("number above 0 and at most 1", [](double value) { return value > 0.0 && value <= 1.0; });
}
}
