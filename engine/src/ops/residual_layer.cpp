#include "ops/residual_layer.h"

namespace flare::ops
{
namespace
{
using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class ResidualLayer : public torch::autograd::Function<ResidualLayer>
{
public:
  static Tensor forward(AutogradContext* context, const Tensor& y, const Tensor& weight, const Tensor& bias)
  {
    context->save_for_backward({ y, weight, bias });
    const auto type = y.scalar_type();
    const auto narrow = weight.to(type).t();
    // LibTorch makes GELU a part of the product on a GPU only, and in its tanh form there only; in double
    // that is right to 3e-11 only (LibTorch 2.11, H200).
    auto added = y.is_cuda() && type != torch::kFloat64
                   ? at::_addmm_activation(bias.to(type), y, narrow, 1, 1, true)
                   : at::gelu(at::addmm(bias.to(type), y, narrow), "tanh");
    return added.add_(y);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients)
  {
    const auto saved = context->get_saved_variables();
    const auto &y = saved[0], &weight = saved[1], &bias = saved[2];
    const auto type = y.scalar_type();
    const auto narrow = weight.to(type);
    const auto dy = gradients[0].to(type);
    auto hidden = at::addmm(bias.to(type), y, narrow.t());
    const auto dHidden = at::gelu_backward(dy, hidden, "tanh");
    hidden.reset();
    return { at::addmm(dy, dHidden, narrow), dHidden.t().mm(y).to(weight.scalar_type()),
      dHidden.sum(0, false, bias.scalar_type()) };
  }
};
}

Tensor residualLayer(const Tensor& y, const Tensor& weight, const Tensor& bias)
{
  return ResidualLayer::apply(y, weight, bias);
}
}
