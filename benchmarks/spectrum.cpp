// Time and peak memory of the spectra of all heads on a large mesh, and how long a picked point's row of the
// mixing matrix takes. A network of 8 heads and 64 channels, with as many blocks as are asked for; its time
// is scaled to 64 heads.
#include "flare/spectrum.h"
#include "flare/error.h"
#include "flare/mixing.h"
#include "flare/model.h"
#include "reference/spectrum.h"
#include "spectrum/gram.h"

#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <sys/resource.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace
{
// The streamed eigenvalues of one head against the dense singular value decomposition.
bool agreesWithOracle(std::int64_t latents)
{
  const auto options = torch::dtype(torch::kFloat64);
  const auto q = torch::randn({ latents, 8 }, options);
  const auto k = torch::randn({ 2000, 8 }, options);
  flare::spectrum::GramStream stream(q, 1.0);
  stream.add(k);
  const auto values = flare::spectrum::eigenvalues(stream.finish(*flare::serialCommunicator()));
  const auto expected = flare::reference::spectrum(q, k, 1.0).eigenvalues;
  const double error = (torch::tensor(values, options) - expected).abs().max().item<double>();
  // 9 N + 16 M roundings and scores of about 30 (tests/engine/spectrum/head_problem.h has the derivation).
  const double bound = (9.0 * 2000 + 16.0 * latents + 8.0 * 10.0 * 40.0) * 1.1e-16;
  std::printf(
    "check: eigenvalues differ from the dense oracle's by %.1e, at most %.1e is allowed\n", error, bound);
  return error <= bound;
}

flare::Model makeModel(std::int64_t latents, std::int64_t blocks)
{
  flare::ModelInfo info;
  info.architecture.blocks = blocks;
  info.architecture.latents = latents;
  info.signature.targets = { flare::FieldSpec{ "p", 1, {}, "", false } };
  info.normalisation = flare::Normalisation::identity(info.signature);
  return flare::Model::create(info, 1);
}

rusage resources()
{
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

double peakMebibytes()
{
  return static_cast<double>(resources().ru_maxrss) / 1024.0;
}

// Of all threads together: what a busy machine does not distort much.
double processorSeconds()
{
  const auto time = resources().ru_utime;
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

template<typename Work>
double secondsOf(const Work& work)
{
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The first pick of a head finds the sums of its rows; the median of five more is what a user waits for.
void pickPoints(const flare::Model& model, const flare::Case& mesh, flare::Device device)
{
  flare::forEachMixing(model, mesh, device, 0, {},
    [&](const flare::Mixing& mixing)
    {
      const double first = secondsOf([&] { mixing.row({ 0 }, 0); });
      std::vector<double> others;
      for (std::int64_t i = 1; i <= 5; ++i)
      {
        others.push_back(secondsOf([&] { mixing.row({ i * mesh.count() / 6 }, 0); }));
      }
      std::sort(others.begin(), others.end());
      std::printf("row of one head: %.3f s the first time, then %.3f s\n", first, others[2]);
    });
}

void measure(std::int64_t points, std::int64_t latents, std::int64_t blocks, flare::Device device)
{
  const auto model = makeModel(latents, blocks);
  const auto x = torch::randn({ points, 3 }, torch::dtype(torch::kFloat64));
  flare::Case mesh;
  mesh.name = "benchmark";
  mesh.points = { x.data_ptr(), flare::ScalarType::Float64, points, 3, nullptr };
  const double before = peakMebibytes();
  const double processor = processorSeconds();
  std::vector<flare::HeadSpectrum> result;
  std::vector<double> times;
  const int turns = device == flare::Device::Cuda ? 6 : 1; // the first of several warms the GPU up
  for (int turn = 0; turn < turns; ++turn)
  {
    times.push_back(secondsOf([&] { result = flare::spectra(model, mesh, device); }));
  }
  std::printf("%s, %lld points, %lld latents, %zu heads: %.2f s", flare::describeDevice(device).c_str(),
    static_cast<long long>(points), static_cast<long long>(latents), result.size(), times.front());
  if (turns > 1)
  {
    std::sort(times.begin() + 1, times.end());
    std::printf(" the first time, then %.3f s (median of %d)\n", times[turns / 2], turns - 1);
  }
  else
  {
    std::printf(" (%.1f s of processor time); for 64 heads %.0f s\n", processorSeconds() - processor,
      64.0 / static_cast<double>(result.size()) * times.front());
  }
  std::printf("peak memory: %.0f MiB, %.0f MiB before\n", peakMebibytes(), before);
  pickPoints(model, mesh, device);
}
}

int main(int argc, char** argv)
{
  std::int64_t points = 1000000, latents = 128, blocks = 1;
  std::string device = "cpu";
  CLI::App program("Time of spectra and routes");
  program.add_option("points", points)->capture_default_str();
  program.add_option("latents", latents)->capture_default_str();
  program.add_option("--blocks", blocks)->capture_default_str();
  program.add_option("--device", device)->capture_default_str();
  CLI11_PARSE(program, argc, argv);
  try
  {
    // Before anything else: LibTorch looks for GPUs once.
    const auto used = flare::resolveDevice(device == "cuda" ? flare::Device::Cuda : flare::Device::Cpu);
    torch::manual_seed(1);
    if (!agreesWithOracle(latents))
    {
      return 1;
    }
    measure(points, latents, blocks, used);
  }
  catch (const flare::Error& error)
  {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
