#include "train/state.h"

#include <utility>

namespace flare::train
{
TrainingState TrainingState::initial(const ParameterLayout& layout, torch::Tensor weights, CaseOrder order)
{
  const auto zeros = [options = weights.options()](std::int64_t size)
  { return torch::zeros({ size }, options); };
  auto averaged = weights.clone();
  return { std::move(weights), std::move(averaged), zeros(layout.adamW()), zeros(layout.adamW()),
    zeros(layout.size() - layout.adamW()), 0, std::move(order) };
}

TrainingState TrainingState::clone() const
{
  auto copy = *this;
  for (auto* tensor : { &copy.weights, &copy.averaged, &copy.first, &copy.second, &copy.momentum })
  {
    *tensor = tensor->clone();
  }
  return copy;
}

void TrainingState::assign(const TrainingState& other)
{
  torch::NoGradGuard guard;
  auto mine = *this; // the tensors, which share their memory
  *this = other;
  const auto take = [](torch::Tensor& tensor, torch::Tensor& old)
  {
    old.copy_(tensor);
    tensor = old;
  };
  take(weights, mine.weights);
  take(averaged, mine.averaged);
  take(first, mine.first);
  take(second, mine.second);
  take(momentum, mine.momentum);
}
}
