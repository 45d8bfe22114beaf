#include "nn/mixer.h"

#include "nn/latents.h"
#include "ops/mix.h"

namespace flare::nn
{
namespace
{
ResidualMlp projection(const Architecture& a, int layers, double ratio)
{
  return ResidualMlp(ResidualMlpOptions{ a.channels, static_cast<std::int64_t>(a.channels * ratio),
    a.channels, layers, a.activation, true, true });
}
}

MixerImpl::MixerImpl(const Architecture& architecture)
  : architecture_(architecture)
{
  const auto& a = architecture_;
  latents = register_parameter(
    "latent_q", torch::empty({ a.sharedLatents ? a.headDimension() : a.channels, a.latents }));
  if (a.queryKeyNorm)
  {
    q_norm_ = register_module("q_norm", NormalisationLayer(a.headDimension(), a.norm));
    k_norm_ = register_module("k_norm", NormalisationLayer(a.headDimension(), a.norm));
  }
  k_proj_ = register_module("k_proj", projection(a, a.keyLayers, a.keyRatio));
  v_proj_ = register_module("v_proj", projection(a, a.valueLayers, a.valueRatio));
  out_proj_ = register_module("out_proj", torch::nn::Linear(a.channels, a.channels));
}

torch::Tensor MixerImpl::queries()
{
  const auto& a = architecture_;
  auto q = latentsByHead(latents, a);
  if (q_norm_)
  {
    q = q_norm_->forward(q);
  }
  return q.expand({ a.heads, a.latents, a.headDimension() });
}

torch::Tensor MixerImpl::keys(const torch::Tensor& x)
{
  const auto& a = architecture_;
  auto k = k_proj_->forward(x);
  if (k_norm_)
  {
    k = k_norm_->forward(k.view({ -1, a.heads, a.headDimension() })).view({ -1, a.channels });
  }
  return k;
}

torch::Tensor MixerImpl::forward(const torch::Tensor& x, const Segments& segments)
{
  const auto y = ops::mix(queries(), keys(x), v_proj_->forward(x), architecture_.attentionScale, segments);
  return out_proj_->forward(y);
}
}
