#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Numbers and lists as a report writes them.
namespace flare::report
{
std::string number(double value);      // four significant digits
std::string count(std::int64_t value); // 1,234,567
std::string duration(double seconds);  // "25 s", "3 min", "2 h 40 min"
std::string bytes(double value);       // "220 MiB", "1.5 GiB"

// "3 cases", "1 case"
std::string counted(std::int64_t value, const std::string& what);
// "10 to 40 m/s", or "10 m/s" where both are the same.
std::string range(double smallest, double largest, const std::string& unit = "");
// "'a', 'b' and 'c'"; of many, the first few and how many more there are.
std::string quoted(const std::vector<std::string>& names);
}
