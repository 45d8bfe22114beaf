#include "spectrum/pass.h"

#include "data/batch.h"
#include "device.h"
#include "spectrum/together.h"

namespace flare::spectrum
{
Pass::Pass(const Model& model, const Case& c, Device device, const SpectrumOptions& options,
  Communicator& communicator)
  : architecture_(model.info().architecture)
  , name_(c.name)
  , options_(options)
  , communicator_(communicator)
{
  check(model.info().signature, c, communicator_);
  const auto type = options.precision == SpectrumPrecision::Precise ? torch::kFloat64 : torch::kFloat32;
  together(communicator_,
    [&]
    {
      const auto target = torchDevice(resolveDevice(device));
      network_ = nn::instantiate(model, target, type);
      input_ = inputTensor(model.info(), c, type).to(target);
      segments_ = segmentOf(c, target, &communicator_);
    });
}

bool Pass::run(std::int64_t block, const std::function<bool(BlockFactors)>& visit)
{
  last_ = block < 0 ? architecture_.blocks - 1 : block;
  bool goesOn = true;
  network_->forEachBlock(std::move(input_), segments_,
    [&](std::int64_t b, const nn::FlareModelImpl::QueryKey& factors)
    {
      block_ = b;
      if (b < block)
      {
        report(0.0);
        goesOn = !stoppedAnywhere();
        return goesOn;
      }
      goesOn = visit({ name_, b, factors.q, factors.k, architecture_.attentionScale, segments_.counted });
      return goesOn && b < last_;
    });
  return goesOn;
}

bool Pass::report(double part)
{
  const double done = (static_cast<double>(block_) + part) / static_cast<double>(last_ + 1);
  stopped_ = stopped_ || (options_.progress && !options_.progress(done));
  return !stopped_;
}

// Agreed, so that no rank waits for one that has left.
bool Pass::stoppedAnywhere()
{
  double stopped = stopped_ ? 1.0 : 0.0;
  communicator_.max(&stopped, 1);
  stopped_ = stopped > 0.0;
  return stopped_;
}
}
