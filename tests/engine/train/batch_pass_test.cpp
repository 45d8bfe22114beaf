#include "train/batch_pass.h"

#include "relative_error.h"
#include "threaded_communicator.h"
#include "train/loss.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

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

// The gradient by the weights of a small network over five cases, with so many threads.
torch::Tensor gradientWith(int threads)
{
  Architecture architecture;
  architecture.inputs = 3;
  architecture.outputs = 2;
  architecture.channels = 8;
  architecture.blocks = 2;
  architecture.heads = 2;
  architecture.latents = 5;
  const auto make = [&]
  {
    nn::FlareModel network(architecture);
    network->to(torch::kFloat64);
    return network;
  };
  auto first = make();
  nn::initialise(first, at::make_generator<at::CPUGeneratorImpl>(7));
  const train::ParameterLayout layout(first, Optimizer::Muon);
  const auto weights = layout.flatten(first);

  train::Batch batch;
  batch.cases = { 0, 1, 2, 3, 4 };
  batch.segments = meshes({ 0, 11, 23, 33, 46, 55 });
  auto generator = at::make_generator<at::CPUGeneratorImpl>(9);
  batch.input = torch::randn({ 55, 3 }, generator, torch::dtype(torch::kFloat64));
  const auto dy = torch::randn({ 55, 2 }, generator, torch::dtype(torch::kFloat64));

  const int before = at::get_num_threads();
  at::set_num_threads(threads);
  train::BatchPass pass(layout, weights, make);
  pass.forward(batch);
  const auto once = pass.backward(dy).clone();
  pass.forward(batch);
  EXPECT_TRUE(torch::equal(once, pass.backward(dy))) << "again, with the same bits";
  at::set_num_threads(before);
  return once;
}

TEST(BatchPass, GroupsGiveTheGradientOfTheWhole)
{
  const auto whole = gradientWith(1);
  EXPECT_TRUE(whole.abs().max().item<double>() > 0.0);
  for (const int threads : { 2, 3, 5 })
  {
    // Sums over 55 points in another order, through two blocks: some hundred roundings of 1.1e-16.
    EXPECT_TRUE(test::relativeError(gradientWith(threads), whole) <= 1e-13) << threads;
  }
}
}
}
