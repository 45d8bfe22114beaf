#include "commands.h"
#include "conform.h"
#include "csv.h"
#include "flare/evaluation.h"
#include "options.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace flare::tools
{
namespace
{
struct EvaluateArguments
{
  std::string model;
  std::string data;
  std::string csv;
  Device device = Device::Auto;
  Precision precision = Precision::Float32;
};

void printSummary(const std::vector<FieldSummary>& summary, std::size_t cases)
{
  std::printf(
    "relative L2 errors over %zu cases; the last column is that of predicting the training mean\n", cases);
  std::printf("%-20s %10s %10s %10s %12s %14s  %s\n", "field", "mean", "median", "worst", "max error",
    "training mean", "worst case");
  for (const auto& f : summary)
  {
    std::printf("%-20s %10s %10s %10s %12s %14s  %s\n", f.field.c_str(), shortText(f.meanRelativeL2).c_str(),
      shortText(f.medianRelativeL2).c_str(), shortText(f.worstRelativeL2).c_str(),
      shortText(f.maxError).c_str(), shortText(f.trainingMeanRelativeL2).c_str(), f.worstCase.c_str());
  }
}

void evaluateAll(const EvaluateArguments& a)
{
  requireOtherFile(a.csv, a.data);
  requireOtherFile(a.csv, a.model);
  Predictor predictor(Model::load(a.model), a.device, a.precision);
  const auto data = DataSet::load(a.data);
  const auto& signature = predictor.model().info().signature;
  const Conform conform(data.signature(), signature, true);
  Csv csv({ "case", "points", "field", "relative_l2", "max_error", "r2", "training_mean_relative_l2" });
  std::vector<CaseScore> scores;
  for (std::size_t i = 0; i < data.size(); ++i)
  {
    scores.push_back(evaluate(predictor, conform(data[i])));
    const auto& score = scores.back();
    for (std::size_t f = 0; f < score.fields.size(); ++f)
    {
      const auto& field = score.fields[f];
      csv.row(
        { score.name, std::to_string(score.points), signature.targets[f].name, exactText(field.relativeL2),
          exactText(field.maxError), exactText(field.r2), exactText(field.meanRelativeL2) });
    }
  }
  if (!a.csv.empty())
  {
    csv.save(a.csv);
  }
  printSummary(summarise(signature, scores), scores.size());
}
}

void addEvaluate(CLI::App& program)
{
  auto a = std::make_shared<EvaluateArguments>();
  auto* command =
    program.add_subcommand("evaluate", "Measure a model's errors on a data set with known targets");
  command->add_option("model", a->model, "Model file")->required()->type_name("MODEL");
  command->add_option("data", a->data, "Data set file")->required()->type_name("DATA");
  command->add_option("--csv", a->csv, "Write every case's errors to this file")->type_name("FILE");
  addDevice(*command, a->device);
  addPrecision(*command, a->precision);
  command->callback([a] { evaluateAll(*a); });
}
}
