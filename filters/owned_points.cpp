#include "owned_points.h"

#include "array_views.h"

#include <vtkDataArray.h>
#include <vtkDataSetAttributes.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string>
#include <unordered_set>

namespace flare::filters
{
namespace
{
using Marks = std::vector<unsigned char>;

bool anywhere(bool here, Communicator& communicator)
{
  float flag = here ? 1.0F : 0.0F;
  communicator.max(&flag, 1);
  return flag > 0.0F;
}

// What the ghost arrays say. `duplicates` is set when they mark points of other ranks.
Marks ghostMarks(const CaseMesh& mesh, Association association, std::int64_t count, bool& duplicates)
{
  const int duplicate = association == Association::Points ? int(vtkDataSetAttributes::DUPLICATEPOINT)
                                                           : int(vtkDataSetAttributes::DUPLICATECELL);
  const int hidden = association == Association::Points
                       ? int(vtkDataSetAttributes::HIDDENPOINT)
                       : int(vtkDataSetAttributes::HIDDENCELL) | int(vtkDataSetAttributes::REFINEDCELL);
  Marks owned(static_cast<std::size_t>(count), 1);
  std::size_t next = 0;
  for (const auto& piece : mesh.pieces)
  {
    const auto tuples = countOf(piece, association);
    auto* ghosts = vtkUnsignedCharArray::SafeDownCast(
      attributesOf(piece, association)->GetArray(vtkDataSetAttributes::GhostArrayName()));
    for (vtkIdType i = 0; ghosts && i < tuples; ++i)
    {
      const int flags = ghosts->GetValue(i);
      duplicates = duplicates || (flags & duplicate);
      owned[next + static_cast<std::size_t>(i)] = (flags & (duplicate | hidden)) ? 0 : 1;
    }
    next += static_cast<std::size_t>(tuples);
  }
  return owned;
}

struct Box
{
  // largest x, y, z and -x, -y, -z: an empty rank has an empty box
  std::array<double, 6> extent;
  Box() { extent.fill(-std::numeric_limits<double>::infinity()); }
  void add(const double* p)
  {
    for (int d = 0; d < 3; ++d)
    {
      extent[d] = std::max(extent[d], p[d]);
      extent[3 + d] = std::max(extent[3 + d], -p[d]);
    }
  }
  bool holds(const double* p) const
  {
    return p[0] <= extent[0] && p[1] <= extent[1] && p[2] <= extent[2] && -p[0] <= extent[3] &&
           -p[1] <= extent[4] && -p[2] <= extent[5];
  }
};

std::vector<Box> gatherBoxes(const Box& mine, Communicator& communicator)
{
  const std::string bytes(reinterpret_cast<const char*>(mine.extent.data()), sizeof(mine.extent));
  std::vector<Box> boxes(static_cast<std::size_t>(communicator.size()));
  for (int rank = 0; rank < communicator.size(); ++rank)
  {
    const auto theirs = communicator.broadcast(bytes, rank);
    std::memcpy(boxes[static_cast<std::size_t>(rank)].extent.data(), theirs.data(), sizeof(mine.extent));
  }
  return boxes;
}

// A point as bytes that are equal where the points are the same.
class Keys
{
public:
  Keys(const CaseMesh& mesh, Association association, const ArrayView& places, bool byIds)
    : places_(places)
  {
    for (const auto& piece : mesh.pieces)
    {
      auto* ids = byIds ? attributesOf(piece, association)->GetGlobalIds() : nullptr;
      for (vtkIdType i = 0; ids && i < countOf(piece, association); ++i)
      {
        ids_.push_back(static_cast<std::int64_t>(ids->GetComponent(i, 0)));
      }
    }
  }

  std::string operator()(std::int64_t i) const
  {
    if (!ids_.empty())
    {
      return { reinterpret_cast<const char*>(&ids_[static_cast<std::size_t>(i)]), sizeof(std::int64_t) };
    }
    const auto p = place(i);
    return { reinterpret_cast<const char*>(p.data()), sizeof(p) };
  }

  // Adding zero makes one number of +0 and -0.
  std::array<double, 3> place(std::int64_t i) const
  {
    return { places_.at(i, 0) + 0.0, places_.at(i, 1) + 0.0, places_.at(i, 2) + 0.0 };
  }

private:
  const ArrayView& places_;
  std::vector<std::int64_t> ids_;
};

bool hasGlobalIds(const CaseMesh& mesh, Association association)
{
  return std::all_of(mesh.pieces.begin(), mesh.pieces.end(),
    [&](vtkDataSet* piece)
    { return countOf(piece, association) == 0 || attributesOf(piece, association)->GetGlobalIds(); });
}

// Takes the ownership of points that a lower rank holds too. Only points within another rank's box
// can be shared, so only those are sent around.
std::int64_t disown(Marks& owned, const Keys& keys, Communicator& communicator)
{
  Box mine;
  for (std::size_t i = 0; i < owned.size(); ++i)
  {
    mine.add(keys.place(static_cast<std::int64_t>(i)).data());
  }
  const auto boxes = gatherBoxes(mine, communicator);
  const auto rank = static_cast<std::size_t>(communicator.rank());
  std::vector<std::size_t> candidates;
  std::string bytes;
  for (std::size_t i = 0; i < owned.size(); ++i)
  {
    const auto p = keys.place(static_cast<std::int64_t>(i));
    for (std::size_t other = 0; owned[i] && other < boxes.size(); ++other)
    {
      if (other != rank && boxes[other].holds(p.data()))
      {
        candidates.push_back(i);
        bytes += keys(static_cast<std::int64_t>(i));
        break;
      }
    }
  }
  std::unordered_set<std::string> lower;
  for (std::size_t root = 0; root + 1 < boxes.size(); ++root)
  {
    const auto theirs = communicator.broadcast(bytes, static_cast<int>(root));
    const auto width = candidates.empty() ? 0 : bytes.size() / candidates.size();
    for (std::size_t at = 0; root < rank && width > 0 && at < theirs.size(); at += width)
    {
      lower.insert(theirs.substr(at, width));
    }
  }
  std::int64_t count = 0;
  for (const auto i : candidates)
  {
    if (lower.count(keys(static_cast<std::int64_t>(i))))
    {
      owned[i] = 0;
      ++count;
    }
  }
  communicator.sum(&count, 1);
  return count;
}
}

ArrayView ownedMarks(const CaseMesh& mesh, Association association, const ArrayView& places,
  Communicator& communicator, std::int64_t* shared)
{
  bool duplicates = false;
  auto owned = std::make_shared<Marks>(ghostMarks(mesh, association, places.tuples, duplicates));
  if (communicator.size() > 1 && !anywhere(duplicates, communicator))
  {
    const bool byIds = !anywhere(!hasGlobalIds(mesh, association), communicator);
    const auto count = disown(*owned, Keys(mesh, association, places, byIds), communicator);
    if (shared)
    {
      *shared += count;
    }
  }
  const bool all = std::all_of(owned->begin(), owned->end(), [](unsigned char mark) { return mark != 0; });
  if (all)
  {
    return {};
  }
  ArrayView view;
  view.data = owned->data();
  view.type = ScalarType::UInt8;
  view.tuples = places.tuples;
  view.components = 1;
  view.owner = owned;
  return view;
}
}
