#pragma once

#include <string>
#include <vector>

namespace flare::tools
{
// A table as comma-separated values (RFC 4180), written as a whole when it is complete.
class Csv
{
public:
  explicit Csv(const std::vector<std::string>& columns) { row(columns); }
  void row(const std::vector<std::string>& cells);
  void save(const std::string& path) const;

private:
  std::string text_;
};

// The shortest text that reads back as the same number; nothing for NaN.
std::string exactText(double value);
}
