#pragma once

#include "flare/spectrum.h"
#include "nn/flare_model.h"
#include "spectrum/block_factors.h"

#include <functional>
#include <string>

namespace flare::spectrum
{
// One forward pass of a model over a case, which stops at blocks to look at their scores. Collective.
class Pass
{
public:
  // Throws Error for a case that does not fit the model and for a device that cannot be used.
  Pass(const Model& model, const Case& c, Device device, const SpectrumOptions& options,
    Communicator& communicator);

  // Calls visit for one block, or for all of them (-1). False when the user stopped the pass, or a visit said
  // so by returning false, which it must do on all ranks.
  bool run(std::int64_t block, const std::function<bool(BlockFactors factors)>& visit);

  // To be called during a visit with 0..1; false when the user wants to stop.
  bool report(double part);

private:
  bool stoppedAnywhere();

  const Architecture& architecture_;
  std::string name_; // of the case
  const SpectrumOptions& options_;
  Communicator& communicator_;
  Segments segments_;
  nn::FlareModel network_{ nullptr };
  torch::Tensor input_;
  std::int64_t block_ = 0; // the pass is at
  std::int64_t last_ = 0;  // that ends the pass
  bool stopped_ = false;
};
}
