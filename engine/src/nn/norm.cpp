#include "nn/norm.h"

namespace flare::nn
{
namespace
{
constexpr double layerNormEpsilon = 1e-5;
}

NormalisationLayerImpl::NormalisationLayerImpl(std::int64_t width, Norm kind)
  : width_(width)
{
  weight_ = register_parameter("weight", torch::ones({ width }));
  if (kind == Norm::Layer)
  {
    bias_ = register_parameter("bias", torch::zeros({ width }));
  }
}

torch::Tensor NormalisationLayerImpl::forward(const torch::Tensor& x)
{
  if (bias_.defined())
  {
    return torch::layer_norm(x, { width_ }, weight_, bias_, layerNormEpsilon);
  }
  return at::rms_norm(x, { width_ }, weight_, std::nullopt);
}

void NormalisationLayerImpl::reset()
{
  torch::NoGradGuard guard;
  weight_.fill_(1.0);
  if (bias_.defined())
  {
    bias_.zero_();
  }
}
}
