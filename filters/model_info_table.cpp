#include "tables.h"

#include <vtkTable.h>

#include <limits>
#include <sstream>

namespace flare::filters
{
namespace
{
class InfoRows
{
public:
  void section(const std::string& name) { current_ = name; }

  template<typename T>
  void add(const std::string& name, const T& value)
  {
    std::ostringstream text;
    text.precision(std::numeric_limits<double>::max_digits10);
    text << std::boolalpha << value;
    sections_.push_back(current_);
    names_.push_back(name);
    values_.push_back(text.str());
  }

  void write(vtkTable* table) const
  {
    addColumn(table, "Section", sections_);
    addColumn(table, "Name", names_);
    addColumn(table, "Value", values_);
  }

private:
  std::string current_;
  std::vector<std::string> sections_, names_, values_;
};

void addArchitecture(InfoRows& rows, const ModelInfo& info)
{
  const auto& a = info.architecture;
  rows.section("Architecture");
  rows.add("Channels", a.channels);
  rows.add("Blocks", a.blocks);
  rows.add("Heads", a.heads);
  rows.add("Latents", a.latentsText());
  rows.add("Parameters", info.parameters);
  rows.add("Activation", a.activation == Activation::Gelu ? "GELU" : "SiLU");
  rows.add("Norm", a.norm == Norm::Layer ? "LayerNorm" : "RMSNorm");
  rows.add("QueryKeyNorm", a.queryKeyNorm);
  rows.add("OutputNorm", a.outputNorm);
  rows.add("SharedLatents", a.sharedLatents);
  rows.add("AttentionScale", a.attentionScale);
  rows.add("KeyLayers", a.keyLayers);
  rows.add("ValueLayers", a.valueLayers);
  rows.add("FeedForwardLayers", a.feedForwardLayers);
  rows.add("InOutLayers", a.inOutLayers);
  rows.add("KeyRatio", a.keyRatio);
  rows.add("ValueRatio", a.valueRatio);
  rows.add("FeedForwardRatio", a.feedForwardRatio);
  rows.add("EncodingOctaves", info.encoding.octaves);
}

std::string scalingText(const ChannelScaling& scaling, std::size_t channel)
{
  std::ostringstream text;
  text << "mean " << scaling.mean[channel] << ", scale " << scaling.scale[channel];
  return text.str();
}

void addChannels(InfoRows& rows, const ModelInfo& info)
{
  const auto& signature = info.signature;
  rows.section("Inputs");
  rows.add("Association", signature.association == Association::Points ? "points" : "cells");
  const auto inputs = signature.inputChannelNames();
  for (std::size_t i = 0; i < inputs.size(); ++i)
  {
    auto text = scalingText(info.normalisation.inputs, i);
    if (!info.envelope.empty())
    {
      std::ostringstream range;
      range << ", trained on " << info.envelope.minimum[i] << " to " << info.envelope.maximum[i];
      text += range.str();
    }
    rows.add(inputs[i], text);
  }
  for (const auto& field : signature.inputs)
  {
    if (field.averaged)
    {
      rows.add(field.name, signature.association == Association::Points ? "averaged from cells to points"
                                                                        : "averaged from points to cells");
    }
  }
  for (const auto& parameter : signature.parameters)
  {
    rows.add(
      "Parameter", parameter.unit.empty() ? parameter.name : parameter.name + " [" + parameter.unit + "]");
  }
  rows.section("Outputs");
  const auto targets = signature.targetChannelNames();
  for (std::size_t i = 0; i < targets.size(); ++i)
  {
    rows.add(targets[i], scalingText(info.normalisation.targets, i));
  }
}

void addTraining(InfoRows& rows, const ModelInfo& info)
{
  const auto& record = info.training;
  rows.section("Training");
  rows.add("Recipe", record.recipe.name);
  rows.add("Seed", record.seed);
  rows.add("Device", record.device);
  rows.add("Precision", record.precision);
  rows.add("Completed", record.completed);
  if (!record.stopReason.empty())
  {
    rows.add("StopReason", record.stopReason);
  }
  rows.add("StepsDone", record.stepsDone);
  rows.add("StepsPlanned", record.stepsPlanned);
  rows.add("Epochs", record.history.empty() ? 0 : record.history.back().epoch);
  rows.add("Seconds", record.history.empty() ? 0.0 : record.history.back().seconds);
  if (!record.history.empty())
  {
    rows.add("Loss", record.history.back().loss);
    rows.add("ValidationError", record.history.back().validationError);
  }
  rows.add("TrainingCases", record.trainingCases.size());
  rows.add("ValidationCases", record.validationCases.size());
  rows.add("DataFingerprint", record.dataFingerprint);
  rows.add("SettingsFingerprint", record.settingsFingerprint);
  for (const auto& note : record.notes)
  {
    rows.add("Note", note);
  }
}
}

void fillModelInfo(vtkTable* table, const ModelInfo& info, const std::string& path)
{
  InfoRows rows;
  rows.section("File");
  rows.add("ModelFile", path);
  addArchitecture(rows, info);
  addChannels(rows, info);
  addTraining(rows, info);
  rows.write(table);
}
}
