#pragma once

#include "flare/predictor.h"
#include "nn/flare_model.h"

#include <torch/torch.h>

#include <string>

namespace flare
{
struct PreparedMesh::Impl
{
  std::string name; // of the case, for messages
  Segments segments;
  torch::Tensor x; // [N, inputs]; the columns of parameters and time are those of the last prediction
};

struct Predictor::Impl
{
  Model model;
  Device device; // resolved
  torch::ScalarType type;
  std::shared_ptr<Communicator> communicator;
  nn::FlareModel network;
  std::size_t preparations = 0;

  // Normalised prediction [N, target channels], on the CPU, in the network's type.
  torch::Tensor run(const Case& c);

  PreparedMesh prepare(const Case& c);
  torch::Tensor run(const PreparedMesh& mesh);
};
}
