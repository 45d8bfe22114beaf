#include "train/growth.h"

#include "flare/error.h"
#include "flare/latents.h"
#include "nn/latents.h"
#include "nn/state_shapes.h"
#include "train/training_run.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <functional>
#include <map>

namespace flare
{
namespace train
{
Architecture beginning(Architecture architecture, int doublings)
{
  const auto parts = std::int64_t{ 1 } << std::clamp(doublings, 0, 62);
  if (architecture.latents % parts != 0)
  {
    throw Error("the latents shall double " + std::to_string(doublings) + " times, but " +
                std::to_string(architecture.latents) +
                " latents cannot be halved so often: choose a multiple of " + std::to_string(parts) +
                " latents, or fewer doublings");
  }
  architecture.latents /= parts;
  return architecture;
}

int doublingsBefore(std::int64_t step, std::int64_t planned, int doublings)
{
  const auto part = static_cast<double>(step) / static_cast<double>(planned) * (doublings + 1);
  return static_cast<int>(std::clamp(part, 0.0, static_cast<double>(doublings)));
}

double meanCost(double first, double last, int doublings)
{
  // Of the stages i = 0..k, which take equal parts of the steps, the latents are 2^(i-k) of the last number.
  const double start = 1.0 / static_cast<double>(std::int64_t{ 1 } << doublings);
  const double mean = (2.0 - start) / (doublings + 1);
  return first + (last - first) * (mean - start) / std::max(1.0 - start, 1e-9);
}

namespace
{
// Latents of one block, [heads, M, D], become twice as many.
using Doubling = std::function<torch::Tensor(const torch::Tensor& q, std::int64_t block)>;

// A flat tensor in the layout with twice the latents.
torch::Tensor moved(const torch::Tensor& flat, const ParameterLayout& from, const ParameterLayout& to,
  const Architecture& a, const Doubling& doubled)
{
  auto values = from.state(flat);
  for (std::int64_t b = 0; b < a.blocks; ++b)
  {
    auto& latents = values.at(nn::latentsName(b));
    latents = nn::storedLatents(doubled(nn::latentsByHead(latents, a), b));
  }
  auto result = torch::zeros({ to.size() }, flat.options());
  to.load(values, result);
  return result;
}
}

TrainingState grown(const TrainingState& state, const ParameterLayout& from, const ParameterLayout& to,
  const Architecture& a, std::uint64_t seed)
{
  torch::NoGradGuard guard;
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  std::map<std::int64_t, torch::Tensor> partings;
  auto result = state;
  result.weights = moved(state.weights, from, to, a,
    [&](const torch::Tensor& q, std::int64_t block)
    {
      partings[block] = nn::parting(q, generator);
      return nn::twins(q, partings[block]);
    });
  result.averaged = moved(state.averaged, from, to, a,
    [&](const torch::Tensor& q, std::int64_t block) { return nn::twins(q, partings.at(block)); });
  const auto scaled = [](double factor)
  {
    return [factor](const torch::Tensor& moment, std::int64_t)
    { return nn::twins(moment * factor, torch::zeros_like(moment)); };
  };
  // The moments of both optimisers lie behind each other as the weights do.
  const auto first = moved(torch::cat({ state.first, state.momentum }), from, to, a, scaled(0.5));
  const auto second =
    moved(torch::cat({ state.second, torch::zeros_like(state.momentum) }), from, to, a, scaled(0.25));
  result.first = first.narrow(0, 0, to.adamW()).clone();
  result.momentum = first.narrow(0, to.adamW(), to.size() - to.adamW()).clone();
  result.second = second.narrow(0, 0, to.adamW()).clone();
  return result;
}

void TrainingRun::adopt(
  const Architecture& architecture, const std::function<TrainingState(const ParameterLayout&)>& state)
{
  info_.architecture = architecture;
  info_.parameters = nn::parameterCount(nn::expectedState(architecture));
  averagedNetwork_ = makeNetwork();
  averagedNetwork_->eval();
  layout_ = ParameterLayout(averagedNetwork_, options_.recipe.optimizer);
  state_ = state(layout_);
  layout_.bind(averagedNetwork_, state_.averaged, {});
  gradient_ = torch::zeros_like(state_.weights);
  pass_ = BatchPass(layout_, state_.weights, [this] { return makeNetwork(); });
  good_.reset();
}

void TrainingRun::grow()
{
  const auto before = layout_;
  auto architecture = info_.architecture;
  architecture.latents *= 2;
  auto& made = info_.training.latentDoublings;
  adopt(architecture, [&, old = info_.architecture](const ParameterLayout& layout)
    { return grown(state_, before, layout, old, options_.seed + static_cast<std::uint64_t>(made)); });
  ++made;
}

void TrainingRun::growIfDue()
{
  const auto all = options_.recipe.latentDoublings;
  const auto due = finished() ? all : doublingsBefore(state_.step, planned_, all);
  while (info_.training.latentDoublings < due)
  {
    grow();
  }
}
}

void checkLatentDoublings(const TrainingOptions& options)
{
  if (options.start && options.recipe.latentDoublings > 0)
  {
    throw Error(
      "a run that starts from a model has that model's latents: it cannot begin with fewer and double "
      "them. Grow the model first, or start from drawn weights");
  }
  train::beginning(options.architecture, options.recipe.latentDoublings);
}
}
