#include "flare/import.h"

#include "checks.h"
#include "commands.h"
#include "field_names.h"
#include "flare/error.h"
#include "options.h"

#include <cstdio>
#include <map>
#include <memory>

namespace flare::tools
{
namespace
{
struct ImportArguments
{
  std::string checkpoint;
  std::string output;
  std::vector<std::string> inputs;
  std::vector<std::string> parameters;
  std::vector<std::string> targets;
  bool time = false;
  bool cells = false;
  ImportOptions options;
};

Signature signatureOf(const ImportArguments& a)
{
  if (a.inputs.empty() || a.inputs.front() != "coordinates")
  {
    throw Error("--inputs: the first must be 'coordinates', which stands for the three of every point.");
  }
  Signature s;
  s.association = a.cells ? Association::Cells : Association::Points;
  s.inputs = fieldsNamed({ a.inputs.begin() + 1, a.inputs.end() }, "--inputs");
  for (const auto& name : a.parameters)
  {
    s.parameters.push_back({ name, "" });
  }
  s.useTime = a.time;
  s.targets = fieldsNamed(a.targets, "--targets");
  return s;
}

void import(ImportArguments& a)
{
  requireOtherFile(a.output, a.checkpoint);
  requireNothingButImport(a.output);
  a.options.signature = signatureOf(a);
  const auto model = importCheckpoint(a.checkpoint, a.options);
  model.save(a.output);
  const auto& n = model.info().architecture;
  std::printf("'%s' written: %lld blocks, %lld heads, %lld channels, %lld latents, %lld weights\n",
    a.output.c_str(), static_cast<long long>(n.blocks), static_cast<long long>(n.heads),
    static_cast<long long>(n.channels), static_cast<long long>(n.latents),
    static_cast<long long>(model.info().parameters));
}
}

void addImport(CLI::App& program)
{
  static const std::map<std::string, ImportWeights> weights = { { "raw", ImportWeights::Raw },
    { "ema", ImportWeights::Ema } };
  auto a = std::make_shared<ImportArguments>();
  auto* command =
    program.add_subcommand("import", "Make a model from a checkpoint of the published code (FLARE.py)");
  command->add_option("checkpoint", a->checkpoint, "torch.save or safetensors file")
    ->required()
    ->type_name("CHECKPOINT");
  command->add_option("-o,--output", a->output, "Model file to write")->required()->type_name("MODEL");
  command
    ->add_option("--config", a->options.configPath,
      "config.json or config.yaml (default: in the checkpoint, beside it or in the folder above)")
    ->type_name("FILE");
  command
    ->add_option("--inputs", a->inputs,
      "coordinates, then arrays in the order of the network's inputs; NAME:3 has three components")
    ->required()
    ->delimiter(',')
    ->type_name("coordinates,NAME,...");
  command->add_option("--parameters", a->parameters, "Numbers of a whole case, which come after the arrays")
    ->delimiter(',')
    ->type_name("NAME,...");
  command->add_flag("--time", a->time, "The time is the last input");
  command->add_option("--targets", a->targets, "Arrays that the network gives")
    ->required()
    ->delimiter(',')
    ->type_name("NAME,...");
  command->add_flag("--cells", a->cells, "Values are those of cells, at their centres");
  command
    ->add_option("--normalisation", a->options.normalisationPath,
      R"(JSON: {"inputs": {"mean": [...], "scale": [...]}, "targets": {...}} (default: none))")
    ->type_name("FILE");
  addChoice(*command, "--weights", a->options.weights, weights,
    "raw, or ema for the averaged weights of a trainer's snapshot")
    ->default_str("raw");
  command->callback([a] { import(*a); });
}
}
