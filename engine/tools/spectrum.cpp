#include "flare/spectrum.h"
#include "checks.h"
#include "commands.h"
#include "conform.h"
#include "csv.h"
#include "flare/ensemble_spectrum.h"
#include "flare/error.h"
#include "options.h"
#include "spectrum/range.h"

#include <cstdio>
#include <memory>

namespace flare::tools
{
namespace
{
struct SpectrumArguments
{
  std::string model;
  std::string data;
  std::string csv;
  std::size_t caseIndex = 0;
  bool allCases = false;
  bool training = false;
  double quantile = 0.1;
  bool precise = false;
  Device device = Device::Auto;
  SpectrumOptions options;
};

void print(const std::vector<HeadSpectrum>& heads)
{
  std::printf("%5s %5s %15s %13s  %s\n", "block", "head", "effective rank", "modes to 99%", "eigenvalues");
  for (const auto& h : heads)
  {
    std::printf("%5lld %5lld %15s %13lld ", static_cast<long long>(h.block), static_cast<long long>(h.head),
      shortText(effectiveRank(h.eigenvalues)).c_str(),
      static_cast<long long>(modesToEnergy(h.eigenvalues, 0.99)));
    for (std::size_t m = 0; m < h.eigenvalues.size() && m < 6; ++m)
    {
      std::printf(" %s", shortText(h.eigenvalues[m]).c_str());
    }
    std::printf("%s\n", h.eigenvalues.size() > 6 ? " ..." : "");
  }
}

void save(const std::vector<HeadSpectrum>& heads, const std::string& path)
{
  Csv csv({ "block", "head", "mode", "eigenvalue" });
  for (const auto& h : heads)
  {
    for (std::size_t m = 0; m < h.eigenvalues.size(); ++m)
    {
      csv.row(
        { std::to_string(h.block), std::to_string(h.head), std::to_string(m), exactText(h.eigenvalues[m]) });
    }
  }
  csv.save(path);
}

void save(const std::vector<HeadDistribution>& heads, const std::string& path)
{
  Csv csv({ "block", "head", "mode", "median", "lower", "upper", "smallest", "largest" });
  for (const auto& h : heads)
  {
    for (std::size_t m = 0; m < h.median.size(); ++m)
    {
      csv.row({ std::to_string(h.block), std::to_string(h.head), std::to_string(m), exactText(h.median[m]),
        exactText(h.lower[m]), exactText(h.upper[m]), exactText(h.smallest[m]), exactText(h.largest[m]) });
    }
  }
  csv.save(path);
}

void print(const std::vector<CaseDeparture>& cases)
{
  constexpr std::size_t most = 10;
  std::printf("%zu cases; departure of their spectra from the medians, largest first\n", cases.size());
  std::printf("%10s %17s  %s\n", "departure", "most in", "case");
  for (std::size_t i = 0; i < cases.size() && i < most; ++i)
  {
    const auto& one = cases[i];
    const auto place = "block " + std::to_string(one.block) + " head " + std::to_string(one.head);
    std::printf(
      "%10s %17s  %zu, %s\n", shortText(one.departure).c_str(), place.c_str(), one.index, one.name.c_str());
  }
  if (cases.size() > most)
  {
    std::printf("%10s\n", "...");
  }
}

void ensemble(const SpectrumArguments& a, const Model& model, const DataSet& data, const Conform& conform)
{
  EnsembleSpectrum all;
  all.distribution(a.quantile); // a fraction that cannot be ends it here, not after the last case
  for (std::size_t i = 0; i < data.size(); ++i)
  {
    all.add(data[i].name, spectra(model, conform(data[i]), a.device, a.options));
  }
  if (!a.csv.empty())
  {
    save(all.distribution(a.quantile), a.csv);
  }
  print(all.departures());
}

// What was stored while the model was trained: a line per epoch and head.
void overTraining(const SpectrumArguments& a, const Model& model)
{
  spectrum::requireRange("block", a.options.block, -1, model.info().architecture.blocks);
  spectrum::requireRange("head", a.options.head, -1, model.info().architecture.heads);
  const auto& epochs = model.info().training.spectraEpochs;
  if (epochs.empty())
  {
    trainingSpectra(model, 0, a.options.block); // says that there are none
  }
  Csv csv({ "epoch", "block", "head", "mode", "eigenvalue" });
  std::printf("%5s %5s %5s %15s %13s\n", "epoch", "block", "head", "effective rank", "modes to 99%");
  for (const auto epoch : epochs)
  {
    for (const auto& h : trainingSpectra(model, epoch, a.options.block))
    {
      if (a.options.head >= 0 && h.head != a.options.head)
      {
        continue;
      }
      std::printf("%5lld %5lld %5lld %15s %13lld\n", static_cast<long long>(epoch),
        static_cast<long long>(h.block), static_cast<long long>(h.head),
        shortText(effectiveRank(h.eigenvalues)).c_str(),
        static_cast<long long>(modesToEnergy(h.eigenvalues, 0.99)));
      for (std::size_t m = 0; m < h.eigenvalues.size(); ++m)
      {
        csv.row({ std::to_string(epoch), std::to_string(h.block), std::to_string(h.head), std::to_string(m),
          exactText(h.eigenvalues[m]) });
      }
    }
  }
  if (!a.csv.empty())
  {
    csv.save(a.csv);
  }
}

void spectrum(SpectrumArguments& a)
{
  requireOtherFile(a.csv, a.data);
  requireOtherFile(a.csv, a.model);
  if (a.training != a.data.empty())
  {
    throw Error(a.training ? "with --training the spectra come from the model alone: leave DATA out."
                           : "DATA is missing, the meshes of the spectra. (--training needs none.)");
  }
  const auto model = Model::load(a.model);
  if (a.training)
  {
    overTraining(a, model);
    return;
  }
  const auto data = DataSet::load(a.data);
  const Conform conform(data.signature(), model.info().signature, false);
  a.options.precision = a.precise ? SpectrumPrecision::Precise : SpectrumPrecision::Default;
  if (a.allCases)
  {
    ensemble(a, model, data, conform);
    return;
  }
  if (a.caseIndex >= data.size())
  {
    throw Error("there is no case " + std::to_string(a.caseIndex) + ": '" + a.data + "' has " +
                std::to_string(data.size()) + " cases, counted from 0.");
  }
  const auto c = conform(data[a.caseIndex]);
  const auto heads = spectra(model, c, a.device, a.options);
  if (!a.csv.empty())
  {
    save(heads, a.csv);
  }
  std::printf("case %zu, %s: %lld points\n", a.caseIndex, c.name.c_str(), static_cast<long long>(c.count()));
  print(heads);
}
}

void addSpectrum(CLI::App& program)
{
  auto a = std::make_shared<SpectrumArguments>();
  auto* command =
    program.add_subcommand("spectrum", "Eigenvalues of the attention heads' mixing operators on a mesh");
  command->add_option("model", a->model, "Model file")->required()->type_name("MODEL");
  command->add_option("data", a->data, "Data set file")->type_name("DATA");
  auto* training = command->add_flag("--training", a->training,
    "No data: the spectra that were stored while the model was trained (train --spectra-every)");
  auto* one = command->add_option("--case", a->caseIndex, "Which case of the data set, from 0")
                ->check(notNegative())
                ->capture_default_str()
                ->excludes(training);
  auto* all = command
                ->add_flag("--all-cases", a->allCases,
                  "All cases: the distribution of each eigenvalue, and the cases that depart most")
                ->excludes(one)
                ->excludes(training);
  command
    ->add_option("--quantile", a->quantile,
      "With --all-cases: the share of the cases below the lower quantile, and above the upper one")
    ->capture_default_str()
    ->needs(all);
  command->add_option("--block", a->options.block, "Which block, from 0; -1: all")->capture_default_str();
  command->add_option("--head", a->options.head, "Which head, from 0; -1: all")->capture_default_str();
  command->add_flag("--precise", a->precise, "Everything in double precision")->excludes(training);
  command->add_option("--csv", a->csv, "Write all eigenvalues, or their distribution, to this file")
    ->type_name("FILE");
  addDevice(*command, a->device);
  command->callback([a] { spectrum(*a); });
}
}
