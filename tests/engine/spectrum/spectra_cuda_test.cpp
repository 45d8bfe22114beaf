#include "flare/spectrum.h"

#include "flare/trainer.h"
#include "gpu_test.h"
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
