#pragma once

#include "flare/trainer.h"

#include <cstdint>
#include <string>

namespace CLI
{
class App;
}

namespace flare::tools
{
// What a user chooses of a training on the command line: recipe, budget, network, split, device.
class TrainingChoice
{
public:
  // The command then has the options.
  void addTo(CLI::App& command);
  // The settings of the training, once the command line has been parsed.
  TrainingOptions resolved() const;

private:
  void addNetwork(CLI::App& command);
  Recipe chosenRecipe() const;

  std::string recipe_ = "Quick look";
  std::int64_t epochs_ = 0; // 0: the recipe's, like all sizes below
  double time_ = 0.0;
  std::int64_t channels_ = 0;
  std::int64_t blocks_ = 0;
  std::int64_t heads_ = 0;
  std::int64_t latents_ = 0;
  int batchSize_ = 0;
  int latentDoublings_ = 0;
  int octaves_ = -1;
  TrainingOptions options_;
};
}
