#include "prepared_meshes.h"

namespace flare::filters
{
void PreparedMeshes::watch(vtkDataObject* input, bool merged,
  const std::shared_ptr<SharedPredictor>& predictor, Communicator& communicator)
{
  std::int64_t other = predictor != predictor_.lock() ? 1 : 0;
  communicator.sum(&other, 1);
  if (input_.changed(input, merged ? "merged" : "apart", communicator) || other > 0)
  {
    meshes_.clear();
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
