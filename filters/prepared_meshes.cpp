#include "prepared_meshes.h"

#include <vtkDataObject.h>
#include <vtkDataObjectTree.h>
#include <vtkDataObjectTreeIterator.h>
#include <vtkSmartPointer.h>

namespace flare::filters
{
namespace
{
std::vector<std::pair<const void*, vtkMTimeType>> timesOf(vtkDataObject* data)
{
  std::vector<std::pair<const void*, vtkMTimeType>> times{ { data, data->GetMTime() } };
  if (auto* tree = vtkDataObjectTree::SafeDownCast(data))
  {
    vtkSmartPointer<vtkDataObjectTreeIterator> leaves;
    leaves.TakeReference(tree->NewTreeIterator());
    for (leaves->InitTraversal(); !leaves->IsDoneWithTraversal(); leaves->GoToNextItem())
    {
      auto* leaf = leaves->GetCurrentDataObject();
      times.emplace_back(leaf, leaf->GetMTime());
    }
  }
  return times;
}
}

void PreparedMeshes::watch(vtkDataObject* input, bool merged,
  const std::shared_ptr<SharedPredictor>& predictor, Communicator& communicator)
{
  auto now = timesOf(input);
  std::int64_t news = now != seen_ || merged != merged_ || predictor != predictor_.lock() ? 1 : 0;
  communicator.sum(&news, 1);
  if (news > 0)
  {
    meshes_.clear();
    seen_ = std::move(now);
    merged_ = merged;
    predictor_ = predictor;
  }
}

PreparedMesh& PreparedMeshes::of(std::size_t index, const Case& c)
{
  if (meshes_.size() <= index)
  {
    meshes_.resize(index + 1);
  }
  auto& mesh = meshes_[index];
  if (!mesh)
  {
    mesh = predictor_.lock()->predictor.prepare(c);
  }
  return *mesh;
}
}
