#include "data/report/cost.h"

#include "report_cases.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>

#include <atomic>

namespace flare::report
{
namespace
{
// Counts what LibTorch's tensors on the CPU hold, while it lives.
class CountingAllocator : public c10::Allocator
{
public:
  CountingAllocator()
    : inner_(c10::GetCPUAllocator())
  {
    c10::SetCPUAllocator(this, priority);
  }
  ~CountingAllocator() override { c10::SetCPUAllocator(inner_, priority); }

  c10::DataPtr allocate(std::size_t bytes) override
  {
    auto* block = new Block{ inner_->allocate(bytes), static_cast<std::int64_t>(bytes) };
    const auto held = heldBytes += block->bytes;
    for (auto peak = peakBytes.load(); held > peak && !peakBytes.compare_exchange_weak(peak, held);)
    {
    }
    return { block->data.get(), block, &release, c10::DeviceType::CPU };
  }
  void copy_data(void* to, const void* from, std::size_t bytes) const override
  {
    default_copy_data(to, from, bytes);
  }
  static std::int64_t peak() { return peakBytes; }
  static void reset() { peakBytes = heldBytes.load(); }
  static std::int64_t held() { return heldBytes; }

private:
  struct Block
  {
    c10::DataPtr data;
    std::int64_t bytes;
  };
  static void release(void* context)
  {
    auto* block = static_cast<Block*>(context);
    heldBytes -= block->bytes;
    delete block;
  }

  static constexpr std::uint8_t priority = 200;
  static inline std::atomic<std::int64_t> heldBytes{ 0 }, peakBytes{ 0 };
  c10::Allocator* inner_;
};

struct Training
{
  TrainingOptions options;
  int points = 1000;
};

Training training(const char* recipe, int batchSize, int points, Precision precision = Precision::Float32)
{
  Training t;
  t.options.recipe = Recipe::named(recipe);
  t.options.recipe.batchSize = batchSize;
  t.options.recipe.timeBudget = 0.0;
  t.options.recipe.epochs = 1;
  const auto& r = t.options.recipe;
  t.options.architecture.channels = r.channels;
  t.options.architecture.blocks = r.blocks;
  t.options.architecture.heads = r.heads;
  t.options.architecture.latents = r.latents;
  t.options.precision = precision;
  t.options.device = Device::Cpu;
  t.options.validationFraction = 0.0;
  t.points = points;
  return t;
}

Summary summaryOf(const DataSet& data)
{
  Split split;
  for (std::size_t i = 0; i < data.size(); ++i)
  {
    split.training.push_back(i);
  }
  const std::function<bool(double)> nobody;
  Watch watch(nobody, *data.communicator());
  return summarise(data, split, watch);
}

double measuredPeak(const DataSet& data, const TrainingOptions& options)
{
  const CountingAllocator counting;
  CountingAllocator::reset();
  const auto before = CountingAllocator::held();
  Trainer trainer(data, options);
  while (!trainer.finished())
  {
    trainer.step();
  }
  return static_cast<double>(CountingAllocator::peak() - before);
}

// The formula counts what lives from the forward to the backward pass, and a few rows of gradients. Within an
// operation LibTorch holds results that live shorter: with meshes of some thousand points all of them
// together are 1 to 3 %, with the small ones here more, as partial sums of the mixer do not shrink with the
// mesh.
TEST(ReportCost, MemoryIsWhatTensorsTake)
{
  for (const auto& t :
    { training("Quick look", 4, 300), training("Quick look", 1, 1200), training("Balanced", 2, 400),
      training("Published", 1, 500), training("Quick look", 4, 200, Precision::Float64) })
  {
    std::vector<Case> cases;
    for (int i = 0; i < t.options.recipe.batchSize; ++i)
    {
      cases.push_back(test::smallCase(i, t.points));
    }
    const auto data = test::dataOf(test::smallSignature(), cases);
    auto architecture = t.options.architecture;
    architecture.inputs = data.signature().inputChannels() + t.options.recipe.encoding.channels();
    architecture.outputs = data.signature().targetChannels();
    const auto load = workloadOf(summaryOf(data), t.options.recipe.batchSize);
    const double counted = tensorBytes(architecture, t.options, Device::Cpu, load);
    const double measured = measuredPeak(data, t.options);
    const auto what = t.options.recipe.name + ", batch " + std::to_string(t.options.recipe.batchSize) + ", " +
                      std::to_string(t.points) + " points: counted " + std::to_string(counted / 1048576.0) +
                      " MiB, measured " + std::to_string(measured / 1048576.0);
    EXPECT_TRUE(std::abs(counted / measured - 1.0) <= 0.15) << what;
  }
}

// One mesh of a million points, 8 blocks, 64 channels, 128 latents, batch 1: what LibTorch's allocator
// counted on an H200 (docs/performance.md).
TEST(ReportCost, MemoryOnAGpuIsThatOfTheBenchmark)
{
  Architecture architecture;
  architecture.inputs = 3;
  architecture.latents = 128;
  TrainingOptions options;
  options.recipe = Recipe::named("Published");
  options.recipe.batchSize = 1;
  Workload load;
  load.largestBatch = load.keptPoints = load.trainingPoints = 1000000;
  constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;
  const double single = tensorBytes(architecture, options, Device::Cuda, load) / gibibyte;
  EXPECT_TRUE(std::abs(single / 39.4 - 1.0) <= 0.03) << single;
  options.precision = Precision::BFloat16;
  const double narrow = tensorBytes(architecture, options, Device::Cuda, load) / gibibyte;
  EXPECT_TRUE(std::abs(narrow / 23.2 - 1.0) <= 0.03) << narrow;
}

TEST(ReportCost, WorkloadIsThatOfTheLargestBatch)
{
  Summary summary;
  for (const int points : { 10, 500, 30, 200, 40 })
  {
    CaseSummary c;
    c.points = 2 * points;
    c.pointsOfRank = points;
    summary.cases.push_back(c);
  }
  summary.split.training = { 0, 2, 3, 4 };
  summary.split.validation = { 1 };
  const auto load = workloadOf(summary, 2);
  EXPECT_EQ(load.trainingPoints, 560);
  EXPECT_EQ(load.validationPoints, 1000);
  EXPECT_EQ(load.keptPoints, 780);
  EXPECT_EQ(load.largestBatch, 240);
  EXPECT_EQ(workloadOf(summary, 99).largestBatch, 280);
}

TEST(ReportCost, EpochsTakeTheirPointsAndSomeValidation)
{
  Workload load;
  load.trainingPoints = 1000;
  EXPECT_EQ(secondsOfEpochs(7, 0.5, load), 3500.0);
  load.validationPoints = 300; // a third of the price: 100 of 1000 points
  EXPECT_TRUE(std::abs(secondsOfEpochs(7, 0.5, load) - 3850.0) <= 1e-9);
  load.validationPoints = 100000; // at most a tenth of all the time
  EXPECT_TRUE(std::abs(secondsOfEpochs(9, 0.5, load) - 5000.0) <= 1e-9);
}
}
}
