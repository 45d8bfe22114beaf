#include "training_choice.h"

#include "checks.h"
#include "options.h"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace flare::tools
{
Recipe TrainingChoice::chosenRecipe() const
{
  auto recipe = Recipe::named(recipe_);
  if (epochs_ > 0)
  {
    recipe.epochs = epochs_;
    recipe.timeBudget = 0.0;
  }
  if (time_ > 0.0)
  {
    recipe.timeBudget = time_;
  }
  if (batchSize_ > 0)
  {
    recipe.batchSize = batchSize_;
  }
  recipe.latentDoublings = latentDoublings_;
  if (octaves_ >= 0)
  {
    recipe.encoding.octaves = octaves_;
  }
  return recipe;
}

TrainingOptions TrainingChoice::resolved() const
{
  auto options = options_;
  options.recipe = chosenRecipe();
  const auto chosen = [](std::int64_t own, std::int64_t usual) { return own > 0 ? own : usual; };
  auto& architecture = options.architecture;
  architecture.channels = chosen(channels_, options.recipe.channels);
  architecture.blocks = chosen(blocks_, options.recipe.blocks);
  architecture.latents = chosen(latents_, options.recipe.latents);
  // Heads of eight channels, unless the recipe's own width is kept.
  const auto usualHeads =
    channels_ > 0 ? std::max<std::int64_t>(1, architecture.channels / 8) : options.recipe.heads;
  architecture.heads = chosen(heads_, usualHeads);
  return options;
}

void TrainingChoice::addNetwork(CLI::App& command)
{
  const auto size = [&](const char* name, std::int64_t& value, const char* text)
  { command.add_option(name, value, text)->check(positive())->group("Network (default: the recipe's)"); };
  size("--channels", channels_, "Width of the network");
  size("--blocks", blocks_, "Number of blocks");
  size("--heads", heads_, "Attention heads per block; they must divide the channels");
  size("--latents", latents_, "Latent points per head");
  command
    .add_option("--latent-doublings", latentDoublings_,
      "Begin with fewer latents and double them so often, at equal parts of the run")
    ->check(notNegative())
    ->capture_default_str();
  command
    .add_option("--octaves", octaves_, "Octaves of sines and cosines of the coordinates as further inputs")
    ->check(notNegative())
    ->group("Network (default: the recipe's)");
}

void TrainingChoice::addTo(CLI::App& command)
{
  command.add_option("--recipe", recipe_, "Quick look, Balanced or Published")->capture_default_str();
  auto* epochs = command.add_option("--epochs", epochs_, "Budget in epochs")->check(positive());
  command.add_option("--time", time_, "Budget in seconds")->check(positive())->excludes(epochs);
  command.add_option("--batch-size", batchSize_, "Cases per step")->check(positive());
  command.add_option("--seed", options_.seed, "Seed of the weights, the order and the split")
    ->capture_default_str();
  command.add_option("--validation-fraction", options_.validationFraction, "Part of the cases held out")
    ->check(CLI::Range(0.0, 1.0))
    ->capture_default_str();
  command
    .add_option("--spectra-every", options_.spectraEvery,
      "Store the spectra of the heads every so many epochs (0: never)")
    ->check(notNegative())
    ->capture_default_str();
  addDevice(command, options_.device);
  addPrecision(command, options_.precision);
  addNetwork(command);
}
}
