#include "ops/vector_math.h"

#include <torch/torch.h>

#include <mutex>

namespace flare::ops
{
void resolveVectorMath()
{
  static std::once_flag once;
  std::call_once(once,
    []
    {
      torch::NoGradGuard guard;
      for (const auto type : { torch::kFloat32, torch::kFloat64 })
      {
        const auto x = torch::full({ 1 }, 0.5, type);
        for (const auto function : { torch::exp, torch::expm1, torch::log, torch::log1p, torch::sqrt,
               torch::tanh, torch::erf, torch::sin, torch::cos })
        {
          function(x);
        }
      }
    });
}
}
