// What latents cost in a prediction: latent_cost DEVICE POINTS CHANNELS HEADS BLOCKS LATENTS...
// Networks that differ in their latents alone predict one prepared mesh, in turns; medians of seven, and the
// numbers of products of one point and block that they stand for.
#include "flare/error.h"
#include "flare/model.h"
#include "flare/predictor.h"

#include <CLI/CLI.hpp>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace
{
constexpr int turns = 7;

struct Arguments
{
  std::string device = "cpu";
  std::int64_t points = 0;
  flare::Architecture architecture;
  std::vector<std::string> latents{ "64", "16" };
};

flare::Model makeModel(flare::Architecture architecture, const std::string& latents)
{
  for (const auto& number : CLI::detail::split(latents, ','))
  {
    architecture.blockLatents.push_back(std::stoll(number));
  }
  architecture.blockLatents.resize(
    static_cast<std::size_t>(architecture.blocks), architecture.blockLatents.front());
  flare::ModelInfo info;
  info.architecture = architecture;
  info.signature.targets = { flare::FieldSpec{ "p", 1, {}, "", false } };
  info.normalisation = flare::Normalisation::identity(info.signature);
  return flare::Model::create(info, 1);
}

struct Contestant
{
  std::string latents;
  flare::Predictor predictor;
  flare::PreparedMesh mesh;
  std::vector<double> seconds;
};

void compare(const Arguments& a)
{
  const auto device = flare::resolveDevice(a.device == "cuda" ? flare::Device::Cuda : flare::Device::Cpu);
  const auto x = torch::randn({ a.points, 3 }, torch::kFloat64);
  flare::Case mesh;
  mesh.name = "benchmark";
  mesh.points = { x.data_ptr(), flare::ScalarType::Float64, a.points, 3, nullptr };
  const auto out = torch::empty({ a.points }, torch::kFloat32);
  std::vector<Contestant> all;
  for (const auto& latents : a.latents)
  {
    flare::Predictor predictor(makeModel(a.architecture, latents), device);
    auto prepared = predictor.prepare(mesh);
    all.push_back({ latents, std::move(predictor), std::move(prepared), {} });
  }
  for (int turn = -1; turn < turns; ++turn) // the first warms up
  {
    for (auto& one : all)
    {
      const auto start = std::chrono::steady_clock::now();
      one.predictor.predict(
        one.mesh, {}, 0.0, { { out.data_ptr(), flare::ScalarType::Float32, a.points, 1 } });
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      if (turn >= 0)
      {
        one.seconds.push_back(seconds.count());
      }
    }
  }
  std::printf("%s, %lld points, %lld channels, %lld heads, %lld blocks\n%-16s %10s %8s %18s %18s\n",
    flare::describeDevice(device).c_str(), static_cast<long long>(a.points),
    static_cast<long long>(a.architecture.channels), static_cast<long long>(a.architecture.heads),
    static_cast<long long>(a.architecture.blocks), "latents", "ms", "ratio", "products, mixing",
    "products, layers");
  double first = 0.0;
  for (auto& one : all)
  {
    std::sort(one.seconds.begin(), one.seconds.end());
    const double median = one.seconds[turns / 2];
    first = first > 0.0 ? first : median;
    const auto& network = one.predictor.model().info().architecture;
    std::int64_t mixing = 0;
    for (std::int64_t b = 0; b < network.blocks; ++b)
    {
      mixing += 4 * network.latentsOf(b) * network.channels; // scores twice, encode and decode
    }
    // Keys, values and feed-forward: five layers each; and the output's.
    const auto layers = network.blocks * 16 * network.channels * network.channels;
    std::printf("%-16s %10.2f %8.2f %18lld %18lld\n", one.latents.c_str(), 1e3 * median, first / median,
      static_cast<long long>(mixing), static_cast<long long>(layers));
  }
}
}

int main(int argc, char** argv)
{
  Arguments a;
  CLI::App program("What latents cost in a prediction");
  program.add_option("points", a.points)->required();
  program.add_option("--device", a.device);
  program.add_option("--channels", a.architecture.channels);
  program.add_option("--heads", a.architecture.heads);
  program.add_option("--blocks", a.architecture.blocks);
  program.add_option("--latents", a.latents);
  CLI11_PARSE(program, argc, argv);
  try
  {
    compare(a);
  }
  catch (const flare::Error& error)
  {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
