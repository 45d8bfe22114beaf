#pragma once

#include <map>
#include <string>
#include <vector>

class vtkAlgorithm;

namespace flare::filters
{
// The files that a filter's inputs are read from: those that it was told of, else those of VTK's own readers
// at the beginning of its pipelines.
class InputFiles
{
public:
  // The next file of an input (its number, from 0, as text; none is the first).
  void add(const char* input, const char* file);
  // False when there was nothing to forget.
  bool clear();

  // Per connection of the filter's first port; none where unknown.
  std::vector<std::vector<std::string>> of(vtkAlgorithm* filter) const;
  // The first file of the first input, or "".
  std::string first(vtkAlgorithm* filter) const;

private:
  std::map<int, std::vector<std::string>> told_;
};

// What tells files from each other: their names without extension, or else the parts of their paths from the
// first folder in which they differ. Empty where two are the same.
std::vector<std::vector<std::string>> shortNames(const std::vector<std::vector<std::string>>& files);
}
