#include "mesh_blocks.h"

#include "parallel.h"

#include <vtkCellTypes.h>
#include <vtkCompositeDataSet.h>
#include <vtkImageData.h>
#include <vtkInformation.h>
#include <vtkMultiBlockDataSet.h>
#include <vtkNew.h>
#include <vtkPartitionedDataSet.h>
#include <vtkPartitionedDataSetCollection.h>
#include <vtkPolyData.h>
#include <vtkUnsignedCharArray.h>
#include <vtkUnstructuredGrid.h>

#include <algorithm>
#include <map>
#include <set>

namespace flare::filters
{
namespace
{
using FieldChain = std::vector<vtkSmartPointer<vtkFieldData>>;

int cellDimension(vtkDataSet* data)
{
  if (auto* poly = vtkPolyData::SafeDownCast(data))
  {
    return poly->GetNumberOfPolys() + poly->GetNumberOfStrips() > 0 ? 2
           : poly->GetNumberOfLines() > 0                           ? 1
                                                                    : 0;
  }
  if (auto* image = vtkImageData::SafeDownCast(data))
  {
    return image->GetDataDimension();
  }
  int dimension = 0;
  if (auto* grid = vtkUnstructuredGrid::SafeDownCast(data))
  {
    auto* distinct = grid->GetDistinctCellTypesArray();
    for (vtkIdType i = 0; i < distinct->GetNumberOfValues(); ++i)
    {
      dimension = std::max(dimension, vtkCellTypes::GetDimension(distinct->GetValue(i)));
    }
    return dimension;
  }
  vtkNew<vtkCellTypes> types;
  data->GetCellTypes(types);
  for (vtkIdType i = 0; i < types->GetNumberOfTypes(); ++i)
  {
    dimension = std::max(dimension, vtkCellTypes::GetDimension(types->GetCellType(i)));
  }
  return dimension;
}

void addPiece(Block& block, vtkDataSet* data)
{
  if (data && data->GetNumberOfPoints() > 0)
  {
    block.mesh.pieces.emplace_back(data);
    block.points += data->GetNumberOfPoints();
    // Only blocks of a composite are told apart by it, and it can take a look at every cell.
    block.dimension = block.path.empty() ? 0 : std::max(block.dimension, cellDimension(data));
    block.mesh.fieldData.insert(block.mesh.fieldData.begin(), data->GetFieldData());
  }
}

class Walk
{
public:
  std::vector<Block> blocks;

  void visit(vtkDataObject* node, std::vector<unsigned int> path, const std::string& name, FieldChain fields)
  {
    auto* set = vtkDataSet::SafeDownCast(node);
    auto* pieces = vtkPartitionedDataSet::SafeDownCast(node);
    if (set || pieces)
    {
      Block block;
      block.path = std::move(path);
      block.name = name;
      block.mesh.fieldData = std::move(fields);
      if (pieces)
      {
        block.mesh.fieldData.insert(block.mesh.fieldData.begin(), pieces->GetFieldData());
        for (unsigned int i = 0; i < pieces->GetNumberOfPartitions(); ++i)
        {
          addPiece(block, pieces->GetPartition(i));
        }
      }
      else
      {
        addPiece(block, set);
      }
      blocks.push_back(std::move(block));
      return;
    }
    if (node)
    {
      fields.insert(fields.begin(), node->GetFieldData());
    }
    if (auto* tree = vtkMultiBlockDataSet::SafeDownCast(node))
    {
      for (unsigned int i = 0; i < tree->GetNumberOfBlocks(); ++i)
      {
        visitChild(
          tree->GetBlock(i), tree->HasMetaData(i) ? tree->GetMetaData(i) : nullptr, i, path, name, fields);
      }
    }
    else if (auto* collection = vtkPartitionedDataSetCollection::SafeDownCast(node))
    {
      for (unsigned int i = 0; i < collection->GetNumberOfPartitionedDataSets(); ++i)
      {
        visitChild(collection->GetPartitionedDataSet(i),
          collection->HasMetaData(i) ? collection->GetMetaData(i) : nullptr, i, path, name, fields);
      }
    }
  }

private:
  void visitChild(vtkDataObject* child, vtkInformation* meta, unsigned int index,
    std::vector<unsigned int> path, const std::string& parent, const FieldChain& fields)
  {
    path.push_back(index);
    const char* given = meta ? meta->Get(vtkCompositeDataSet::NAME()) : nullptr;
    const std::string own = given ? given : std::to_string(index);
    visit(child, path, parent.empty() ? own : parent + "/" + own, fields);
  }
};

vtkMultiProcessStream describe(const std::vector<Block>& blocks)
{
  vtkMultiProcessStream stream;
  stream << static_cast<int>(blocks.size());
  for (const auto& block : blocks)
  {
    stream << static_cast<int>(block.path.size());
    for (const auto index : block.path)
    {
      stream << index;
    }
    stream << block.name << block.dimension << static_cast<vtkTypeInt64>(block.points);
  }
  return stream;
}

std::vector<Block> readDescription(vtkMultiProcessStream stream)
{
  int count = 0;
  stream >> count;
  std::vector<Block> blocks(static_cast<std::size_t>(count));
  for (auto& block : blocks)
  {
    int depth = 0;
    stream >> depth;
    block.path.resize(static_cast<std::size_t>(depth));
    for (auto& index : block.path)
    {
      stream >> index;
    }
    vtkTypeInt64 points = 0;
    stream >> block.name >> block.dimension >> points;
    block.points = points;
  }
  return blocks;
}
}

std::vector<Block> findBlocks(vtkDataObject* data, Communicator& communicator)
{
  Walk walk;
  walk.visit(data, {}, "", {});
  // A rank may lack blocks that others have, so the list is the union over the ranks.
  std::map<std::vector<unsigned int>, Block> all;
  for (const auto& stream : gather(communicator, describe(walk.blocks)))
  {
    for (const auto& block : readDescription(stream))
    {
      auto& entry = all[block.path];
      entry.path = block.path;
      entry.name = block.name;
      entry.dimension = std::max(entry.dimension, block.dimension);
      entry.points += block.points;
    }
  }
  for (auto& mine : walk.blocks)
  {
    all[mine.path].mesh = std::move(mine.mesh);
  }
  std::vector<Block> result;
  for (auto& entry : all)
  {
    entry.second.mesh.name = entry.second.name;
    result.push_back(std::move(entry.second));
  }
  return result;
}

std::vector<Block> volumeBlocks(std::vector<Block> blocks, std::size_t* leftOut)
{
  int dimension = -1;
  for (const auto& block : blocks)
  {
    dimension = std::max(dimension, block.dimension);
  }
  const auto before = blocks.size();
  const auto isOther = [&](const Block& block) { return block.points == 0 || block.dimension < dimension; };
  blocks.erase(std::remove_if(blocks.begin(), blocks.end(), isOther), blocks.end());
  if (leftOut)
  {
    *leftOut = before - blocks.size();
  }
  return blocks;
}

CaseMesh mergeBlocks(const std::vector<Block>& blocks)
{
  CaseMesh merged;
  for (const auto& block : blocks)
  {
    merged.pieces.insert(merged.pieces.end(), block.mesh.pieces.begin(), block.mesh.pieces.end());
    merged.fieldData.insert(merged.fieldData.end(), block.mesh.fieldData.begin(), block.mesh.fieldData.end());
  }
  return merged;
}

namespace
{
// Tables tell meshes apart by their names; blocks may have the same.
void makeNamesUnique(std::vector<CaseMesh>& meshes)
{
  std::set<std::string> taken;
  for (auto& mesh : meshes)
  {
    const auto name = mesh.name;
    for (int number = 2; !taken.insert(mesh.name).second; ++number)
    {
      mesh.name = name + " (" + std::to_string(number) + ")";
    }
  }
}
}

std::vector<CaseMesh> meshesOf(vtkDataObject* data, double time, bool merged, Communicator& communicator)
{
  const auto blocks = volumeBlocks(findBlocks(data, communicator));
  if (blocks.empty())
  {
    throw Error("the input has no points. Check the reader and the filters before this one");
  }
  std::vector<CaseMesh> meshes;
  for (const auto& block : blocks)
  {
    meshes.push_back(block.mesh);
    meshes.back().name = block.name.empty() ? "input" : "block " + block.name;
    meshes.back().time = time;
  }
  if (merged && meshes.size() > 1)
  {
    meshes = { mergeBlocks(blocks) };
    meshes.front().name = "input";
    meshes.front().time = time;
  }
  makeNamesUnique(meshes);
  return meshes;
}

double timeOf(vtkDataObject* data)
{
  auto* information = data ? data->GetInformation() : nullptr;
  return information && information->Has(vtkDataObject::DATA_TIME_STEP())
           ? information->Get(vtkDataObject::DATA_TIME_STEP())
           : std::nan("");
}
}
