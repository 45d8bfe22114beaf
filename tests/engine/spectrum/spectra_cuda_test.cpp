#include "flare/spectrum.h"

#include "flare/trainer.h"
#include "gpu_test.h"
#include "spectrum/gram_cuda.h"
#include "train/training_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace flare
{
namespace
{
const Model& briefly()
{
  static const Model model = []
  {
    auto options = test::smallOptions();
    options.architecture.blocks = 2;
    options.architecture.latents = 33;
    Trainer trainer(test::smallData(4), options);
    trainer.run();
    return trainer.model();
  }();
  return model;
}

using SpectraCuda = test::GpuTest;
using GramCuda = test::GpuKernelTest;

double eigenvalueDistance(const std::vector<double>& a, const std::vector<double>& b)
{
  double largest = a.size() == b.size() ? 0.0 : INFINITY;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
  {
    largest = std::max(largest, std::abs(a[i] - b[i]));
  }
  return largest;
}

// In double both devices differ by the order of sums over 700 points and by their exponentials' last bits:
// some hundred roundings. In float32 the networks do, and what they promise is 1e-4.
TEST_F(SpectraCuda, AgreeWithTheCpus)
{
  const auto c = test::smallCase(5, 700);
  for (const auto& [precision, bound] :
    { std::pair(SpectrumPrecision::Precise, 1e-12), std::pair(SpectrumPrecision::Default, 1e-4) })
  {
    SpectrumOptions options;
    options.precision = precision;
    const auto gpu = spectra(briefly(), c, Device::Cuda, options);
    const auto cpu = spectra(briefly(), c, Device::Cpu, options);
    ASSERT_EQ(gpu.size(), cpu.size());
    for (std::size_t i = 0; i < cpu.size(); ++i)
    {
      EXPECT_TRUE(eigenvalueDistance(gpu[i].eigenvalues, cpu[i].eigenvalues) <= bound) << i;
    }
  }
}

// The same factors on both devices, sharp scores among them. Float32 keeps the promise of 1e-4.
TEST_F(GramCuda, OfBothTypesAgreeWithTheCpus)
{
  auto generator = at::make_generator<at::CPUGeneratorImpl>(3);
  const auto q = torch::randn({ 3, 37, 8 }, generator, torch::kFloat64);
  const auto k = torch::randn({ 3, 501, 8 }, generator, torch::kFloat64);
  for (const double scale : { 1.0, 6.0 })
  {
    for (const auto& [type, bound] : { std::pair(torch::kFloat64, 1e-12), std::pair(torch::kFloat32, 1e-4) })
    {
      const auto grams = spectrum::gramsOfAllHeads(q.cuda(), k.cuda(), scale, type);
      ASSERT_EQ(grams.size(), 3u);
      for (std::int64_t h = 0; h < 3; ++h)
      {
        spectrum::GramStream stream(q[h], scale);
        stream.add(k[h]);
        const auto communicator = serialCommunicator();
        const auto expected = spectrum::eigenvalues(stream.finish(*communicator));
        EXPECT_TRUE(eigenvalueDistance(spectrum::eigenvalues(grams[h]), expected) <= bound)
          << h << " " << scale;
      }
    }
  }
}

// A GPU is found after work on the CPU, too.
TEST_F(SpectraCuda, FollowsTrainingOnTheCpu)
{
  auto options = test::smallOptions();
  options.device = Device::Cpu;
  Trainer(test::smallData(3), options).run();
  EXPECT_EQ(resolveDevice(Device::Cuda), Device::Cuda);
  options.device = Device::Cuda;
  Trainer onGpu(test::smallData(3), options);
  EXPECT_EQ(onGpu.run(), RunState::Completed);
}

TEST_F(SpectraCuda, OneHeadAlone)
{
  const auto c = test::smallCase(6, 90);
  SpectrumOptions options;
  options.block = 1;
  options.head = 1;
  options.precision = SpectrumPrecision::Precise;
  const auto gpu = spectra(briefly(), c, Device::Cuda, options);
  const auto cpu = spectra(briefly(), c, Device::Cpu, options);
  ASSERT_EQ(gpu.size(), 1u);
  EXPECT_TRUE(eigenvalueDistance(gpu[0].eigenvalues, cpu[0].eigenvalues) <= 1e-12);
}
}
}
