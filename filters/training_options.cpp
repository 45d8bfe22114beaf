#include "training_options.h"

#include "guarded.h"
#include "vtkFLARETrain.h"

#include "flare/error.h"
#include "flare/latents.h"

#include <algorithm>
#include <sstream>

namespace flare::filters
{
namespace
{
void requireNotNegative(const char* property, double value, const char* zero)
{
  if (!(value >= 0.0))
  {
    std::ostringstream text;
    text << property << " is " << value << ", but it must be positive, or 0 for " << zero;
    throw Error(text.str());
  }
}

// What a script may set although the panel does not offer it.
void checkProperties(vtkFLARETrain& filter)
{
  const char* ofRecipe = "the recipe's own";
  requireNotNegative("Epochs", filter.GetEpochs(), ofRecipe);
  requireNotNegative("TimeBudget", filter.GetTimeBudget(), ofRecipe);
  requireNotNegative("BatchSize", filter.GetBatchSize(), ofRecipe);
  requireNotNegative("Channels", filter.GetChannels(), ofRecipe);
  requireNotNegative("Blocks", filter.GetBlocks(), ofRecipe);
  requireNotNegative("Heads", filter.GetHeads(), ofRecipe);
  requireNotNegative("Latents", filter.GetLatents(), ofRecipe);
  requireNotNegative("CheckpointInterval", filter.GetCheckpointInterval(), "a checkpoint after every epoch");
  if (filter.GetSeed() < 0)
  {
    throw Error("Seed is " + std::to_string(filter.GetSeed()) + ", but it must be 0 or positive");
  }
  if (filter.GetRecipe() < vtkFLARETrain::QUICK_LOOK || filter.GetRecipe() > vtkFLARETrain::CUSTOM)
  {
    throw Error("Recipe is " + std::to_string(filter.GetRecipe()) +
                ", but it must be 0 (Quick look), 1 (Balanced), "
                "2 (Published) or 3 (Custom)");
  }
}

Recipe recipeOf(vtkFLARETrain& filter)
{
  auto recipe = filter.GetRecipe() == vtkFLARETrain::CUSTOM
                  ? Recipe{}
                  : Recipe::named(Recipe::names().at(static_cast<std::size_t>(filter.GetRecipe())));
  if (filter.GetEpochs() > 0)
  {
    recipe.epochs = filter.GetEpochs();
    recipe.timeBudget = 0.0;
  }
  if (filter.GetTimeBudget() > 0.0)
  {
    recipe.timeBudget = filter.GetTimeBudget();
  }
  if (filter.GetOptimizer() != vtkFLARETrain::RECIPE_OPTIMIZER)
  {
    recipe.optimizer =
      filter.GetOptimizer() == vtkFLARETrain::ADAMW ? flare::Optimizer::AdamW : flare::Optimizer::Muon;
  }
  if (filter.GetBatchSize() > 0)
  {
    recipe.batchSize = filter.GetBatchSize();
  }
  recipe.latentDoublings = filter.GetLatentDoublings();
  if (filter.GetEncodingOctaves() >= 0)
  {
    recipe.encoding.octaves = filter.GetEncodingOctaves();
  }
  const auto override = [](double& value, double wanted)
  {
    if (!(wanted < 0.0))
    {
      value = wanted;
    }
  };
  override(recipe.learningRate, filter.GetLearningRate());
  override(recipe.muonLearningRate, filter.GetMuonLearningRate());
  override(recipe.weightDecay, filter.GetWeightDecay());
  override(recipe.warmup, filter.GetWarmup());
  override(recipe.gradientClip, filter.GetGradientClip());
  override(recipe.emaDecay, filter.GetEmaDecay());
  return recipe;
}

Architecture architectureOf(vtkFLARETrain& filter, const Recipe& recipe)
{
  Architecture a;
  a.channels = filter.GetChannels() > 0 ? filter.GetChannels() : recipe.channels;
  a.blocks = filter.GetBlocks() > 0 ? filter.GetBlocks() : recipe.blocks;
  a.latents = filter.GetLatents() > 0 ? filter.GetLatents() : recipe.latents;
  const auto usual = filter.GetChannels() > 0 ? std::max<std::int64_t>(1, a.channels / 8) : recipe.heads;
  a.heads = filter.GetHeads() > 0 ? filter.GetHeads() : usual;
  a.activation = filter.GetActivation() == 0 ? flare::Activation::Gelu : flare::Activation::Silu;
  a.norm = filter.GetNorm() == 0 ? flare::Norm::Layer : flare::Norm::Rms;
  a.queryKeyNorm = filter.GetQueryKeyNorm();
  a.outputNorm = filter.GetOutputNorm();
  a.sharedLatents = filter.GetSharedLatents();
  a.attentionScale = filter.GetAttentionScale();
  a.keyLayers = filter.GetKeyLayers();
  a.valueLayers = filter.GetValueLayers();
  a.feedForwardLayers = filter.GetFeedForwardLayers();
  a.inOutLayers = filter.GetInOutLayers();
  a.keyRatio = filter.GetKeyRatio();
  a.valueRatio = filter.GetValueRatio();
  a.feedForwardRatio = filter.GetFeedForwardRatio();
  return a;
}
}

TrainingOptions trainingOptions(vtkFLARETrain& filter, const std::vector<int>& validationCases,
  const std::string& checkpoint, const std::optional<Model>& start)
{
  checkProperties(filter);
  TrainingOptions options;
  options.recipe = recipeOf(filter);
  options.architecture = architectureOf(filter, options.recipe);
  options.seed = static_cast<std::uint64_t>(filter.GetSeed());
  options.validationFraction = filter.GetValidationFraction();
  for (const int index : validationCases)
  {
    if (index < 0)
    {
      throw Error("ValidationCases names case " + std::to_string(index) + ", but cases are numbered from 0");
    }
    options.validationCases.push_back(static_cast<std::size_t>(index));
  }
  options.spectraEvery = filter.GetSpectraEvery();
  options.coordinateScalePerAxis = filter.GetScalePerAxis();
  options.device = static_cast<flare::Device>(filter.GetDevice());
  options.precision = static_cast<flare::Precision>(filter.GetPrecision());
  options.checkpointPath = checkpoint;
  if (start)
  {
    options.startFrom(*start);
  }
  options.checkpointSeconds = filter.GetCheckpointInterval();
  about("LatentDoublings", [&] { checkLatentDoublings(options); });
  return options;
}
}
