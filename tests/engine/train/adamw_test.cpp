#include "train/adamw.h"
#include "train/schedule.h"

#include "relative_error.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

namespace flare::train
{
namespace
{
using test::relativeError;

constexpr double adamwPrecision = 1.1e-16; // of double

// torch.optim.AdamW(lr=1e-2, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1) under OneCycleLR(max_lr=1e-2,
// total_steps=6, pct_start=0.5, div_factor=1e4, final_div_factor=1) with its momentum cycle, in double
// (PyTorch 2.11).
const double expected[6][3] = { { 0.49999895000003336, -0.99999890000005009, 1.9999988000000068 },
  { 0.50172019213970209, -0.99542843179835638, 1.994926753019209 },
  { 0.50815387998655404, -0.9865524782832128, 1.9850578007966231 },
  { 0.5137742406799628, -0.97897801948181362, 1.9764777123898054 },
  { 0.51608847085014298, -0.97585535909590682, 1.9728002806995497 },
  { 0.51608951434175387, -0.97585394902330747, 1.9727985412431672 } };

TEST(AdamW, IsThatOfPyTorchUnderACycledMomentum)
{
  const auto options = torch::dtype(torch::kFloat64);
  auto weights = torch::tensor({ 0.5, -1.0, 2.0 }, options);
  auto first = torch::zeros({ 3 }, options), second = torch::zeros({ 3 }, options);
  const auto slope = torch::tensor({ 0.3, -0.2, 1.5 }, options);
  const auto curve = torch::tensor({ 1.0, 0.1, 0.0 }, options);
  const OneCycle cycle{ 6, 0.5 };
  for (int i = 0; i < 6; ++i)
  {
    AdamWStep step;
    step.number = i + 1;
    step.rate = cycle.rate(1e-2, i);
    step.beta1 = cycle.momentum(i);
    step.beta2 = 0.99;
    step.weightDecay = 0.1;
    step.decayed = 3;
    adamW(weights, slope * (i + 1) - curve * (i * i), first, second, step);
    const auto row = torch::from_blob(const_cast<double*>(expected[i]), { 3 }, options);
    // Six steps of a dozen roundings each, of terms no larger than the weights.
    EXPECT_TRUE(relativeError(weights, row) <= 6 * 12 * adamwPrecision) << "step " << i;
  }
}

TEST(AdamW, IsItsFormulaAndDecaysTheFirstWeightsOnly)
{
  constexpr int size = 37, decayed = 11;
  auto generator = at::make_generator<at::CPUGeneratorImpl>(5);
  const auto draw = [&] { return torch::randn({ size }, generator, torch::dtype(torch::kFloat64)); };
  auto weights = draw();
  auto first = torch::zeros_like(weights), second = torch::zeros_like(weights);
  std::vector<double> w(weights.data_ptr<double>(), weights.data_ptr<double>() + size), m(size), v(size);
  for (int t = 1; t <= 5; ++t)
  {
    const auto gradient = draw();
    const AdamWStep step{ t, 3e-3, 0.8, 0.95, 1e-6, 0.2, decayed };
    adamW(weights, gradient, first, second, step);
    for (int i = 0; i < size; ++i)
    {
      const double g = gradient[i].item<double>();
      w[i] -= i < decayed ? 3e-3 * 0.2 * w[i] : 0.0;
      m[i] = 0.8 * m[i] + 0.2 * g;
      v[i] = 0.95 * v[i] + 0.05 * g * g;
      w[i] -= 3e-3 * (m[i] / (1 - std::pow(0.8, t))) / (std::sqrt(v[i] / (1 - std::pow(0.95, t))) + 1e-6);
    }
  }
  const auto formula = torch::tensor(w, torch::kFloat64);
  EXPECT_TRUE(relativeError(weights, formula) <= 5 * 20 * adamwPrecision);
}
}
}
