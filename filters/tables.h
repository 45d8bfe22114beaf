#pragma once

#include "flare/evaluation.h"
#include "flare/model.h"
#include "flare/signature.h"
#include "flare/spectrum.h"

#include <string>
#include <vector>

class vtkDataObject;
class vtkTable;

namespace flare::filters
{
// Columns of equal length for a vtkTable.
void addColumn(vtkTable* table, const std::string& name, const std::vector<double>& values);
void addColumn(vtkTable* table, const std::string& name, const std::vector<std::int64_t>& values);
void addColumn(vtkTable* table, const std::string& name, const std::vector<std::string>& values);

// A field array with one text.
void addText(vtkDataObject* data, const std::string& name, const std::string& text);

// A run's history: Epoch, Step, Loss, ValidationError, one ValidationError_FIELD per target when there are
// several, LearningRate, Seconds.
void fillHistory(vtkTable* table, const ModelInfo& info);

// What a model file says, as rows of Section, Name, Value.
void fillModelInfo(vtkTable* table, const ModelInfo& info, const std::string& path);

// Case, Field, Points, RelativeL2, MaxError, R2, TrainingMeanRelativeL2.
void fillScores(vtkTable* table, const Signature& signature, const std::vector<CaseScore>& scores);

// Field, MeanRelativeL2, MedianRelativeL2, WorstRelativeL2, WorstCase, MaxError, TrainingMeanRelativeL2.
void fillSummary(vtkTable* table, const std::vector<FieldSummary>& summaries);

// What charts of eigenvalues have in common: a column Mode, from 0; the names of columns, "Block 0 Head 3";
// and columns of so many rows, with NaN below 1e-16 and where there is nothing, which logarithmic axes leave
// out.
void addModeNumbers(vtkTable* table, std::size_t rows);
std::string headName(std::int64_t block, std::int64_t head);
std::vector<double> forLogAxis(std::vector<double> values, std::size_t rows);

// The spectra of one mesh; `mesh` is empty when there is only one.
struct MeshSpectra
{
  std::string mesh;
  std::vector<HeadSpectrum> heads;
};

// Block, Head, Mode, Eigenvalue, Note (and Mesh in front when there are several).
void fillSpectrum(vtkTable* table, const std::vector<MeshSpectra>& meshes);
// Block, Head, EffectiveRank, ModesTo90, ModesTo99, ModesTo999, SecondEigenvalue, SpectralGap (and Mesh in
// front when there are several).
void fillHeads(vtkTable* table, const std::vector<MeshSpectra>& meshes);
// Epoch, and a column with the effective rank per head (of a block; -1: of all), as they were stored while
// the model was trained.
void fillTrainingRanks(vtkTable* table, const Model& model, std::int64_t block);
// Mode, and a column of eigenvalues per head.
void fillChart(vtkTable* table, const std::vector<MeshSpectra>& meshes);
}
