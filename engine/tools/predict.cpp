#include "commands.h"
#include "conform.h"
#include "flare/error.h"
#include "flare/predictor.h"
#include "options.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace flare::tools
{
namespace
{
struct PredictArguments
{
  std::string model;
  std::string data;
  std::string output;
  Device device = Device::Auto;
  Precision precision = Precision::Float32;
};

// The predictions are a data set too: the points, and the fields as targets called NAME_predicted.
Signature predictedSignature(const Signature& model)
{
  Signature s;
  s.association = model.association;
  s.targets = model.targets;
  for (auto& field : s.targets)
  {
    field.name += "_predicted";
  }
  return s;
}

Case predictCase(Predictor& predictor, const Case& c)
{
  Case result;
  result.name = c.name;
  result.points = c.points;
  result.time = c.time;
  result.owned = c.owned;
  std::vector<MutableArrayView> outputs;
  for (const auto& field : predictor.model().info().signature.targets)
  {
    // Double: a pressure of 101325 ± 1 keeps its digits.
    auto values =
      std::make_shared<std::vector<double>>(static_cast<std::size_t>(c.count() * field.components));
    outputs.push_back({ values->data(), ScalarType::Float64, c.count(), field.components });
    result.targets.push_back({ values->data(), ScalarType::Float64, c.count(), field.components, values });
  }
  predictor.predict(c, outputs);
  return result;
}

void predict(const PredictArguments& a)
{
  requireOtherFile(a.output, a.data);
  requireOtherFile(a.output, a.model);
  DataSet::requireReplaceable(a.output);
  Predictor predictor(Model::load(a.model), a.device, a.precision);
  const auto data = DataSet::load(a.data);
  const auto& info = predictor.model().info();
  const Conform conform(data.signature(), info.signature, false);
  DataSet result(predictedSignature(info.signature));
  for (std::size_t i = 0; i < data.size(); ++i)
  {
    const auto c = conform(data[i]);
    result.add(predictCase(predictor, c));
    std::vector<std::string> outside;
    insideEnvelope(info, c, &outside);
    std::printf("%s: %lld points\n", c.name.c_str(), static_cast<long long>(c.count()));
    for (const auto& channel : outside)
    {
      std::fprintf(stderr, "flare: warning: case '%s' leaves what the training covered in '%s'\n",
        c.name.c_str(), channel.c_str());
    }
  }
  result.save(a.output);
  std::printf("'%s' written: %zu cases\n", a.output.c_str(), result.size());
}
}

void addPredict(CLI::App& program)
{
  auto a = std::make_shared<PredictArguments>();
  auto* command = program.add_subcommand("predict", "Apply a model to the cases of a data set");
  command->add_option("model", a->model, "Model file")->required()->type_name("MODEL");
  command->add_option("data", a->data, "Data set file; targets in it are not needed")
    ->required()
    ->type_name("DATA");
  command
    ->add_option(
      "-o,--output", a->output, "Data set file to write: the points and NAME_predicted in physical units")
    ->required()
    ->type_name("OUT");
  addDevice(*command, a->device);
  addPrecision(*command, a->precision);
  command->callback([a] { predict(*a); });
}
}
