#include "train/batch_pass.h"

#include "flare/interruption.h"
#include "relative_error.h"
#include "threaded_communicator.h"
#include "train/loss.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>

namespace flare
{
namespace
{
using Groups = std::vector<std::size_t>;

Segments meshes(std::vector<std::int64_t> offsets)
{
  Segments segments;
  segments.offsets = std::move(offsets);
  return segments;
}

TEST(Divide, GivesEveryThreadAboutAsManyPoints)
{
  EXPECT_EQ(train::divide(meshes({ 0, 700, 1400, 2000, 2700 }), true, 2), Groups({ 0, 2, 4 }));
  EXPECT_EQ(train::divide(meshes({ 0, 1500, 2000, 2500, 3000 }), true, 2), Groups({ 0, 1, 4 }));
  EXPECT_EQ(train::divide(meshes({ 0, 700, 1400, 2000, 2700 }), true, 4), Groups({ 0, 1, 2, 3, 4 }));
  EXPECT_EQ(train::divide(meshes({ 0, 5, 10, 15, 20, 25, 30 }), true, 4).front(), 0u);
  EXPECT_EQ(train::divide(meshes({ 0, 600, 1200 }), true, 16), Groups({ 0, 1, 2 })) << "threads to spare";
}

TEST(Divide, KeepsBatchesTogetherThatAllThreadsShouldShare)
{
  EXPECT_EQ(train::divide(meshes({ 0, 700 }), true, 2), Groups({ 0, 1 })) << "one case";
  EXPECT_EQ(train::divide(meshes({ 0, 700, 1400 }), true, 1), Groups({ 0, 2 })) << "one thread";
  EXPECT_EQ(train::divide(meshes({ 0, 700, 1400 }), false, 8), Groups({ 0, 2 })) << "a GPU";
  EXPECT_EQ(train::divide(meshes({ 0, 100, 9000 }), true, 2), Groups({ 0, 2 })) << "one large case";
  EXPECT_EQ(train::divide(meshes({ 0, 20000, 40000 }), true, 8), Groups({ 0, 2 }))
    << "large cases, idle threads";
  EXPECT_EQ(train::divide(meshes({ 0, 20000, 40000 }), true, 2), Groups({ 0, 1, 2 }));
  test::ThreadedRanks::run(2,
    [](const std::shared_ptr<Communicator>& communicator)
    {
      auto shared = meshes({ 0, 700, 1400 });
      shared.communicator = communicator.get();
      EXPECT_EQ(train::divide(shared, true, 2), Groups({ 0, 2 })) << "ranks join in every mesh";
    });
}

// A small network and a batch of five cases.
class FiveCases
{
public:
  FiveCases()
  {
    architecture_.inputs = 3;
    architecture_.outputs = 2;
    architecture_.channels = 8;
    architecture_.blocks = 2;
    architecture_.heads = 2;
    architecture_.latents = 5;
    auto first = network();
    nn::initialise(first, at::make_generator<at::CPUGeneratorImpl>(7));
    const train::ParameterLayout layout(first, Optimizer::Muon);
    weights_ = layout.flatten(first);
    pass_ = std::make_unique<train::BatchPass>(layout, weights_, [this] { return network(); });

    auto generator = at::make_generator<at::CPUGeneratorImpl>(9);
    batch_.cases = { 0, 1, 2, 3, 4 };
    batch_.segments = meshes({ 0, 11, 23, 33, 46, 55 });
    batch_.input = torch::randn({ 55, 3 }, generator, torch::dtype(torch::kFloat64));
    dy_ = torch::randn({ 55, 2 }, generator, torch::dtype(torch::kFloat64));
  }

  void forward() { pass_->forward(batch_); }
  torch::Tensor backward() { return pass_->backward(dy_).clone(); }
  torch::Tensor gradient()
  {
    forward();
    return backward();
  }

private:
  nn::FlareModel network() const
  {
    nn::FlareModel made(architecture_);
    made->to(torch::kFloat64);
    return made;
  }

  Architecture architecture_;
  torch::Tensor weights_, dy_;
  train::Batch batch_;
  std::unique_ptr<train::BatchPass> pass_;
};

class Threads
{
public:
  explicit Threads(int count) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

private:
  int before_ = at::get_num_threads();
};

TEST(BatchPass, GroupsGiveTheGradientOfTheWhole)
{
  const auto gradientWith = [](int count)
  {
    const Threads threads(count);
    FiveCases cases;
    const auto once = cases.gradient();
    EXPECT_TRUE(torch::equal(once, cases.gradient())) << "again, with the same bits";
    return once;
  };
  const auto whole = gradientWith(1);
  EXPECT_TRUE(whole.abs().max().item<double>() > 0.0);
  for (const int threads : { 2, 3, 5 })
  {
    // Sums over 55 points in another order, through two blocks: some hundred roundings of 1.1e-16.
    EXPECT_TRUE(test::relativeError(gradientWith(threads), whole) <= 1e-13) << threads;
  }
}

TEST(BatchPass, IsBrokenOffBetweenLayersOnEveryThread)
{
  for (const int count : { 1, 2, 5 })
  {
    const Threads threads(count);
    FiveCases cases;
    const auto undisturbed = cases.gradient();
    std::atomic<bool> flag{ false };
    {
      const InterruptionScope scope(&flag);
      cases.forward();
      flag = true;
      EXPECT_THROW(cases.backward(), Interrupted) << count;
      EXPECT_THROW(cases.forward(), Interrupted) << count;
    }
    EXPECT_TRUE(torch::equal(undisturbed, cases.gradient())) << "the flag is for its scope only";
  }
}
}
}
