#include "commands.h"
#include "flare/model.h"
#include "io/metadata.h"
#include "options.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdio>
#include <memory>

namespace flare::tools
{
namespace
{
struct InfoArguments
{
  std::string model;
  bool json = false;
};

std::string joined(const std::vector<std::string>& names)
{
  std::string text;
  for (const auto& name : names)
  {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text.empty() ? "none" : text;
}

void line(const char* what, const std::string& text)
{
  std::printf("%-14s %s\n", what, text.c_str());
}

void printNetwork(const ModelInfo& info)
{
  const auto& a = info.architecture;
  const auto n = [](std::int64_t value) { return std::to_string(value); };
  line("network", n(a.blocks) + " blocks, " + n(a.channels) + " channels, " + n(a.heads) + " heads, " +
                    a.latentsText() + " latents; " + n(info.parameters) + " weights");
  line("options", std::string(a.activation == Activation::Gelu ? "GELU" : "SiLU") +
                    (a.norm == Norm::Layer ? ", LayerNorm" : ", RMSNorm") +
                    (a.queryKeyNorm ? ", q/k norm" : "") + (a.sharedLatents ? ", shared latents" : "") +
                    ", attention scale " + shortText(a.attentionScale));
  line("values on", io::nameOf(info.signature.association));
  line("inputs", joined(info.signature.inputChannelNames()));
  if (info.encoding.octaves > 0)
  {
    line("encoding", n(info.encoding.octaves) + " octaves of sines and cosines of the coordinates");
  }
  line("targets", joined(info.signature.targetChannelNames()));
}

void printTraining(const TrainingRecord& t)
{
  const auto n = [](auto value) { return std::to_string(value); };
  line("recipe", t.recipe.name);
  if (t.stepsPlanned > 0)
  {
    line("run", n(t.stepsDone) + " of " + n(t.stepsPlanned) + " steps, seed " + n(t.seed) + ", " + t.device +
                  ", " + t.precision +
                  (t.completed ? "" : "; not completed" + (t.stopReason.empty() ? "" : ": " + t.stopReason)));
    line("cases",
      n(t.trainingCases.size()) + " for training, " + n(t.validationCases.size()) + " for validation");
  }
  if (!t.history.empty())
  {
    const auto& last = t.history.back();
    line("last epoch",
      n(last.epoch) + ", loss " + shortText(last.loss) +
        (std::isnan(last.validationError) ? "" : ", validation error " + shortText(last.validationError)) +
        ", after " + durationText(last.seconds));
  }
  for (const auto& note : t.notes)
  {
    line("note", note);
  }
}

void printJson(const ModelInfo& info)
{
  nlohmann::ordered_json all;
  for (const auto& [key, text] : io::toMetadata(info))
  {
    const bool isObject = !text.empty() && text.front() == '{';
    all[key] = isObject ? nlohmann::ordered_json::parse(text) : nlohmann::ordered_json(text);
  }
  all["parameters"] = info.parameters;
  std::printf("%s\n", all.dump(2).c_str());
}

void showInfo(const InfoArguments& a)
{
  const auto info = Model::inspect(a.model);
  if (a.json)
  {
    printJson(info);
    return;
  }
  printNetwork(info);
  printTraining(info.training);
}
}

void addInfo(CLI::App& program)
{
  auto a = std::make_shared<InfoArguments>();
  auto* command = program.add_subcommand("info", "Tell what a model file holds");
  command->add_option("model", a->model, "Model file or training checkpoint")->required()->type_name("MODEL");
  command->add_flag("--json", a->json, "Everything, as JSON");
  command->callback([a] { showInfo(*a); });
}
}
