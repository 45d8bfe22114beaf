// Trains with the engine as train.py does with PyTorch, and writes the loss of every step, which the program
// flare does not keep. The model files hold recipe, split and weights.

#include "flare/error.h"
#include "flare/trainer.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <fstream>
#include <numeric>

namespace
{
struct Arguments
{
  std::string data;
  std::string recipe;
  std::string weights;
  std::string initial;
  std::string final;
  std::string losses;
  std::string device = "cpu";
  std::string precision = "float64";
  std::vector<std::size_t> validation;
  std::uint64_t seed = 1;
  std::int64_t epochs = 1;
};

flare::TrainingOptions optionsOf(const Arguments& a)
{
  flare::TrainingOptions options;
  auto& recipe = options.recipe;
  recipe = flare::Recipe::named(a.recipe);
  recipe.epochs = a.epochs;
  recipe.timeBudget = 0.0;
  options.architecture.channels = recipe.channels;
  options.architecture.blocks = recipe.blocks;
  options.architecture.heads = recipe.heads;
  options.architecture.latents = recipe.latents;
  options.seed = a.seed;
  options.validationCases = a.validation;
  options.validationFraction = 0.0;
  options.device = a.device == "cuda" ? flare::Device::Cuda : flare::Device::Cpu;
  for (const auto precision :
    { flare::Precision::Float32, flare::Precision::Float64, flare::Precision::BFloat16 })
  {
    options.precision = a.precision == flare::name(precision) ? precision : options.precision;
  }
  return options;
}

std::vector<std::size_t> judgedCases(const Arguments& a, std::size_t cases)
{
  if (!a.validation.empty())
  {
    return a.validation;
  }
  std::vector<std::size_t> all(cases);
  std::iota(all.begin(), all.end(), std::size_t{ 0 });
  return all;
}

void run(const Arguments& a)
{
  const auto data = flare::DataSet::load(a.data);
  flare::Trainer trainer(data, optionsOf(a));
  if (!a.weights.empty())
  {
    trainer.setWeights(flare::Model::load(a.weights).weights());
  }
  if (!a.initial.empty())
  {
    trainer.model().save(a.initial);
  }
  std::vector<double> losses;
  while (!trainer.finished())
  {
    losses.push_back(trainer.step());
  }
  if (!a.final.empty())
  {
    trainer.model().save(a.final);
  }
  const nlohmann::json report = { { "losses", losses },
    { "errors", trainer.errors(judgedCases(a, data.size())) } };
  std::ofstream(a.losses) << report;
}
}

int main(int argc, char** argv)
{
  Arguments a;
  CLI::App program("Trains with the engine and writes the loss of every step");
  program.add_option("data", a.data, "Data set file")->required();
  program.add_option("--recipe", a.recipe, "Name of the recipe")->required();
  program.add_option("--epochs", a.epochs, "Length of the run and of its schedule");
  program.add_option("--weights", a.weights, "Model file with the initial weights; else drawn from the seed");
  program.add_option("--seed", a.seed, "Seed of the order of cases, and of drawn weights");
  program.add_option("--validation", a.validation, "Indices of validation cases: 3,17,20")->delimiter(',');
  program.add_option("--device", a.device)->check(CLI::IsMember({ "cpu", "cuda" }));
  program.add_option("--precision", a.precision)->check(CLI::IsMember({ "float32", "float64", "bfloat16" }));
  program.add_option("--initial", a.initial, "Write the model before the first step to this file");
  program.add_option("--final", a.final, "Write the model after the last step to this file");
  program.add_option("--losses", a.losses, "JSON output: losses, errors")->required();
  CLI11_PARSE(program, argc, argv);
  try
  {
    run(a);
  }
  catch (const flare::Error& error)
  {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
