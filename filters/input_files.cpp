#include "input_files.h"

#include <vtkAlgorithm.h>
#include <vtkDataReader.h>
#include <vtkXMLReader.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

namespace flare::filters
{
namespace
{
using Path = std::filesystem::path;

std::string fileOf(vtkAlgorithm* source)
{
  while (source && source->GetNumberOfInputPorts() > 0 && source->GetNumberOfInputConnections(0) > 0)
  {
    source = source->GetInputAlgorithm(0, 0);
  }
  const char* name = nullptr;
  if (auto* xml = vtkXMLReader::SafeDownCast(source))
  {
    name = xml->GetFileName();
  }
  else if (auto* legacy = vtkDataReader::SafeDownCast(source))
  {
    name = legacy->GetFileName();
  }
  return name ? name : "";
}

template<typename Shorten>
std::vector<std::vector<std::string>> shortened(
  const std::vector<std::vector<std::string>>& files, const Shorten& shorten)
{
  auto names = files;
  for (auto& ofInput : names)
  {
    for (auto& name : ofInput)
    {
      name = shorten(Path(name));
    }
  }
  return names;
}

bool allDiffer(const std::vector<std::vector<std::string>>& names)
{
  std::set<std::string> seen;
  for (const auto& ofInput : names)
  {
    for (const auto& name : ofInput)
    {
      if (name.empty() || !seen.insert(name).second)
      {
        return false;
      }
    }
  }
  return true;
}

// How many leading parts all paths have in common.
std::ptrdiff_t commonParts(const std::vector<std::vector<std::string>>& files)
{
  Path first;
  std::ptrdiff_t common = -1;
  for (const auto& ofInput : files)
  {
    for (const Path path : ofInput)
    {
      const auto all = std::distance(path.begin(), path.end());
      first = common < 0 ? path : first;
      common = common < 0 ? all : std::min(common, all);
      const auto end = std::next(path.begin(), common);
      common = std::distance(path.begin(), std::mismatch(path.begin(), end, first.begin()).first);
    }
  }
  return std::max<std::ptrdiff_t>(common, 0);
}
}

void InputFiles::add(const char* input, const char* file)
{
  told_[input ? std::atoi(input) : 0].push_back(file ? file : "");
}

bool InputFiles::clear()
{
  const bool any = !told_.empty();
  told_.clear();
  return any;
}

std::vector<std::vector<std::string>> InputFiles::of(vtkAlgorithm* filter) const
{
  std::vector<std::vector<std::string>> files;
  for (int i = 0; i < filter->GetNumberOfInputConnections(0); ++i)
  {
    const auto told = told_.find(i);
    const auto found = told == told_.end() ? fileOf(filter->GetInputAlgorithm(0, i)) : std::string();
    files.push_back(told != told_.end() ? told->second
                    : found.empty()     ? std::vector<std::string>{}
                                        : std::vector<std::string>{ found });
  }
  return files;
}

std::string InputFiles::first(vtkAlgorithm* filter) const
{
  const auto files = of(filter);
  return files.empty() || files.front().empty() ? std::string() : files.front().front();
}

std::vector<std::vector<std::string>> shortNames(const std::vector<std::vector<std::string>>& files)
{
  auto names = shortened(files, [](const Path& path) { return path.stem().string(); });
  if (!allDiffer(names))
  {
    const auto common = commonParts(files);
    names = shortened(files,
      [&](const Path& path)
      {
        Path rest;
        const auto whole = Path(path).replace_extension();
        std::for_each(std::next(whole.begin(), std::min(common, std::distance(whole.begin(), whole.end()))),
          whole.end(), [&](const Path& part) { rest /= part; });
        return rest.string();
      });
  }
  return allDiffer(names) ? names : std::vector<std::vector<std::string>>(files.size());
}
}
