#include "tables.h"

#include <vtkDoubleArray.h>
#include <vtkFieldData.h>
#include <vtkIdTypeArray.h>
#include <vtkNew.h>
#include <vtkStringArray.h>
#include <vtkTable.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace flare::filters
{
namespace
{
template<typename Array, typename T>
void add(vtkTable* table, const std::string& name, const std::vector<T>& values)
{
  vtkNew<Array> column;
  column->SetName(name.c_str());
  column->SetNumberOfValues(static_cast<vtkIdType>(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
  {
    column->SetValue(static_cast<vtkIdType>(i), values[i]);
  }
  table->AddColumn(column);
}
}

void addColumn(vtkTable* table, const std::string& name, const std::vector<double>& values)
{
  add<vtkDoubleArray>(table, name, values);
}

void addColumn(vtkTable* table, const std::string& name, const std::vector<std::int64_t>& values)
{
  add<vtkIdTypeArray>(table, name, values);
}

void addColumn(vtkTable* table, const std::string& name, const std::vector<std::string>& values)
{
  add<vtkStringArray>(table, name, values);
}

void addText(vtkDataObject* data, const std::string& name, const std::string& text)
{
  vtkNew<vtkStringArray> array;
  array->SetName(name.c_str());
  array->InsertNextValue(text);
  data->GetFieldData()->AddArray(array);
}

void fillHistory(vtkTable* table, const ModelInfo& info)
{
  const auto& history = info.training.history;
  const auto& fields = info.signature.targets;
  std::vector<std::int64_t> epoch, step;
  std::vector<double> loss, error, rate, seconds;
  std::vector<std::vector<double>> perField(fields.size());
  for (const auto& record : history)
  {
    epoch.push_back(record.epoch);
    step.push_back(record.step);
    loss.push_back(record.loss);
    error.push_back(record.validationError);
    rate.push_back(record.learningRate);
    seconds.push_back(record.seconds);
    for (std::size_t f = 0; f < fields.size(); ++f)
    {
      perField[f].push_back(f < record.fieldErrors.size() ? record.fieldErrors[f] : std::nan(""));
    }
  }
  addColumn(table, "Epoch", epoch);
  addColumn(table, "Step", step);
  addColumn(table, "Loss", loss);
  addColumn(table, "ValidationError", error);
  for (std::size_t f = 0; fields.size() > 1 && f < fields.size(); ++f)
  {
    addColumn(table, "ValidationError_" + fields[f].name, perField[f]);
  }
  addColumn(table, "LearningRate", rate);
  addColumn(table, "Seconds", seconds);
}

void fillScores(vtkTable* table, const Signature& signature, const std::vector<CaseScore>& scores)
{
  std::vector<std::string> cases, fields;
  std::vector<std::int64_t> points;
  std::vector<double> error, largest, r2, mean;
  for (const auto& score : scores)
  {
    for (std::size_t f = 0; f < score.fields.size(); ++f)
    {
      cases.push_back(score.name);
      fields.push_back(signature.targets[f].name);
      points.push_back(score.points);
      error.push_back(score.fields[f].relativeL2);
      largest.push_back(score.fields[f].maxError);
      r2.push_back(score.fields[f].r2);
      mean.push_back(score.fields[f].meanRelativeL2);
    }
  }
  addColumn(table, "Case", cases);
  addColumn(table, "Field", fields);
  addColumn(table, "Points", points);
  addColumn(table, "RelativeL2", error);
  addColumn(table, "MaxError", largest);
  addColumn(table, "R2", r2);
  addColumn(table, "TrainingMeanRelativeL2", mean);
}

void fillSummary(vtkTable* table, const std::vector<FieldSummary>& summaries)
{
  std::vector<std::string> fields, worstCase;
  std::vector<double> mean, median, worst, largest, trainingMean;
  for (const auto& summary : summaries)
  {
    fields.push_back(summary.field);
    mean.push_back(summary.meanRelativeL2);
    median.push_back(summary.medianRelativeL2);
    worst.push_back(summary.worstRelativeL2);
    worstCase.push_back(summary.worstCase);
    largest.push_back(summary.maxError);
    trainingMean.push_back(summary.trainingMeanRelativeL2);
  }
  addColumn(table, "Field", fields);
  addColumn(table, "MeanRelativeL2", mean);
  addColumn(table, "MedianRelativeL2", median);
  addColumn(table, "WorstRelativeL2", worst);
  addColumn(table, "WorstCase", worstCase);
  addColumn(table, "MaxError", largest);
  addColumn(table, "TrainingMeanRelativeL2", trainingMean);
}

void fillSpectrum(vtkTable* table, const std::vector<MeshSpectra>& meshes)
{
  std::vector<std::string> mesh;
  std::vector<std::int64_t> block, head, mode;
  std::vector<double> eigenvalue;
  std::vector<std::string> note;
  for (const auto& spectra : meshes)
  {
    for (const auto& spectrum : spectra.heads)
    {
      const auto notes = modeNotes(spectrum.eigenvalues);
      note.insert(note.end(), notes.begin(), notes.end());
      for (std::size_t i = 0; i < spectrum.eigenvalues.size(); ++i)
      {
        mesh.push_back(spectra.mesh);
        block.push_back(spectrum.block);
        head.push_back(spectrum.head);
        mode.push_back(static_cast<std::int64_t>(i));
        eigenvalue.push_back(spectrum.eigenvalues[i]);
      }
    }
  }
  if (meshes.size() > 1)
  {
    addColumn(table, "Mesh", mesh);
  }
  addColumn(table, "Block", block);
  addColumn(table, "Head", head);
  addColumn(table, "Mode", mode);
  addColumn(table, "Eigenvalue", eigenvalue);
  addColumn(table, "Note", note);
}

void fillHeads(vtkTable* table, const std::vector<MeshSpectra>& meshes)
{
  std::vector<std::string> mesh;
  std::vector<std::int64_t> block, head, to90, to99, to999;
  std::vector<double> rank, second, gap;
  for (const auto& spectra : meshes)
  {
    for (const auto& spectrum : spectra.heads)
    {
      const auto& values = spectrum.eigenvalues;
      mesh.push_back(spectra.mesh);
      block.push_back(spectrum.block);
      head.push_back(spectrum.head);
      rank.push_back(effectiveRank(values));
      to90.push_back(modesToEnergy(values, 0.9));
      to99.push_back(modesToEnergy(values, 0.99));
      to999.push_back(modesToEnergy(values, 0.999));
      second.push_back(values.size() > 1 ? values[1] : 0.0);
      gap.push_back(spectralGap(values));
    }
  }
  if (meshes.size() > 1)
  {
    addColumn(table, "Mesh", mesh);
  }
  addColumn(table, "Block", block);
  addColumn(table, "Head", head);
  addColumn(table, "EffectiveRank", rank);
  addColumn(table, "ModesTo90", to90);
  addColumn(table, "ModesTo99", to99);
  addColumn(table, "ModesTo999", to999);
  addColumn(table, "SecondEigenvalue", second);
  addColumn(table, "SpectralGap", gap);
}

void addModeNumbers(vtkTable* table, std::size_t rows)
{
  std::vector<std::int64_t> mode(rows);
  std::iota(mode.begin(), mode.end(), std::int64_t{ 0 });
  addColumn(table, "Mode", mode);
}

std::string headName(std::int64_t block, std::int64_t head)
{
  return "Block " + std::to_string(block) + " Head " + std::to_string(head);
}

std::vector<double> forLogAxis(std::vector<double> values, std::size_t rows)
{
  constexpr double smallest = 1e-16;
  std::replace_if(
    values.begin(), values.end(), [](double value) { return value < smallest; }, std::nan(""));
  values.resize(rows, std::nan(""));
  return values;
}

void fillTrainingRanks(vtkTable* table, const Model& model, std::int64_t block)
{
  const auto& epochs = model.info().training.spectraEpochs;
  addColumn(table, "Epoch", epochs);
  std::vector<std::string> names;
  std::vector<std::vector<double>> ranks;
  for (const auto epoch : epochs)
  {
    const auto heads = trainingSpectra(model, epoch, block);
    ranks.resize(heads.size());
    names.clear();
    for (std::size_t h = 0; h < heads.size(); ++h)
    {
      names.push_back(headName(heads[h].block, heads[h].head));
      ranks[h].push_back(effectiveRank(heads[h].eigenvalues));
    }
  }
  for (std::size_t h = 0; h < names.size(); ++h)
  {
    addColumn(table, names[h], ranks[h]);
  }
}

void fillChart(vtkTable* table, const std::vector<MeshSpectra>& meshes)
{
  std::size_t rows = 0;
  for (const auto& spectra : meshes)
  {
    for (const auto& spectrum : spectra.heads)
    {
      rows = std::max(rows, spectrum.eigenvalues.size());
    }
  }
  addModeNumbers(table, rows);
  for (const auto& spectra : meshes)
  {
    for (const auto& spectrum : spectra.heads)
    {
      const auto name = headName(spectrum.block, spectrum.head);
      addColumn(
        table, meshes.size() > 1 ? spectra.mesh + " " + name : name, forLogAxis(spectrum.eigenvalues, rows));
    }
  }
}
}
