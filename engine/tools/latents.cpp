#include "flare/latents.h"
#include "checks.h"
#include "commands.h"
#include "conform.h"
#include "flare/error.h"
#include "options.h"

#include <cstdio>
#include <filesystem>
#include <memory>

namespace flare::tools
{
namespace
{
struct LatentArguments
{
  std::string model;
  std::string data;
  std::string output;
  std::size_t cases = 8;
  std::vector<std::int64_t> blocks;
  std::uint64_t seed = 1;
  bool overwrite = false;
  double energy = 0.999;
  std::vector<std::int64_t> latents; // of each block, in the place of the energy
  Device device = Device::Auto;
};

// What the model's latents do on so many cases, spread over the data set.
LatentUse useOf(const LatentArguments& a, const Model& model)
{
  const auto data = DataSet::load(a.data);
  const Conform conform(data.signature(), model.info().signature, false);
  LatentUse use(model, a.device);
  for (const auto index : spreadCases(data.size(), a.cases))
  {
    use.add(conform(data[index]));
  }
  return use;
}

void suggest(const LatentArguments& a)
{
  const auto use = useOf(a, Model::load(a.model));
  const auto suggestions = use.suggestions(a.energy);
  std::printf("%zu cases\n%5s %7s %9s  %s\n", use.cases(), "block", "latents", "suggested", "because");
  for (const auto& block : suggestions)
  {
    std::printf("%5lld %7lld %9lld  %s\n", static_cast<long long>(block.block),
      static_cast<long long>(block.latents), static_cast<long long>(block.suggested), block.reason.c_str());
  }
}

void requireFree(const LatentArguments& a)
{
  requireOtherFile(a.output, a.model);
  if (!a.data.empty())
  {
    requireOtherFile(a.output, a.data);
  }
  if (std::filesystem::exists(a.output) && !a.overwrite)
  {
    throw Error("'" + a.output + "' is there already. Choose another name, or --overwrite.");
  }
}

void save(const Model& model, const LatentArguments& a)
{
  model.save(a.output);
  std::printf("'%s' written: latents %s, %lld weights\n", a.output.c_str(),
    model.info().architecture.latentsText().c_str(), static_cast<long long>(model.info().parameters));
}

void pruneModel(const LatentArguments& a)
{
  requireFree(a);
  const auto model = Model::load(a.model);
  if (!a.latents.empty())
  {
    requireKeepable(model.info().architecture, a.latents);
  }
  const auto use = useOf(a, model);
  save(a.latents.empty() ? use.prune(a.energy) : use.prune(a.latents), a);
}

void growModel(const LatentArguments& a)
{
  requireFree(a);
  save(grow(Model::load(a.model), a.blocks, a.seed), a);
}

void addModel(CLI::App& command, LatentArguments& a)
{
  command.add_option("model", a.model, "Model file")->required()->type_name("MODEL");
}

void addData(CLI::App& command, LatentArguments& a)
{
  command.add_option("data", a.data, "Data set file")->required()->type_name("DATA");
  command.add_option("--cases", a.cases, "How many of its cases to look at, spread over all")
    ->check(positive())
    ->capture_default_str();
  command.add_option("--energy", a.energy, "The share of the eigenvalues' sum to be held")
    ->check(share())
    ->capture_default_str();
  addDevice(command, a.device);
}

void addOutput(CLI::App& command, LatentArguments& a)
{
  command.add_option("-o,--output", a.output, "Model file to write")->required()->type_name("MODEL");
  command.add_flag("--overwrite", a.overwrite, "Replace a file that is there");
}
}

void addLatents(CLI::App& program)
{
  auto suggested = std::make_shared<LatentArguments>();
  auto* suggestion = program.add_subcommand("latents", "How many latents each block of a model needs");
  addModel(*suggestion, *suggested);
  addData(*suggestion, *suggested);
  suggestion->callback([suggested] { suggest(*suggested); });

  auto pruned = std::make_shared<LatentArguments>();
  auto* pruning = program.add_subcommand(
    "prune", "Take the latents out of a model that it needs least; train on from it (train --start)");
  addModel(*pruning, *pruned);
  addData(*pruning, *pruned);
  pruning->add_option("--latents", pruned->latents, "How many each block keeps, in the place of --energy")
    ->delimiter(',')
    ->check(positive())
    ->type_name("M0,M1,...");
  addOutput(*pruning, *pruned);
  pruning->callback([pruned] { pruneModel(*pruned); });

  auto grown = std::make_shared<LatentArguments>();
  auto* growing = program.add_subcommand(
    "grow", "Double the latents of a model, which leaves its function as it was; train on from it");
  addModel(*growing, *grown);
  growing->add_option("--blocks", grown->blocks, "Which blocks, from 0 (default: all)")
    ->delimiter(',')
    ->check(notNegative())
    ->type_name("B0,B1,...");
  growing->add_option("--seed", grown->seed, "Seed of the directions in which twins part")
    ->capture_default_str();
  addOutput(*growing, *grown);
  growing->callback([grown] { growModel(*grown); });
}
}
