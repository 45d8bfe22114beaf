#pragma once

#include "mesh_blocks.h"

#include "flare/dataset.h"
#include "flare/model.h"

#include <functional>
#include <string>
#include <vector>

class vtkDataArray;
class vtkDataObject;

namespace flare
{
class Predictor;
class PreparedMesh;
}

namespace flare::filters
{
// A copy of a mesh or composite that shares all arrays, and whose data sets can be given more.
void shareMesh(vtkDataObject* source, vtkDataObject* copy);

// Takes all data sets out of a composite except those of one block; an empty path keeps everything.
void keepOnly(vtkDataObject* data, const std::vector<unsigned int>& path);

// The data set's array of this name, or nullptr when it does not hold a truth for the field.
vtkDataArray* truthOf(vtkDataSet* data, const FieldSpec& field, Association association);

// Adds an array to one of a data set's two kinds, and says so in `replaced` when one of that name was there.
void addOrReplace(
  vtkDataSet* data, Association association, vtkDataArray* array, std::vector<std::string>& replaced);

// Adds an array to the pieces of a mesh, from values in the order of its points (or cells).
void addValues(CaseMesh& mesh, Association association, const std::string& name,
  const std::vector<double>& values, std::vector<std::string>& replaced);

// A case's prediction: per target field, tuples x components in double. Collective.
std::vector<std::vector<double>> predictedValues(const Case& c, Predictor& predictor);
std::vector<std::vector<double>> predictedValues(
  const Case& c, const PreparedMesh& mesh, Predictor& predictor);

// Adds NAME_predicted and NAME_error from a prediction, as predictOnto does.
void addPrediction(CaseMesh& mesh, const Signature& signature, const std::vector<std::vector<double>>& values,
  std::vector<std::string>& notes);

// Predicts a case and adds NAME_predicted to the pieces that it was read from, and NAME_error (prediction
// minus truth) where the truth is. Notes of what a user should know are appended to `notes`; they differ by
// rank. Collective.
void predictOnto(CaseMesh& mesh, const Case& c, Predictor& predictor, std::vector<std::string>& notes);

// Which of the case's points lie in what the training covered, and in which channels some do not.
struct EnvelopeMarks
{
  std::vector<unsigned char> inside; // 1 or 0 for each point; empty when the model does not know
  std::vector<std::string> channels;
};
EnvelopeMarks envelopeMarks(const Case& c, const ModelInfo& info);

// How many points lie outside, in which channels; or nothing. Collective.
std::string outsideNote(const Case& c, const ModelInfo& info, const EnvelopeMarks& marks, bool nameParameters,
  Communicator& communicator);

// Adds the array inside_envelope. Returns a warning that names the exceeded channels, or nothing; parameters
// are named only on demand. Collective.
std::string markEnvelope(CaseMesh& mesh, const Case& c, const ModelInfo& info, bool nameParameters,
  Communicator& communicator, std::vector<std::string>& notes);
}
