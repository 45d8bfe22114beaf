#include "data/report/cost.h"
#include "nn/state_shapes.h"
#include "train/case_store.h"
#include "train/parameters.h"

#include <algorithm>
#include <numeric>

namespace flare::report
{
namespace
{
// Numbers per point that a training step keeps between the forward and the backward pass. Counted from the
// operations' code; LibTorch's allocator has 1 to 3 % less at its peak with meshes of 1,500 to 6,000 points
// on a CPU, and on an H200 it is within 1 % with a million points, in float32 and in bfloat16
// (tests/engine/data/report/report_cost_test.cpp).
//
// A residual MLP of width h with L inner layers keeps the input of each of its L + 1 hidden layers'
// successors, and beside it, on a CPU, GELU's slope (ops/gelu.cpp); a GPU computes the latter again
// (ops/residual_layer.cpp). A single linear layer (L = -1) keeps nothing but its input.
double keptByMlp(int layers, double width, bool gpu)
{
  return (gpu ? 1.0 : 2.0) * static_cast<double>(layers + 1) * width;
}

struct PointCost
{
  double inBlocks = 0.0; // as wide as the blocks' precision
  double outside = 0.0;  // in float32 or float64 always
};

// A block keeps seven rows of C: its input and the first norm's result, k, v, the mixer's result, the sum
// behind it and the second norm's result. Two of them, the sums that run through all blocks, stay wide; so do
// a logarithm per head, and mean and deviation of two norms.
PointCost keptByPoint(const Architecture& a, std::int64_t targets, bool gpu)
{
  const auto c = static_cast<double>(a.channels);
  PointCost cost;
  cost.inBlocks = 5.0 * c + keptByMlp(a.keyLayers, c * a.keyRatio, gpu) +
                  keptByMlp(a.valueLayers, c * a.valueRatio, gpu) +
                  keptByMlp(a.feedForwardLayers, c * a.feedForwardRatio, gpu);
  cost.outside = 2.0 * c + static_cast<double>(a.heads) + 4.0;
  cost.inBlocks *= static_cast<double>(a.blocks);
  cost.outside *= static_cast<double>(a.blocks);
  // The layers before and behind the blocks, their input (the batch's copy) and the last norm's two rows;
  // then prediction, target, difference and gradient.
  cost.outside += 2.0 * keptByMlp(a.inOutLayers, c, gpu) + static_cast<double>(a.inputs) + 2.0 * c +
                  4.0 * static_cast<double>(targets);
  // What the backward pass holds at its beginning, when all of the above still is there: a few rows of
  // gradients.
  cost.outside += 4.0 * c;
  return cost;
}

// The C library's heap keeps gaps between tensors of different lives. What `flare train` had in use at its
// peak, without data and program, was 1.48 to 1.54 times its tensors for all three recipes, batches of 1 to 4
// meshes of 20,000 to 40,000 points and both precisions, and 1.32 times for 4 of 1,000 (glibc 2.36, 2
// threads).
constexpr double heapFactor = 1.5;

// Weights that AdamW trains, which have two moments; Muon's have one.
std::int64_t adamWeights(const nn::StateShapes& shapes, Optimizer optimizer)
{
  std::int64_t number = 0;
  for (const auto& [name, shape] : shapes)
  {
    if (optimizer == Optimizer::AdamW || !train::orthogonalises(name, shape.size()))
    {
      number += std::accumulate(shape.begin(), shape.end(), std::int64_t{ 1 }, std::multiplies<>());
    }
  }
  return number;
}
}

Workload workloadOf(const Summary& summary, int batchSize)
{
  Workload load;
  std::vector<std::int64_t> sizes;
  for (const auto index : summary.split.training)
  {
    load.trainingPoints += summary.cases[index].points;
    sizes.push_back(summary.cases[index].pointsOfRank);
  }
  for (const auto index : summary.split.validation)
  {
    load.validationPoints += summary.cases[index].points;
  }
  for (const auto& c : summary.cases)
  {
    load.keptPoints += c.pointsOfRank;
  }
  const auto batch = std::min(sizes.size(), static_cast<std::size_t>(std::max(batchSize, 1)));
  std::partial_sort(
    sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(batch), sizes.end(), std::greater<>());
  load.largestBatch =
    std::accumulate(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(batch), std::int64_t{ 0 });
  return load;
}

double tensorBytes(
  const Architecture& architecture, const TrainingOptions& options, Device device, const Workload& workload)
{
  const bool gpu = device == Device::Cuda;
  const double wide = options.precision == Precision::Float64 ? 8.0 : 4.0;
  const double narrow = options.precision == Precision::BFloat16 ? 2.0 : wide;
  const auto cost = keptByPoint(architecture, architecture.outputs, gpu);
  const double step =
    static_cast<double>(workload.largestBatch) * (narrow * cost.inBlocks + wide * cost.outside);

  const double kept = std::min(static_cast<double>(train::CaseStore::keptLimit),
    static_cast<double>(workload.keptPoints) * wide *
      static_cast<double>(architecture.inputs + architecture.outputs));

  // The state (weights, average, moments) and the last good state to fall back to; the gradient, its sum, and
  // one for each part of a batch that has a thread of its own.
  const auto shapes = nn::expectedState(architecture);
  const auto weights = static_cast<double>(nn::parameterCount(shapes));
  const auto adam = static_cast<double>(adamWeights(shapes, options.recipe.optimizer));
  const double state = 3.0 * weights + adam;
  const double gradients = 1.0 + (gpu ? 1.0 : static_cast<double>(std::max(options.recipe.batchSize, 1)));
  return step + kept + wide * (2.0 * state + gradients * weights);
}

double residentBytes(double tensors, Device device)
{
  return device == Device::Cpu ? heapFactor * tensors : tensors;
}
}
