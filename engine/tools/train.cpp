#include "commands.h"
#include "conform.h"
#include "flare/dataset.h"
#include "flare/error.h"
#include "flare/trainer.h"
#include "interrupt.h"
#include "options.h"
#include "training_choice.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace fs = std::filesystem;

namespace flare::tools
{
namespace
{
struct TrainArguments
{
  std::string data;
  std::string model;
  std::string start;
  bool resume = false;
  bool overwrite = false;
  TrainingChoice choice;
  TrainingOptions options;
};

// "epoch 3/20  step 36/240  loss 0.1234  validation error 0.05  2 min 5 s left"; what is not known is left
// out: the number of epochs under a budget of time, and that of steps until it has been measured.
void report(const Progress& progress, std::int64_t epochs)
{
  const auto& epoch = progress.epoch;
  const auto of = [](std::int64_t done, std::int64_t all)
  { return std::to_string(done) + (all > 0 ? "/" + std::to_string(all) : ""); };
  std::string line = "epoch " + of(epoch.epoch, epochs) + "  step " + of(epoch.step, progress.stepsPlanned) +
                     "  loss " + shortText(epoch.loss);
  if (!std::isnan(epoch.validationError))
  {
    line += "  validation error " + shortText(epoch.validationError);
  }
  if (progress.stepsPlanned > 0 && std::isfinite(progress.secondsLeft))
  {
    line += "  " + durationText(progress.secondsLeft) + " left";
  }
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

std::string listOf(const std::vector<std::string>& sentences)
{
  std::string text;
  for (const auto& sentence : sentences)
  {
    text += "\n  " + sentence;
  }
  return text;
}

// Whether there is anything to train: a finished model of the same data and settings is left alone, and
// what would be lost stops the command.
bool mustTrain(const TrainArguments& a, const DataSet& data)
{
  const bool modelThere = fs::exists(a.model);
  const bool checkpointThere = fs::exists(a.options.checkpointPath);
  if (a.overwrite || (!modelThere && (a.resume || !checkpointThere)))
  {
    return true;
  }
  if (!modelThere)
  {
    throw Error("a run that was stopped left '" + a.options.checkpointPath +
                "'. --resume continues it, --overwrite starts anew.");
  }
  const auto info = Model::inspect(a.model);
  const auto differing = differences(info, data, a.options);
  if (differing.empty() && info.training.completed)
  {
    return false;
  }
  if (a.resume && checkpointThere)
  {
    return true;
  }
  if (differing.empty())
  {
    throw Error("'" + a.model +
                "' is the result of a run that did not complete, and its checkpoint is gone. "
                "--overwrite trains anew.");
  }
  throw Error("'" + a.model + "' is there already, from other data or settings:" + listOf(differing) +
              "\nChoose another name, or --overwrite.");
}

Trainer makeTrainer(const TrainArguments& a, const DataSet& data)
{
  const auto& checkpoint = a.options.checkpointPath;
  if (a.resume && fs::exists(checkpoint))
  {
    auto trainer = Trainer::resume(checkpoint, data, a.options);
    std::printf(
      "continuing '%s' after step %lld\n", checkpoint.c_str(), static_cast<long long>(trainer.stepsDone()));
    return trainer;
  }
  return Trainer(data, a.options);
}

// The arrays and parameters that a model knows, in its order.
DataSet asIn(const Model& model, const DataSet& data)
{
  const auto& signature = model.info().signature;
  const Conform conform(data.signature(), signature, true);
  DataSet result(signature);
  for (std::size_t i = 0; i < data.size(); ++i)
  {
    result.add(conform(data[i]));
  }
  return result;
}

void train(TrainArguments& a)
{
  a.options = a.choice.resolved();
  if (!a.start.empty())
  {
    requireOtherFile(a.model, a.start);
    a.options.startFrom(Model::load(a.start));
  }
  requireOtherFile(a.model, a.data);
  a.options.checkpointPath = a.model + ".checkpoint";
  const auto data = a.options.start ? asIn(*a.options.start, DataSet::load(a.data)) : DataSet::load(a.data);
  if (!mustTrain(a, data))
  {
    std::printf("'%s' holds the result of these data and settings already; --overwrite trains it anew\n",
      a.model.c_str());
    return;
  }
  auto trainer = makeTrainer(a, data);
  const auto& record = trainer.record();
  std::printf("%zu training and %zu validation cases on %s; recipe %s\n", record.trainingCases.size(),
    record.validationCases.size(), describeDevice(resolveDevice(a.options.device)).c_str(),
    record.recipe.name.c_str());
  std::fflush(stdout);
  catchInterrupts();
  const auto epochs = a.options.recipe.timeBudget > 0.0 ? 0 : a.options.recipe.epochs;
  const auto state = trainer.run([&](const Progress& progress) { report(progress, epochs); },
    [](std::int64_t, std::int64_t) { return !interrupted(); });
  if (state == RunState::Stopped)
  {
    throw Interrupted("stopped after step " + std::to_string(trainer.stepsDone()) + ". '" +
                      a.options.checkpointPath +
                      "' holds the run; the same command with --resume continues it.");
  }
  const auto model = trainer.model();
  model.save(a.model);
  for (const auto& note : model.info().training.notes)
  {
    std::printf("note: %s\n", note.c_str());
  }
  std::printf("'%s' written: %lld weights, %lld steps\n", a.model.c_str(),
    static_cast<long long>(model.info().parameters), static_cast<long long>(trainer.stepsDone()));
}
}

void addTrain(CLI::App& program)
{
  auto a = std::make_shared<TrainArguments>();
  auto* command = program.add_subcommand("train", "Train a surrogate on a data set");
  command->add_option("data", a->data, "Data set file")->required()->type_name("DATA");
  command->add_option("-o,--output", a->model, "Model file to write; MODEL.checkpoint is beside it meanwhile")
    ->required()
    ->type_name("MODEL");
  command->add_option("--start", a->start, "Begin with this model's weights; the network is its own")
    ->type_name("MODEL");
  a->choice.addTo(*command);
  auto* resume = command->add_flag(
    "--resume", a->resume, "Continue a run that was stopped; start one where there is none");
  command->add_flag("--overwrite", a->overwrite, "Train anew whatever is there")->excludes(resume);
  command->callback([a] { train(*a); });
}
}
