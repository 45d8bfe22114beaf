#include "chosen_points.h"

#include "array_views.h"
#include "guarded.h"

#include <vtkCellData.h>
#include <vtkDataArray.h>
#include <vtkExtractSelection.h>
#include <vtkIdList.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkSelection.h>
#include <vtkSelectionNode.h>

#include <limits>

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
  for (const auto& mesh : meshesOf(extract->GetOutputDataObject(0), 0.0, merged, communicator))
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

std::vector<PointIndices> nearestPoint(
  const std::vector<Case>& cases, const double position[3], Communicator& communicator)
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
