// Time and peak memory of the spectra of one block's heads on a large mesh, on the CPU, and how long a picked
// point's row of the mixing matrix takes.
//   spectrum_cpu [points = 1000000] [latents = 128] [blocks = 1]
// A network of 8 heads and 64 channels; `blocks` of its 8 are analysed.
#include "flare/mixing.h"
#include "flare/model.h"
#include "flare/spectrum.h"
#include "reference/spectrum.h"
#include "spectrum/gram.h"

#include <ATen/Parallel.h>
#include <sys/resource.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
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
void pickPoints(const flare::Model& model, const flare::Case& mesh)
{
  flare::forEachMixing(model, mesh, flare::Device::Cpu, 0, {},
    [&](const flare::Mixing& mixing)
    {
      const double first = secondsOf([&] { mixing.row({ 0 }, 0); });
      std::vector<double> others;
      for (std::int64_t i = 1; i <= 5; ++i)
      {
        others.push_back(secondsOf([&] { mixing.row({ i * mesh.count() / 6 }, 0); }));
      }
      std::sort(others.begin(), others.end());
      std::printf("row of one head: %.2f s the first time, then %.2f s\n", first, others[2]);
    });
}
}

int main(int argc, char** argv)
{
  const std::int64_t points = argc > 1 ? std::atoll(argv[1]) : 1000000;
  const std::int64_t latents = argc > 2 ? std::atoll(argv[2]) : 128;
  const std::int64_t blocks = argc > 3 ? std::atoll(argv[3]) : 1;
  torch::manual_seed(1);
  if (!agreesWithOracle(latents))
  {
    return 1;
  }
  const auto model = makeModel(latents, blocks);
  const auto x = torch::randn({ points, 3 }, torch::dtype(torch::kFloat64));
  flare::Case mesh;
  mesh.name = "benchmark";
  mesh.points = { x.data_ptr(), flare::ScalarType::Float64, points, 3, nullptr };
  const double before = peakMebibytes();
  const double processor = processorSeconds();
  const auto start = std::chrono::steady_clock::now();
  const auto result = flare::spectra(model, mesh, flare::Device::Cpu);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double share = 64.0 / static_cast<double>(result.size());
  std::printf("%lld points, %lld latents, %zu heads, %d threads: %.1f s (%.1f s of processor time)\n"
              "for 64 heads: %.0f s (%.0f s of processor time)\n"
              "peak memory: %.0f MiB, %.0f MiB before\n",
    static_cast<long long>(points), static_cast<long long>(latents), result.size(), at::get_num_threads(),
    seconds, processorSeconds() - processor, seconds * share, (processorSeconds() - processor) * share,
    peakMebibytes(), before);
  pickPoints(model, mesh);
  return 0;
}
