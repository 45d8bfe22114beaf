#include "train/parameters.h"

#include "flare/error.h"

#include <gtest/gtest.h>

#include <set>

namespace flare::train
{
namespace
{
Architecture odd()
{
  Architecture a;
  a.inputs = 5;
  a.outputs = 3;
  a.channels = 6;
  a.heads = 2;
  a.latents = 7;
  a.blocks = 2;
  a.keyRatio = 1.5;
  a.queryKeyNorm = true;
  a.feedForwardLayers = -1;
  return a;
}

std::set<std::string> namesFrom(const ParameterLayout& layout, std::int64_t begin, std::int64_t end)
{
  std::set<std::string> names;
  for (const auto& entry : layout.entries())
  {
    if (entry.offset >= begin && entry.offset < end)
    {
      names.insert(entry.name);
    }
  }
  return names;
}

TEST(Parameters, MuonTakesTheInnerMatricesOnly)
{
  for (const char* name : { "blocks.0.att.k_proj.fc1.weight", "blocks.3.att.v_proj.fcs.1.weight",
         "blocks.0.att.k_proj.fc.weight", "blocks.0.mlp.fc2.weight", "blocks.1.att.out_proj.weight",
         "in_proj.fcs.0.weight", "in_proj.fc2.weight", "out_proj.1.fc1.weight", "out_proj.1.fcs.1.weight" })
  {
    EXPECT_TRUE(orthogonalises(name, 2)) << name;
  }
  for (const char* name : { "in_proj.fc1.weight", "in_proj.fc.weight", "out_proj.1.fc2.weight",
         "out_proj.1.fc.weight", "blocks.0.att.latent_q" })
  {
    EXPECT_FALSE(orthogonalises(name, 2)) << name;
  }
  for (const char* name : { "blocks.0.norm1.weight", "blocks.0.mlp.fc1.bias", "blocks.0.att.q_norm.weight" })
  {
    EXPECT_FALSE(orthogonalises(name, 1)) << name;
  }
}

TEST(Parameters, LayoutSortsByHowAWeightIsTrained)
{
  const nn::FlareModel network(odd());
  const ParameterLayout muon(network, Optimizer::Muon);
  EXPECT_EQ(
    namesFrom(muon, 0, muon.decayed()), (std::set<std::string>{ "in_proj.fc1.weight", "out_proj.1.fc2.weight",
                                          "blocks.0.att.latent_q", "blocks.1.att.latent_q" }));
  for (const auto& entry : muon.entries())
  {
    const bool inMuon = entry.offset >= muon.adamW();
    EXPECT_EQ(inMuon, orthogonalises(entry.name, entry.shape.size())) << entry.name;
  }
  EXPECT_EQ(muon.entries().size(), network->named_parameters().size());

  const ParameterLayout adamW(network, Optimizer::AdamW);
  EXPECT_TRUE(adamW.stacks().empty());
  EXPECT_EQ(adamW.adamW(), adamW.size());
  for (const auto& entry : adamW.entries())
  {
    EXPECT_EQ(entry.offset < adamW.decayed(), entry.shape.size() == 2) << entry.name;
  }
}

TEST(Parameters, StacksHoldTheMatricesOneByOne)
{
  nn::FlareModel network(odd());
  nn::initialise(network, at::make_generator<at::CPUGeneratorImpl>(1));
  const ParameterLayout layout(network, Optimizer::Muon);
  const auto flat = layout.flatten(network);
  const auto parameters = network->named_parameters();
  std::size_t matrices = 0;
  for (const auto& stack : layout.stacks())
  {
    const auto all = stack.of(flat);
    for (const auto& entry : layout.entries())
    {
      const auto index = (entry.offset - stack.offset) / (stack.rows * stack.columns);
      if (entry.offset >= stack.offset && index < stack.count)
      {
        EXPECT_TRUE(torch::equal(all[index], parameters[entry.name])) << entry.name;
        ++matrices;
      }
    }
  }
  // k and v: fc1, three inner, fc2; feed-forward: one; out_proj; and three of in_proj, three of out_proj.
  EXPECT_EQ(matrices, 2u * (5 + 5 + 1 + 1) + 3 + 3);
}

TEST(Parameters, BoundNetworkSharesTheFlatTensors)
{
  nn::FlareModel network(odd());
  nn::initialise(network, at::make_generator<at::CPUGeneratorImpl>(1));
  const auto before = nn::stateOf(network);
  const ParameterLayout layout(network, Optimizer::Muon);
  auto flat = layout.flatten(network);
  auto gradient = torch::zeros_like(flat);
  layout.bind(network, flat, gradient);
  for (const auto& [name, tensor] : nn::stateOf(network))
  {
    EXPECT_TRUE(torch::equal(tensor, before.at(name))) << name;
  }

  network->forward(torch::randn({ 9, 5 }), Segments::single(9)).sum().backward();
  double squares = 0.0;
  for (const auto& item : network->named_parameters())
  {
    squares += item.value().grad().square().sum().item<double>();
  }
  EXPECT_GT(squares, 0.0);
  // One sum in another order, in float32.
  EXPECT_NEAR(gradient.square().sum().item<double>(), squares, 1e-5 * squares);

  flat.fill_(0.5);
  for (const auto& item : network->named_parameters())
  {
    EXPECT_TRUE((item.value() == 0.5).all().item<bool>()) << item.key();
  }
  auto other = torch::zeros_like(flat);
  layout.load(before, other);
  for (const auto& [name, tensor] : layout.state(other))
  {
    EXPECT_TRUE(torch::equal(tensor, before.at(name))) << name;
  }
}
}
}
