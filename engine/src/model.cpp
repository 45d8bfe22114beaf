#include "flare/model.h"

#include "data/hash.h"
#include "flare/error.h"
#include "model_impl.h"
#include "nn/flare_model.h"
#include "nn/state_shapes.h"

#include <ATen/CPUGeneratorImpl.h>

namespace flare
{
Model::Model(std::shared_ptr<const Impl> impl)
  : impl_(std::move(impl))
{
}

const ModelInfo& Model::info() const
{
  return impl_->info;
}

Model Model::create(const ModelInfo& info, std::uint64_t seed)
{
  const auto wanted = info.signature.inputChannels() + info.encoding.channels();
  if (info.architecture.inputs != wanted || info.architecture.outputs != info.signature.targetChannels())
  {
    throw Error("the network takes " + std::to_string(info.architecture.inputs) + " channels and gives " +
                std::to_string(info.architecture.outputs) + ", but the data have " + std::to_string(wanted) +
                " and " + std::to_string(info.signature.targetChannels()));
  }
  nn::FlareModel network(info.architecture);
  nn::initialise(network, at::make_generator<at::CPUGeneratorImpl>(seed));
  auto impl = std::make_shared<Impl>();
  impl->info = info;
  impl->state = nn::stateOf(network);
  impl->info.parameters = nn::parameterCount(nn::expectedState(info.architecture));
  return Model(impl);
}

std::string Model::fingerprint() const
{
  Hash hash;
  for (const auto& [name, values] : weights())
  {
    hash.add(name);
    for (const double value : values)
    {
      hash.add(value);
    }
  }
  return hash.text();
}

std::map<std::string, std::vector<double>> Model::weights() const
{
  std::map<std::string, std::vector<double>> result;
  for (const auto& [name, tensor] : impl_->state)
  {
    const auto wide = tensor.to(torch::kFloat64).contiguous();
    const auto* data = wide.data_ptr<double>();
    result[name].assign(data, data + wide.numel());
  }
  return result;
}
}
