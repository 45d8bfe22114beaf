#pragma once

#include "input_watch.h"
#include "model_cache.h"

#include "flare/dataset.h"

#include <memory>
#include <optional>
#include <vector>

class vtkDataObject;

namespace flare::filters
{
// The meshes of a filter's last input as the network takes them, kept while nothing but parameters changes.
class PreparedMeshes
{
public:
  // To be called once per execution, before of(): forgets everything when the input, how its blocks are
  // taken, or the network are not those of the last execution. Collective.
  void watch(vtkDataObject* input, bool merged, const std::shared_ptr<SharedPredictor>& predictor,
    Communicator& communicator);

  // The index-th mesh of the input. Collective.
  PreparedMesh& of(std::size_t index, const Case& c);

private:
  InputWatch input_;
  std::weak_ptr<SharedPredictor> predictor_;
  std::vector<std::optional<PreparedMesh>> meshes_;
};
}
