#include "train/optimiser.h"

#include "train/adamw.h"
#include "train/averaging.h"
#include "train/muon.h"
#include "train/schedule.h"

namespace flare::train
{
namespace
{
OneCycle cycle(const UpdateRule& rule)
{
  return { rule.stepsPlanned, rule.recipe.warmup };
}
}

double UpdateRule::learningRate(std::int64_t step) const
{
  return rateFactor * cycle(*this).rate(recipe.learningRate, step);
}

double twoNorm(const torch::Tensor& flat)
{
  return at::linalg_vector_norm(flat, 2, std::nullopt, false, torch::kFloat64).item<double>();
}

void update(TrainingState& state, torch::Tensor& gradient, double norm, const ParameterLayout& layout,
  const UpdateRule& rule)
{
  torch::NoGradGuard guard;
  const auto& recipe = rule.recipe;
  if (recipe.gradientClip > 0.0 && recipe.gradientClip < norm + 1e-6)
  {
    gradient.mul_(recipe.gradientClip / (norm + 1e-6));
  }
  AdamWStep step;
  step.number = state.step + 1;
  step.rate = rule.learningRate(state.step);
  step.beta1 = recipe.momentumCycle ? cycle(rule).momentum(state.step) : recipe.beta1;
  step.beta2 = recipe.beta2;
  step.epsilon = recipe.epsilon;
  step.weightDecay = recipe.weightDecay;
  step.decayed = layout.decayed();
  adamW(state.weights.narrow(0, 0, layout.adamW()), gradient.narrow(0, 0, layout.adamW()), state.first,
    state.second, step);

  const double rate = rule.rateFactor * cycle(rule).rate(recipe.muonLearningRate, state.step);
  for (const auto& stack : layout.stacks())
  {
    muon(stack.of(state.weights), stack.of(gradient), stack.of(state.momentum, layout.adamW()), rate);
  }
  ++state.step;
  average(state.averaged, state.weights, averagingFactor(recipe.emaDecay, recipe.emaWarmup, state.step));
}
}
