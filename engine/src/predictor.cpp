#include "predictor_impl.h"

#include "data/batch.h"
#include "data/channels.h"
#include "data/check.h"
#include "device.h"
#include "flare/error.h"

#include <algorithm>
#include <cmath>

namespace flare
{
namespace
{
template<typename Scalar>
void decode(
  const torch::Tensor& normalised, const ChannelScaling& scaling, int first, const MutableArrayView& out)
{
  const auto y = normalised.to(torch::kFloat64).contiguous();
  const auto* rows = y.data_ptr<double>();
  auto* values = static_cast<Scalar*>(out.data);
  const auto width = y.size(1);
  for (std::int64_t i = 0; i < y.size(0); ++i)
  {
    for (int d = 0; d < out.components; ++d)
    {
      const auto c = first + d;
      values[i * out.components + d] =
        static_cast<Scalar>(rows[i * width + c] * scaling.scale[c] + scaling.mean[c]);
    }
  }
}

std::string outputProblem(
  const Signature& signature, std::int64_t count, const std::vector<MutableArrayView>& outputs)
{
  if (outputs.size() != signature.targets.size())
  {
    return "the model predicts " + std::to_string(signature.targets.size()) +
           " fields, but room was given for " + std::to_string(outputs.size());
  }
  for (std::size_t f = 0; f < outputs.size(); ++f)
  {
    const auto& out = outputs[f];
    if (out.tuples != count || out.components != signature.targets[f].components ||
        (out.type != ScalarType::Float32 && out.type != ScalarType::Float64))
    {
      return "the output array for '" + signature.targets[f].name + "' has the wrong size or type";
    }
  }
  return {};
}
}

Predictor::Predictor(
  Model model, Device device, Precision precision, std::shared_ptr<Communicator> communicator)
{
  const auto resolved = resolveDevice(device);
  requirePrecision(resolved, precision);
  const auto type = torchType(precision);
  auto network = nn::instantiate(model, torchDevice(resolved), type);
  network->setNarrowBlocks(precision == Precision::BFloat16);
  impl_ = std::make_unique<Impl>(
    Impl{ std::move(model), resolved, type, std::move(communicator), std::move(network), 0 });
}

Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

const Model& Predictor::model() const
{
  return impl_->model;
}

Device Predictor::device() const
{
  return impl_->device;
}

PreparedMesh::PreparedMesh(std::shared_ptr<Impl> impl)
  : impl_(std::move(impl))
{
}

std::int64_t PreparedMesh::count() const
{
  return impl_->x.size(0);
}

PreparedMesh Predictor::Impl::prepare(const Case& c)
{
  ++preparations;
  const auto target = torchDevice(device);
  return PreparedMesh(std::make_shared<PreparedMesh::Impl>(PreparedMesh::Impl{
    c.name, segmentOf(c, target, communicator.get()), inputTensor(model.info(), c, type).to(target) }));
}

torch::Tensor Predictor::Impl::run(const PreparedMesh& mesh)
{
  torch::NoGradGuard guard;
  return network->forward(mesh.impl().x, mesh.impl().segments).to(torch::kCPU);
}

torch::Tensor Predictor::Impl::run(const Case& c)
{
  return run(prepare(c));
}

PreparedMesh Predictor::prepare(const Case& c)
{
  check(impl_->model.info().signature, c, *impl_->communicator);
  return impl_->prepare(c);
}

std::size_t Predictor::preparations() const
{
  return impl_->preparations;
}

void Predictor::predict(const Case& c, const std::vector<MutableArrayView>& outputs)
{
  agree(*impl_->communicator, outputProblem(impl_->model.info().signature, c.count(), outputs));
  predict(prepare(c), c.parameters, c.time, outputs);
}

void Predictor::predict(const PreparedMesh& mesh, const std::vector<double>& parameters, double time,
  const std::vector<MutableArrayView>& outputs)
{
  const auto& info = impl_->model.info();
  auto problem = outputProblem(info.signature, mesh.count(), outputs);
  if (problem.empty())
  {
    problem = constantProblem(info.signature, parameters, time);
    problem = problem.empty() ? problem : "case '" + mesh.impl().name + "': " + problem;
  }
  agree(*impl_->communicator, problem);
  fillConstants(info, parameters, time, mesh.impl().x);
  const auto y = impl_->run(mesh);
  const auto offsets = fieldOffsets(info.signature);
  for (std::size_t f = 0; f < outputs.size(); ++f)
  {
    const auto& scaling = info.normalisation.targets;
    outputs[f].type == ScalarType::Float64 ? decode<double>(y, scaling, offsets[f], outputs[f])
                                           : decode<float>(y, scaling, offsets[f], outputs[f]);
  }
}

std::vector<unsigned char> insideEnvelope(
  const ModelInfo& info, const Case& c, std::vector<std::string>* outside)
{
  if (info.envelope.empty())
  {
    return {};
  }
  // Room for the rounding of values that were stored in another type.
  constexpr double tolerance = 1e-6;
  std::vector<unsigned char> inside(static_cast<std::size_t>(c.count()), 1);
  const auto channels = inputChannels(info.signature, c);
  const auto names = info.signature.inputChannelNames();
  for (std::size_t k = 0; k < channels.size(); ++k)
  {
    const double low = info.envelope.minimum[k], high = info.envelope.maximum[k];
    const double margin = tolerance * (high > low ? high - low : std::max(std::abs(low), std::abs(high)));
    bool exceeded = false;
    for (std::int64_t i = 0; i < c.count(); ++i)
    {
      const auto& channel = channels[k];
      const double value = channel.array ? channel.array->at(i, channel.component) : channel.constant;
      if (!(value >= low - margin && value <= high + margin))
      {
        inside[static_cast<std::size_t>(i)] = 0;
        exceeded = true;
      }
    }
    if (exceeded && outside)
    {
      outside->push_back(names[k]);
    }
  }
  return inside;
}
}
