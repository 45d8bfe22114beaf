#include "train/adamw.h"

#include <cmath>

namespace flare::train
{
void adamW(torch::Tensor weights, const torch::Tensor& gradient, torch::Tensor first, torch::Tensor second,
  const AdamWStep& step)
{
  torch::NoGradGuard guard;
  if (step.weightDecay != 0.0 && step.decayed > 0)
  {
    weights.narrow(0, 0, step.decayed).mul_(1.0 - step.rate * step.weightDecay);
  }
  const auto t = static_cast<double>(step.number);
  const double correction1 = 1.0 - std::pow(step.beta1, t);
  const double correction2 = 1.0 - std::pow(step.beta2, t);
  first.lerp_(gradient, 1.0 - step.beta1);
  second.mul_(step.beta2).addcmul_(gradient, gradient, 1.0 - step.beta2);
  const auto root = second.sqrt().div_(std::sqrt(correction2)).add_(step.epsilon);
  weights.addcdiv_(first, root, -step.rate / correction1);
}
}
