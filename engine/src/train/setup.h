#pragma once

#include "flare/dataset.h"
#include "flare/model.h"
#include "flare/trainer.h"

#include <torch/torch.h>

#include <string>
#include <vector>

namespace flare::train
{
// What a run works on, before its first step.
struct Setup
{
  ModelInfo info;
  Split split;
  torch::Tensor meanField; // as in Model::Impl
};

// Checks data and settings, splits and normalises. Throws Error for what cannot be trained. Collective.
Setup prepare(const DataSet& data, const TrainingOptions& options);

// prepare()'s checks of what needs no look at the fields: that there are cases and targets, and the recipe.
void checkOptions(const DataSet& data, const TrainingOptions& options);

// One sentence for every target that is the same everywhere in the training cases, which cannot be learnt.
// `targets` is their scaling.
std::vector<std::string> constantTargets(const Signature& signature, const ChannelScaling& targets);
// Of the other targets, a component that is constant (the third of a plane flow) can stay, and is named.
struct ConstantComponent
{
  std::string name;
  std::string note;
};
std::vector<ConstantComponent> constantComponents(const Signature& signature, const ChannelScaling& targets);

// A spread that rounding alone can make is none.
bool isConstant(double smallest, double largest);

// The split that the options ask for; throws Error when it leaves nothing to train on, or when a validation
// case does not exist.
Split splitOf(const DataSet& data, const TrainingOptions& options);

// The options' architecture with the inputs and outputs of the data.
Architecture architectureFor(const Signature& signature, const TrainingOptions& options);
}
