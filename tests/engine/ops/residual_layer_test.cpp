#include "ops/residual_layer.h"

#include "gpu_test.h"
#include "relative_error.h"

#include <gtest/gtest.h>

namespace flare
{
namespace
{
using test::relativeError;
using torch::Tensor;

struct LayerResult
{
  Tensor out, dy, dWeight, dBias;
};

LayerResult throughLayer(const torch::Device& device, torch::ScalarType type, torch::ScalarType weights,
  const std::function<Tensor(const Tensor&, const Tensor&, const Tensor&)>& layer)
{
  auto generator = at::make_generator<at::CPUGeneratorImpl>(11);
  const auto draw = [&](at::IntArrayRef shape, torch::ScalarType of)
  {
    // Numbers that bfloat16 holds, so that only the layer itself rounds.
    const auto values = torch::randn(shape, generator, torch::dtype(torch::kFloat64)).to(torch::kBFloat16);
    return values.to(device, of).requires_grad_(true);
  };
  const auto y = draw({ 301, 24 }, type), weight = draw({ 24, 24 }, weights), bias = draw({ 24 }, weights);
  const auto dOut = draw({ 301, 24 }, type).detach();
  const auto out = layer(y, weight, bias);
  out.backward(dOut);
  return { out.detach(), y.grad(), weight.grad(), bias.grad() };
}

Tensor composed(const Tensor& y, const Tensor& weight, const Tensor& bias)
{
  return y + at::gelu(at::linear(y, weight, bias), "tanh");
}

void expectClose(const LayerResult& a, const LayerResult& b, double bound)
{
  EXPECT_TRUE(relativeError(a.out, b.out) <= bound) << relativeError(a.out, b.out);
  EXPECT_TRUE(relativeError(a.dy, b.dy) <= bound) << relativeError(a.dy, b.dy);
  EXPECT_TRUE(relativeError(a.dWeight, b.dWeight) <= bound) << relativeError(a.dWeight, b.dWeight);
  EXPECT_TRUE(relativeError(a.dBias, b.dBias) <= bound) << relativeError(a.dBias, b.dBias);
}

// Sums of 24 and 301 terms of random sign and a handful of further roundings: 32 u. The sums themselves are
// float32's for bfloat16, whose own roundings, of the hidden value, of its gradient and of the result, are
// few: 8 u.
TEST(ResidualLayer, IsTheCompositionOfItsParts)
{
  const auto exact = throughLayer(torch::kCPU, torch::kFloat64, torch::kFloat64, composed);
  const auto f64 = throughLayer(torch::kCPU, torch::kFloat64, torch::kFloat64, ops::residualLayer);
  expectClose(f64, exact, 32 * 0x1p-53);
  const auto f32 = throughLayer(torch::kCPU, torch::kFloat32, torch::kFloat32, ops::residualLayer);
  expectClose(f32, exact, 32 * 0x1p-24);
  EXPECT_EQ(f32.dWeight.scalar_type(), torch::kFloat32);
}

using ResidualLayerGpu = test::GpuTest;

TEST_F(ResidualLayerGpu, IsTheCompositionOfItsParts)
{
  const auto exact = throughLayer(torch::kCPU, torch::kFloat64, torch::kFloat64, composed);
  expectClose(
    throughLayer(torch::kCUDA, torch::kFloat64, torch::kFloat64, ops::residualLayer), exact, 32 * 0x1p-53);
  expectClose(
    throughLayer(torch::kCUDA, torch::kFloat32, torch::kFloat32, ops::residualLayer), exact, 32 * 0x1p-24);
  const auto narrow = throughLayer(torch::kCUDA, torch::kBFloat16, torch::kFloat32, ops::residualLayer);
  expectClose(narrow, exact, 8 * 0x1p-8);
  EXPECT_EQ(narrow.out.scalar_type(), torch::kBFloat16);
  EXPECT_EQ(narrow.dWeight.scalar_type(), torch::kFloat32);
}
}
}
