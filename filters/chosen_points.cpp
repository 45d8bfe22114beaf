#include "chosen_points.h"

#include "array_views.h"
#include "guarded.h"

#include <vtkCellData.h>
#include <vtkDataArray.h>
#include <vtkDataObjectTree.h>
#include <vtkDataObjectTreeIterator.h>
#include <vtkExtractSelection.h>
#include <vtkIdList.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkSelection.h>
#include <vtkSelectionNode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <sstream>
#include <string>

namespace flare::filters
{
namespace
{
// Of vtkExtractSelection, where it keeps the whole mesh: 1 where something is selected.
constexpr const char* insideArray = "vtkInsidedness";

std::vector<bool> marks(vtkDataArray* inside, vtkIdType count)
{
  std::vector<bool> marks(static_cast<std::size_t>(count), false);
  for (vtkIdType i = 0; inside && i < count; ++i)
  {
    marks[static_cast<std::size_t>(i)] = inside->GetComponent(i, 0) > 0.0;
  }
  return marks;
}

std::vector<bool> chosenOf(vtkDataSet* piece, Association association)
{
  const auto points = piece->GetNumberOfPoints(), cells = piece->GetNumberOfCells();
  auto* atPoints = piece->GetPointData()->GetArray(insideArray);
  auto* atCells = piece->GetCellData()->GetArray(insideArray);
  if (association == Association::Points ? atPoints != nullptr : atCells != nullptr)
  {
    return association == Association::Points ? marks(atPoints, points) : marks(atCells, cells);
  }
  const auto other = association == Association::Points ? marks(atCells, cells) : marks(atPoints, points);
  std::vector<bool> chosen(
    static_cast<std::size_t>(association == Association::Points ? points : cells), false);
  vtkNew<vtkIdList> ofCell;
  for (vtkIdType cell = 0; cell < cells; ++cell)
  {
    piece->GetCellPoints(cell, ofCell);
    for (vtkIdType i = 0; i < ofCell->GetNumberOfIds(); ++i)
    {
      const auto point = static_cast<std::size_t>(ofCell->GetId(i)), own = static_cast<std::size_t>(cell);
      if (association == Association::Points)
      {
        chosen[point] = chosen[point] || other[own];
      }
      else
      {
        chosen[own] = chosen[own] || other[point];
      }
    }
  }
  return chosen;
}

// vtkExtractSelection has nothing that evaluates a query, and ends the process.
void requireNoQuery(vtkSelection* selection)
{
  for (unsigned int i = 0; i < selection->GetNumberOfNodes(); ++i)
  {
    if (selection->GetNode(i)->GetContentType() == vtkSelectionNode::QUERY)
    {
      throw PropertyError("Selection",
        "a query cannot be followed. Give the points or cells that it finds: Freeze in Find Data "
        "makes them a selection by their ids");
    }
  }
}

// Where nothing is selected of a data set, some kinds of selection extract an empty one.
bool isWhole(vtkDataObject* extracted, vtkDataObject* original)
{
  return extracted &&
         extracted->GetNumberOfElements(vtkDataObject::POINT) ==
           original->GetNumberOfElements(vtkDataObject::POINT) &&
         extracted->GetNumberOfElements(vtkDataObject::CELL) ==
           original->GetNumberOfElements(vtkDataObject::CELL);
}

// The input with what is selected marked: data sets without a selection are not in the extraction.
vtkSmartPointer<vtkDataObject> marked(vtkDataObject* input, vtkDataObject* extracted)
{
  auto* tree = vtkDataObjectTree::SafeDownCast(input);
  auto* selected = vtkDataObjectTree::SafeDownCast(extracted);
  if (!tree || !selected)
  {
    return isWhole(extracted, input) ? extracted : input;
  }
  vtkSmartPointer<vtkDataObjectTree> all;
  all.TakeReference(tree->NewInstance());
  all->ShallowCopy(tree);
  vtkSmartPointer<vtkDataObjectTreeIterator> leaves;
  leaves.TakeReference(all->NewTreeIterator());
  for (leaves->InitTraversal(); !leaves->IsDoneWithTraversal(); leaves->GoToNextItem())
  {
    if (auto* leaf = selected->GetDataSet(leaves); isWhole(leaf, tree->GetDataSet(leaves)))
    {
      all->SetDataSet(leaves, leaf);
    }
  }
  return all;
}

using Place = std::array<double, 3>;
using Places = std::set<Place>;

// Adding zero makes one number of +0 and -0.
Place placeOf(const Case& c, std::int64_t point)
{
  return { c.points.at(point, 0) + 0.0, c.points.at(point, 1) + 0.0, c.points.at(point, 2) + 0.0 };
}

// Those of the other ranks from `first` up to, but without, `last`. Collective.
Places ofRanks(const Places& mine, int first, int last, Communicator& communicator)
{
  std::string bytes;
  for (const auto& place : mine)
  {
    bytes.append(reinterpret_cast<const char*>(place.data()), sizeof(place));
  }
  Places result;
  for (int rank = 0; rank < communicator.size(); ++rank)
  {
    const auto theirs = communicator.broadcast(bytes, rank);
    for (std::size_t at = 0; rank >= first && rank < last && at < theirs.size(); at += sizeof(Place))
    {
      Place place;
      std::memcpy(place.data(), theirs.data() + at, sizeof(place));
      result.insert(place);
    }
  }
  return result;
}
}

void keepOneOfEach(
  std::vector<PointIndices>& chosen, const std::vector<Case>& cases, Communicator& communicator)
{
  for (std::size_t m = 0; communicator.size() > 1 && m < cases.size(); ++m)
  {
    const auto& c = cases[m];
    Places disowned, doubtful;
    for (const auto point : chosen[m])
    {
      if (c.owned.data && c.owned.at(point, 0) == 0.0)
      {
        disowned.insert(placeOf(c, point));
      }
    }
    const auto shared = ofRanks(disowned, 0, communicator.size(), communicator);
    for (const auto point : chosen[m])
    {
      if (shared.count(placeOf(c, point)))
      {
        doubtful.insert(placeOf(c, point));
      }
    }
    const auto elsewhere = ofRanks(doubtful, 0, communicator.rank(), communicator);
    auto& points = chosen[m];
    points.erase(std::remove_if(points.begin(), points.end(),
                   [&](std::int64_t point) { return elsewhere.count(placeOf(c, point)) > 0; }),
      points.end());
  }
}

std::vector<PointIndices> selectedPoints(vtkDataObject* input, vtkSelection* selection,
  Association association, bool merged, Communicator& communicator)
{
  requireNoQuery(selection);
  vtkNew<vtkExtractSelection> extract;
  extract->SetInputDataObject(0, input);
  extract->SetInputDataObject(1, selection);
  extract->PreserveTopologyOn();
  extract->Update();
  std::vector<PointIndices> chosen;
  const auto all = marked(input, extract->GetOutputDataObject(0));
  for (const auto& mesh : meshesOf(all, 0.0, merged, communicator))
  {
    auto& indices = chosen.emplace_back();
    std::int64_t index = 0;
    for (const auto& piece : mesh.pieces)
    {
      for (const bool mark : chosenOf(piece, association))
      {
        if (mark)
        {
          indices.push_back(index);
        }
        ++index;
      }
    }
  }
  return chosen;
}

double extentOf(const std::vector<Case>& cases, Communicator& communicator)
{
  constexpr double lowest = -std::numeric_limits<double>::infinity();
  double ends[6] = { lowest, lowest, lowest, lowest, lowest, lowest }; // of -x, -y, -z, x, y, z
  for (const auto& c : cases)
  {
    for (std::int64_t i = 0; i < c.count(); ++i)
    {
      for (int d = 0; d < 3; ++d)
      {
        ends[d] = std::max(ends[d], -c.points.at(i, d));
        ends[3 + d] = std::max(ends[3 + d], c.points.at(i, d));
      }
    }
  }
  communicator.max(ends, 6);
  return std::hypot(ends[0] + ends[3], ends[1] + ends[4], ends[2] + ends[5]);
}

std::vector<PointIndices> nearestPoint(const std::vector<Case>& cases, const double position[3],
  double extent, std::vector<std::string>& notes, Communicator& communicator)
{
  double nearest = std::numeric_limits<double>::infinity();
  std::size_t mesh = 0;
  std::int64_t point = -1;
  for (std::size_t m = 0; m < cases.size(); ++m)
  {
    const auto& c = cases[m];
    for (std::int64_t i = 0; i < c.count(); ++i)
    {
      double distance = 0.0;
      for (int d = 0; d < 3; ++d)
      {
        const double along = c.points.at(i, d) - position[d];
        distance += along * along;
      }
      if (distance < nearest && (!c.owned.data || c.owned.at(i, 0) != 0.0))
      {
        nearest = distance;
        mesh = m;
        point = i;
      }
    }
  }
  // The smallest of all ranks, of the smallest mesh, of the lowest rank.
  double smallest = -nearest;
  communicator.max(&smallest, 1);
  const double distance = std::sqrt(-smallest);
  if (distance > extent)
  {
    std::ostringstream note;
    note << "Position is " << position[0] << " " << position[1] << " " << position[2] << ", " << distance
         << " away from the nearest point, which is looked at, while all of the mesh is " << extent
         << " long. Does it have the mesh's unit of length?";
    notes.push_back(note.str());
  }
  double order = -nearest == smallest && point >= 0
                   ? -static_cast<double>(mesh * static_cast<std::size_t>(communicator.size()) +
                                          static_cast<std::size_t>(communicator.rank()))
                   : -std::numeric_limits<double>::infinity();
  const double mine = order;
  communicator.max(&order, 1);
  std::vector<PointIndices> chosen(cases.size());
  if (point >= 0 && mine == order)
  {
    chosen[mesh].push_back(point);
  }
  return chosen;
}
}
