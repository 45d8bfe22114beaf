#pragma once

#include "flare/spectrum.h"
#include "nn/flare_model.h"
#include "spectrum/gram.h"

#include <torch/torch.h>

#include <functional>
#include <string>
#include <vector>

namespace flare::spectrum
{
using QueryKey = nn::FlareModelImpl::QueryKey;

// One forward pass of a model over a case, which stops at blocks to look at their scores. Collective.
class Pass
{
public:
  // Throws Error for a case that does not fit the model and for a device that cannot be used.
  Pass(const Model& model, const Case& c, Device device, const SpectrumOptions& options,
    Communicator& communicator);

  // Calls visit for one block, or for all of them (-1). False when the user stopped the pass.
  bool run(std::int64_t block, const std::function<void(std::int64_t block, const QueryKey& factors)>& visit);

  // The heads' matrices over the points of all ranks; none when the user stopped. Throws Error when
  // scores are not finite.
  std::vector<HeadGram> gather(
    std::int64_t block, const QueryKey& factors, const std::vector<std::int64_t>& heads);

  // Indices of the points that take part in sums, on the network's device; undefined when all do.
  const torch::Tensor& counted() const { return segments_.counted; }

private:
  // Empty when it was stopped.
  std::vector<HeadGram> sums(
    std::int64_t block, const QueryKey& factors, const std::vector<std::int64_t>& heads);
  torch::Tensor countedKeys(const torch::Tensor& k) const;
  void stream(std::int64_t block, const torch::Tensor& k, const std::vector<std::int64_t>& heads,
    std::vector<GramStream>& streams);
  void report(std::int64_t block, double part);
  bool stoppedAnywhere();

  const Architecture& architecture_;
  std::string name_; // of the case
  const SpectrumOptions& options_;
  Communicator& communicator_;
  Segments segments_;
  nn::FlareModel network_{ nullptr };
  torch::Tensor input_;
  std::int64_t last_ = 0; // block that ends the pass
  bool stopped_ = false;
};
}
