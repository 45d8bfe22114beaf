#include "nn/residual_mlp.h"

#include "ops/gelu.h"
#include "ops/residual_layer.h"

namespace flare::nn
{
namespace
{
// Without gradients nothing needs to be kept between the layers, so the rows go through all of them in
// groups whose hidden values stay in a core's cache: 2048 rows of 64 channels are half a megabyte.
constexpr std::int64_t cachedValues = 2048 * 64;
}

ResidualMlpImpl::ResidualMlpImpl(const ResidualMlpOptions& options)
  : options_(options)
{
  if (options.layers == -1)
  {
    fc_ = register_module("fc", torch::nn::Linear(options.in, options.out));
    options_.inputResidual = options.inputResidual && options.outputResidual && options.in == options.out;
    return;
  }
  fc1_ = register_module("fc1", torch::nn::Linear(options.in, options.hidden));
  fcs_ = register_module("fcs", torch::nn::ModuleList());
  for (int i = 0; i < options.layers; ++i)
  {
    fcs_->push_back(torch::nn::Linear(options.hidden, options.hidden));
  }
  fc2_ = register_module("fc2", torch::nn::Linear(options.hidden, options.out));
  options_.inputResidual = options.inputResidual && options.in == options.hidden;
  options_.outputResidual = options.outputResidual && options.hidden == options.out;
}

torch::Tensor ResidualMlpImpl::activated(const torch::Tensor& x) const
{
  return options_.activation == Activation::Gelu ? ops::gelu(x) : at::silu(x);
}

torch::Tensor ResidualMlpImpl::plusActivated(const torch::Tensor& y, const torch::Tensor& x) const
{
  return options_.activation == Activation::Gelu ? ops::addGelu(y, x) : y + at::silu(x);
}

torch::Tensor ResidualMlpImpl::plusLayer(const torch::Tensor& y, torch::nn::LinearImpl& layer) const
{
  return y.is_cuda() && options_.activation == Activation::Gelu
           ? ops::residualLayer(y, layer.weight, layer.bias)
           : plusActivated(y, layer.forward(y));
}

torch::Tensor ResidualMlpImpl::rows(const torch::Tensor& x)
{
  if (fc_)
  {
    const auto y = fc_->forward(x);
    return options_.inputResidual ? x + y : y;
  }
  auto y = options_.inputResidual ? plusLayer(x, *fc1_) : activated(fc1_->forward(x));
  for (const auto& layer : *fcs_)
  {
    y = plusLayer(y, *layer->as<torch::nn::Linear>());
  }
  const auto out = fc2_->forward(y);
  return options_.outputResidual ? y + out : out;
}

torch::Tensor ResidualMlpImpl::forward(const torch::Tensor& x)
{
  const auto group = std::max<std::int64_t>(1, cachedValues / std::max(options_.hidden, options_.in));
  if (at::GradMode::is_enabled() || x.is_cuda() || x.size(0) <= group)
  {
    return rows(x);
  }
  auto out = torch::empty({ x.size(0), options_.out }, x.options());
  for (std::int64_t begin = 0; begin < x.size(0); begin += group)
  {
    const auto count = std::min(group, x.size(0) - begin);
    out.narrow(0, begin, count).copy_(rows(x.narrow(0, begin, count)));
  }
  return out;
}
}
