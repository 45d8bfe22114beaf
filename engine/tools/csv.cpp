#include "csv.h"

#include "io/atomic_file.h"

#include <charconv>
#include <cmath>

namespace flare::tools
{
void Csv::row(const std::vector<std::string>& cells)
{
  for (std::size_t i = 0; i < cells.size(); ++i)
  {
    text_ += i > 0 ? "," : "";
    if (cells[i].find_first_of(",\"\r\n") == std::string::npos)
    {
      text_ += cells[i];
      continue;
    }
    text_ += '"';
    for (const char c : cells[i])
    {
      text_ += c == '"' ? std::string("\"\"") : std::string(1, c);
    }
    text_ += '"';
  }
  text_ += "\n";
}

void Csv::save(const std::string& path) const
{
  io::AtomicFile file(path);
  file.write(text_.data(), text_.size());
  file.commit();
}

std::string exactText(double value)
{
  if (std::isnan(value))
  {
    return {};
  }
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value);
  return { text, end.ptr };
}
}
