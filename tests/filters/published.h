#pragma once

#include "support.h"

#include <string>
#include <vector>

namespace flare::test
{
// A checkpoint of the published code (tests/fixtures/flare_py/README.md) and what it must give.
class Published
{
public:
  // The fixtures' own folder (""), or one of their variants.
  explicit Published(const std::string& variant = "");

  // The imported model as a file of its own.
  std::string importTo(const Folder& folder) const;
  // A tensor of the expected results, row by row.
  std::vector<double> tensor(const std::string& name) const;
  // The input: its coordinates, and "extra", a point array with the channels beyond them.
  vtkSmartPointer<vtkUnstructuredGrid> mesh() const;

  std::int64_t points() const { return static_cast<std::int64_t>(shape("x")[1]); }
  std::vector<std::int64_t> shape(const std::string& name) const;

private:
  std::string folder_;
  std::string bytes_; // of the expected results' file
};
}
