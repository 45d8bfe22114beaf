#include "head_maps.h"

#include <vtkCellArray.h>
#include <vtkCellData.h>
#include <vtkDoubleArray.h>
#include <vtkIntArray.h>
#include <vtkNew.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkSmartPointer.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace flare::filters
{
namespace
{
class Squares
{
public:
  // The square whose upper left corner is (x, -y), with values by the names of their arrays.
  void add(double x, double y, const std::vector<std::pair<std::string, int>>& numbers,
    const std::vector<std::pair<std::string, double>>& values)
  {
    const double corners[4][2] = { { x, -y - 1.0 }, { x + 1.0, -y - 1.0 }, { x + 1.0, -y }, { x, -y } };
    vtkIdType ids[4];
    for (int i = 0; i < 4; ++i)
    {
      ids[i] = points_->InsertNextPoint(corners[i][0], corners[i][1], 0.0);
    }
    cells_->InsertNextCell(4, ids);
    for (const auto& [name, value] : numbers)
    {
      array(numbers_, name)->InsertNextValue(value);
    }
    for (const auto& [name, value] : values)
    {
      array(values_, name)->InsertNextValue(value);
    }
  }

  void fill(vtkPolyData* map)
  {
    map->SetPoints(points_);
    map->SetPolys(cells_);
    for (const auto& one : numbers_)
    {
      map->GetCellData()->AddArray(one);
    }
    for (const auto& one : values_)
    {
      map->GetCellData()->AddArray(one);
    }
  }

private:
  template<typename Array>
  static Array* array(std::vector<vtkSmartPointer<Array>>& arrays, const std::string& name)
  {
    for (auto& one : arrays)
    {
      if (one->GetName() == name)
      {
        return one;
      }
    }
    arrays.push_back(vtkSmartPointer<Array>::New());
    arrays.back()->SetName(name.c_str());
    return arrays.back();
  }

  vtkNew<vtkPoints> points_;
  vtkNew<vtkCellArray> cells_;
  std::vector<vtkSmartPointer<vtkIntArray>> numbers_;
  std::vector<vtkSmartPointer<vtkDoubleArray>> values_;
};
}

void fillHeadMap(vtkPolyData* map, const std::vector<MeshSpectra>& meshes, const IsChosen& isChosen)
{
  Squares squares;
  double row = -1.0;
  for (const auto& mesh : meshes)
  {
    std::int64_t block = -1;
    for (const auto& head : mesh.heads)
    {
      row += head.block != block ? 1.0 : 0.0;
      block = head.block;
      const auto& values = head.eigenvalues;
      squares.add(static_cast<double>(head.head), row,
        { { "Block", static_cast<int>(head.block) }, { "Head", static_cast<int>(head.head) },
          { "ModesTo90", static_cast<int>(modesToEnergy(values, 0.9)) },
          { "ModesTo99", static_cast<int>(modesToEnergy(values, 0.99)) },
          { "ModesTo999", static_cast<int>(modesToEnergy(values, 0.999)) },
          { "Chosen", isChosen(head.block, head.head) ? 1 : 0 } },
        { { "EffectiveRank", effectiveRank(values) }, { "SpectralGap", spectralGap(values) } });
    }
  }
  squares.fill(map);
}

void fillSimilarityMap(vtkPolyData* map, const std::vector<MeshSpectra>& meshes, const IsChosen& isChosen)
{
  constexpr double between = 1.0; // two blocks
  Squares squares;
  double below = 0.0;
  for (const auto& mesh : meshes)
  {
    std::map<std::int64_t, double> places; // of blocks, from the left
    double heads = 0.0;
    for (const auto& head : mesh.heads)
    {
      heads = static_cast<double>(head.similarity.size());
      const auto place = static_cast<double>(places.size()) * (heads + between);
      const double left = places.emplace(head.block, place).first->second;
      for (std::size_t other = 0; other < head.similarity.size(); ++other)
      {
        squares.add(left + static_cast<double>(other), below + static_cast<double>(head.head),
          { { "Block", static_cast<int>(head.block) }, { "Head", static_cast<int>(head.head) },
            { "OtherHead", static_cast<int>(other) }, { "Chosen", isChosen(head.block, head.head) ? 1 : 0 } },
          { { "Similarity", head.similarity[other] } });
      }
    }
    below += heads + between;
  }
  squares.fill(map);
}
}
