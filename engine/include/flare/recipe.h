#pragma once

#include "flare/architecture.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flare
{
enum class Optimizer
{
  AdamW,
  Muon // orthogonalised momentum for the inner matrices, AdamW for everything else
};

// How a network is trained. Every number that a run depends on, apart from the data, the seed, the
// architecture, the device and the precision. docs/recipes.md derives the default.
struct Recipe
{
  std::string name = "Custom";
  Optimizer optimizer = Optimizer::Muon;

  // Budget: epochs, or seconds when timeBudget > 0. A time budget becomes a number of steps once,
  // after the first measured steps, and is recorded.
  std::int64_t epochs = 100;
  double timeBudget = 0.0;
  int batchSize = 1; // cases per step; a batch's loss is the mean over its cases

  // One cycle: the rate rises from 1e-4 of its peak over `warmup` of the steps and falls back to
  // it, both along a cosine. Step t of T takes the value at t/(T-1). The Muon part and the AdamW part
  // follow the same cycle with peaks of their own.
  double warmup = 0.1;
  double learningRate = 1e-3;     // AdamW's peak
  double muonLearningRate = 0.02; // Muon's peak
  double weightDecay = 0.0;       // AdamW's, decoupled: matrices and latents only, not biases or norms
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  // Cycles AdamW's beta1 against the rate: 0.95 at the start, 0.85 at the peak, 0.95 at the end.
  bool momentumCycle = false;
  double gradientClip = 1.0; // bound on the global 2-norm of the gradient; 0: no bound

  // Averaged weights, which are the model: a = d a + (1-d) w after each step,
  // with d = emaDecay, or min(emaDecay, (1+t)/(10+t)) at step t = 1, 2, … with the warm-up.
  double emaDecay = 0.999;
  bool emaWarmup = false;

  // So many times the latents of every head are doubled during the run, which begins with few of them: with k
  // doublings the i-th happens after the part i/(k+1) of the steps, and the network ends with the latents of
  // its architecture, which 2^k must divide. A doubling changes neither the function nor the steps (twins,
  // as in grow()). 0: all latents from the beginning.
  int latentDoublings = 0;

  // What the recipe suggests for the network; TrainingOptions::architecture has the last word.
  std::int64_t channels = 64;
  std::int64_t blocks = 8;
  std::int64_t heads = 8;
  std::int64_t latents = 64;
  InputEncoding encoding;

  // "Quick look", "Balanced", "Published": the choices of the user's menu.
  static Recipe named(const std::string& name);
  static std::vector<std::string> names();
  void validate() const; // throws Error
};
}
