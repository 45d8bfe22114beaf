#include "ops/gelu.h"

#include "cpu/gelu_kernel.h"
#include "flare/interruption.h"

#include <ATen/Parallel.h>

namespace flare::ops
{
namespace
{
using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Values that are worth a second thread: some ten microseconds.
constexpr std::int64_t grain = 1 << 15;

template<typename T>
void compute(const Tensor& x, const Tensor& added, Tensor& y, Tensor* slope)
{
  const auto* in = x.data_ptr<T>();
  const auto* plus = added.defined() ? added.data_ptr<T>() : nullptr;
  auto* out = y.data_ptr<T>();
  auto* slopes = slope ? slope->data_ptr<T>() : nullptr;
  at::parallel_for(0, x.numel(), grain,
    [&](std::int64_t begin, std::int64_t end)
    {
      const auto* from = plus ? plus + begin : nullptr;
      slopes ? cpu::geluWithSlope(in + begin, from, out + begin, slopes + begin, end - begin)
             : cpu::gelu(in + begin, from, out + begin, end - begin);
    });
}

Tensor computed(const Tensor& x, const Tensor& added, Tensor* slope)
{
  auto y = torch::empty_like(x);
  x.scalar_type() == torch::kFloat64 ? compute<double>(x, added, y, slope)
                                     : compute<float>(x, added, y, slope);
  return y;
}

class GeluFunction : public torch::autograd::Function<GeluFunction>
{
public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const std::optional<Tensor>& added)
  {
    auto slope = torch::empty_like(x);
    const auto y = computed(x, added.value_or(Tensor()), &slope);
    context->save_for_backward({ slope });
    context->saved_data["adds"] = added.has_value();
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients)
  {
    throwIfInterrupted();
    const auto& dy = gradients[0];
    return { dy * context->get_saved_variables()[0], context->saved_data["adds"].toBool() ? dy : Tensor() };
  }
};

bool supports(const Tensor& x)
{
  return x.is_cpu() && (x.scalar_type() == torch::kFloat32 || x.scalar_type() == torch::kFloat64);
}

Tensor apply(const Tensor& x, const Tensor& added)
{
  throwIfInterrupted();
  const bool graph =
    torch::GradMode::is_enabled() && (x.requires_grad() || (added.defined() && added.requires_grad()));
  return graph ? GeluFunction::apply(x, added.defined() ? std::optional(added) : std::nullopt)
               : computed(x, added, nullptr);
}
}

Tensor gelu(const Tensor& x)
{
  return supports(x) ? apply(x.contiguous(), Tensor()) : at::gelu(x, "tanh");
}

Tensor addGelu(const Tensor& added, const Tensor& x)
{
  TORCH_CHECK(added.sizes() == x.sizes(), "addGelu: two tensors of one shape are added");
  return supports(x) && added.scalar_type() == x.scalar_type() ? apply(x.contiguous(), added.contiguous())
                                                               : added + at::gelu(x, "tanh");
}
}
