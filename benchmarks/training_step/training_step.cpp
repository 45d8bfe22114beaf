// Times training steps of the default network with the published recipe, batch 1, on a GPU:
//   training_step DATA OUT.json [--latents 128] [--precision float32|bfloat16] [--steps 12] [--initial MODEL]
// compare_with_pytorch.py writes DATA, checks the losses and runs PyTorch beside it. Times are wall-clock;
// every step ends by reading its loss.
#include "flare/dataset.h"
#include "flare/error.h"
#include "flare/trainer.h"

#include <CLI/CLI.hpp>
#include <c10/core/CachingDeviceAllocator.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>

namespace
{
double now()
{
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Arguments
{
  std::string data, out, initial;
  flare::Precision precision = flare::Precision::Float32;
  std::int64_t latents = 128;
  std::int64_t steps = 12;
};

void run(const Arguments& a)
{
  const auto data = flare::DataSet::load(a.data);
  flare::TrainingOptions options;
  options.recipe = flare::Recipe::named("Published");
  options.recipe.batchSize = 1;
  options.recipe.epochs = a.steps;
  options.architecture.latents = a.latents;
  options.validationFraction = 0.0;
  options.device = flare::Device::Cuda;
  options.precision = a.precision;
  flare::Trainer trainer(data, options);
  if (!a.initial.empty())
  {
    trainer.model().save(a.initial);
  }
  std::vector<double> losses, milliseconds;
  while (!trainer.finished())
  {
    const double begin = now();
    losses.push_back(trainer.step());
    milliseconds.push_back(1e3 * (now() - begin));
  }
  const auto stats = c10::getDeviceAllocator(c10::kCUDA)->getDeviceStats(0);
  const auto peak =
    stats.allocated_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)].peak;
  const nlohmann::json report = { { "losses", losses }, { "milliseconds", milliseconds },
    { "peak_bytes", peak } };
  std::ofstream(a.out) << report;
}
}

int main(int argc, char** argv)
{
  Arguments a;
  const std::map<std::string, flare::Precision> precisions = { { "float32", flare::Precision::Float32 },
    { "float64", flare::Precision::Float64 }, { "bfloat16", flare::Precision::BFloat16 } };
  CLI::App program("Times training steps on a GPU");
  program.add_option("data", a.data, "Data set file")->required();
  program.add_option("out", a.out, "JSON output")->required();
  program.add_option("--latents", a.latents);
  program.add_option("--precision", a.precision)->transform(CLI::CheckedTransformer(precisions));
  program.add_option("--steps", a.steps);
  program.add_option("--initial", a.initial, "Write the model before the first step to this file");
  CLI11_PARSE(program, argc, argv);
  try
  {
    run(a);
  }
  catch (const std::exception& error)
  {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
