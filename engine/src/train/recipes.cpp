#include "flare/recipe.h"

#include "flare/error.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <sstream>

namespace flare
{
namespace
{
// Made for minutes: orthogonalised momentum, an average that forgets its beginning, half the published depth,
// and sines and cosines of the coordinates. The values are those of the ladder in docs/recipes.md.
Recipe tuned(const char* name, double seconds)
{
  Recipe r;
  r.name = name;
  r.optimizer = Optimizer::Muon;
  r.timeBudget = seconds;
  r.batchSize = 4;
  r.warmup = 0.1;
  r.learningRate = 3e-3;
  r.muonLearningRate = 6e-3;
  r.weightDecay = 0.0;
  r.momentumCycle = false;
  r.gradientClip = 1.0;
  r.emaDecay = 0.99;
  r.emaWarmup = true;
  r.channels = 64;
  r.blocks = 4;
  r.heads = 8;
  r.latents = 64;
  r.encoding.octaves = 2;
  return r;
}

// Few minutes buy more steps of a narrower network than they would of the balanced one.
Recipe quickLook()
{
  auto r = tuned("Quick look", 180.0);
  r.muonLearningRate = 1e-2;
  r.channels = 32;
  r.heads = 4;
  return r;
}

// The paper's (arXiv 2508.12594), for hundreds of epochs.
Recipe published()
{
  Recipe r;
  r.name = "Published";
  r.optimizer = Optimizer::AdamW;
  r.epochs = 500;
  r.batchSize = 2;
  r.warmup = 0.1;
  r.learningRate = 1e-3;
  r.weightDecay = 1e-5;
  r.momentumCycle = true;
  r.gradientClip = 1.0;
  r.emaDecay = 0.999;
  r.emaWarmup = false;
  r.channels = 64;
  r.blocks = 8;
  r.heads = 8;
  r.latents = 64;
  return r;
}

// "quick-look" and "Quick look" are the same name.
std::string plain(std::string name)
{
  for (auto& letter : name)
  {
    letter = letter == '-' || letter == '_'
               ? ' '
               : static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return name;
}

void require(bool holds, const char* name, double value, const char* expected)
{
  if (!holds)
  {
    std::ostringstream text;
    text << "recipe: the " << name << " is " << value << ", but it must be " << expected;
    throw Error(text.str());
  }
}

void requirePositive(const char* name, double value)
{
  require(value > 0.0 && value <= 1e6, name, value, "a positive number of at most 1e6");
}

void requireShare(const char* name, double value)
{
  require(value >= 0.0 && value < 1.0, name, value, "at least 0 and below 1");
}
}

std::vector<std::string> Recipe::names()
{
  return { "Quick look", "Balanced", "Published" };
}

Recipe Recipe::named(const std::string& name)
{
  const auto wanted = plain(name);
  for (const auto& recipe : { quickLook(), tuned("Balanced", 1800.0), published() })
  {
    if (plain(recipe.name) == wanted)
    {
      return recipe;
    }
  }
  std::string known;
  for (const auto& other : names())
  {
    known += (known.empty() ? "'" : ", '") + other + "'";
  }
  throw Error("there is no recipe '" + name + "'; choose one of " + known);
}

void Recipe::validate() const
{
  require(std::isfinite(timeBudget) && timeBudget >= 0.0, "time budget", timeBudget,
    "a number of seconds, or 0 for a budget of epochs");
  require(timeBudget > 0.0 || epochs >= 1, "number of epochs", static_cast<double>(epochs), "at least 1");
  require(batchSize >= 1, "batch size", batchSize, "at least 1");
  require(warmup >= 0.0 && warmup <= 1.0, "warm-up", warmup, "between 0 and 1, a share of the steps");
  requirePositive("learning rate", learningRate);
  if (optimizer == Optimizer::Muon)
  {
    requirePositive("learning rate of Muon", muonLearningRate);
  }
  require(weightDecay >= 0.0 && weightDecay <= 1e6, "weight decay", weightDecay, "between 0 and 1e6");
  requireShare("beta1", beta1);
  requireShare("beta2", beta2);
  requirePositive("epsilon", epsilon);
  require(std::isfinite(gradientClip) && gradientClip >= 0.0, "gradient clip", gradientClip,
    "a bound on the gradient's norm, or 0 for none");
  requireShare("decay of the averaged weights", emaDecay);
  require(latentDoublings >= 0 && latentDoublings <= 20, "number of doublings of the latents",
    latentDoublings, "between 0 and 20");
  require(encoding.octaves >= 0 && encoding.octaves <= 16, "number of octaves of the input encoding",
    encoding.octaves, "between 0 and 16");
  requirePositive("base frequency of the input encoding", encoding.baseFrequency);
}
}
