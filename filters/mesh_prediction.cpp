#include "mesh_prediction.h"

#include "array_views.h"
#include "case_reader.h"
#include "guarded.h"

#include "flare/predictor.h"

#include <vtkDataArray.h>
#include <vtkDataObjectTree.h>
#include <vtkDataObjectTreeIterator.h>
#include <vtkDataSetAttributes.h>
#include <vtkDoubleArray.h>
#include <vtkFloatArray.h>
#include <vtkInformation.h>
#include <vtkInformationStringKey.h>
#include <vtkMultiBlockDataSet.h>
#include <vtkPartitionedDataSet.h>
#include <vtkPartitionedDataSetCollection.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>
#include <limits>
#include <sstream>

namespace flare::filters
{
namespace
{
vtkSmartPointer<vtkDataArray> newArray(
  int type, const std::string& name, const FieldSpec& field, vtkIdType tuples)
{
  vtkSmartPointer<vtkDataArray> array;
  array.TakeReference(vtkDataArray::CreateDataArray(type));
  array->SetName(name.c_str());
  array->SetNumberOfComponents(field.components);
  array->SetNumberOfTuples(tuples);
  for (std::size_t c = 0; c < field.componentNames.size(); ++c)
  {
    array->SetComponentName(static_cast<vtkIdType>(c), field.componentNames[c].c_str());
  }
  if (!field.unit.empty())
  {
    array->GetInformation()->Set(vtkDataArray::UNITS_LABEL(), field.unit.c_str());
  }
  return array;
}

// Writes values[i] - (subtract ? subtract[i] : 0) into an array of floats or doubles.
template<typename T>
void narrow(const double* values, vtkDataArray* subtract, vtkDataArray* array)
{
  auto* out = static_cast<T*>(array->GetVoidPointer(0));
  const vtkIdType tuples = array->GetNumberOfTuples();
  const int components = array->GetNumberOfComponents();
  for (vtkIdType i = 0; i < tuples; ++i)
  {
    for (int c = 0; c < components; ++c, ++values, ++out)
    {
      *out = static_cast<T>(subtract ? *values - subtract->GetComponent(i, c) : *values);
    }
  }
}

void fill(const double* values, vtkDataArray* subtract, vtkDataArray* array)
{
  array->GetDataType() == VTK_DOUBLE ? narrow<double>(values, subtract, array)
                                     : narrow<float>(values, subtract, array);
}
}

void shareMesh(vtkDataObject* source, vtkDataObject* copy)
{
  auto* tree = vtkDataObjectTree::SafeDownCast(copy);
  if (!tree)
  {
    copy->ShallowCopy(source);
    return;
  }
  // Composites share their data sets, and arrays added to those would appear upstream.
  tree->ShallowCopy(source);
  vtkSmartPointer<vtkDataObjectTreeIterator> leaves;
  leaves.TakeReference(tree->NewTreeIterator());
  for (leaves->InitTraversal(); !leaves->IsDoneWithTraversal(); leaves->GoToNextItem())
  {
    auto* leaf = leaves->GetCurrentDataObject();
    vtkSmartPointer<vtkDataObject> own;
    own.TakeReference(leaf->NewInstance());
    own->ShallowCopy(leaf);
    tree->SetDataSet(leaves, own);
  }
}

void keepOnly(vtkDataObject* data, const std::vector<unsigned int>& path)
{
  auto* node = data;
  for (const auto index : path)
  {
    if (auto* blocks = vtkMultiBlockDataSet::SafeDownCast(node))
    {
      for (unsigned int i = 0; i < blocks->GetNumberOfBlocks(); ++i)
      {
        if (i != index)
        {
          blocks->SetBlock(i, nullptr);
        }
      }
      node = blocks->GetBlock(index);
    }
    else if (auto* collection = vtkPartitionedDataSetCollection::SafeDownCast(node))
    {
      for (unsigned int i = 0; i < collection->GetNumberOfPartitionedDataSets(); ++i)
      {
        if (i != index)
        {
          collection->GetPartitionedDataSet(i)->SetNumberOfPartitions(0);
        }
      }
      node = collection->GetPartitionedDataSet(index);
    }
  }
}

vtkDataArray* truthOf(vtkDataSet* data, const FieldSpec& field, Association association)
{
  auto* array = attributesOf(data, association)->GetArray(field.name.c_str());
  return array && array->GetNumberOfComponents() == field.components ? array : nullptr;
}

void addOrReplace(
  vtkDataSet* data, Association association, vtkDataArray* array, std::vector<std::string>& replaced)
{
  auto* attributes = attributesOf(data, association);
  if (attributes->HasArray(array->GetName()))
  {
    replaced.push_back("the " + std::string(nameOf(association)) + " array '" + array->GetName() +
                       "' of the input is replaced by this filter's output of the same name");
    attributes->RemoveArray(array->GetName());
  }
  attributes->AddArray(array);
}

void addValues(CaseMesh& mesh, Association association, const std::string& name,
  const std::vector<double>& values, std::vector<std::string>& replaced)
{
  auto next = values.begin();
  for (const auto& piece : mesh.pieces)
  {
    const auto count = static_cast<vtkIdType>(countOf(piece, association));
    vtkNew<vtkDoubleArray> array;
    array->SetName(name.c_str());
    array->SetNumberOfTuples(count);
    std::copy_n(next, count, array->GetPointer(0));
    next += count;
    addOrReplace(piece, association, array, replaced);
  }
}

std::vector<std::vector<double>> predictedValues(const Case& c, Predictor& predictor)
{
  return predictedValues(c, predictor.prepare(c), predictor);
}

std::vector<std::vector<double>> predictedValues(
  const Case& c, const PreparedMesh& mesh, Predictor& predictor)
{
  const auto& signature = predictor.model().info().signature;
  std::vector<std::vector<double>> values;
  std::vector<MutableArrayView> views;
  for (const auto& field : signature.targets)
  {
    values.emplace_back(static_cast<std::size_t>(c.count() * field.components));
  }
  for (std::size_t f = 0; f < values.size(); ++f)
  {
    views.push_back({ values[f].data(), ScalarType::Float64, c.count(), signature.targets[f].components });
  }
  predictor.predict(mesh, c.parameters, c.time, views);
  return values;
}

void addPrediction(CaseMesh& mesh, const Signature& signature, const std::vector<std::vector<double>>& values,
  std::vector<std::string>& notes)
{
  std::int64_t first = 0;
  for (const auto& piece : mesh.pieces)
  {
    const auto tuples = countOf(piece, signature.association);
    for (std::size_t f = 0; f < values.size(); ++f)
    {
      const auto& field = signature.targets[f];
      auto* truth = truthOf(piece, field, signature.association);
      const int type = truth && truth->GetDataType() == VTK_DOUBLE ? VTK_DOUBLE : VTK_FLOAT;
      const double* own = values[f].data() + first * field.components;
      const auto predicted = newArray(type, field.name + "_predicted", field, tuples);
      fill(own, nullptr, predicted);
      addOrReplace(piece, signature.association, predicted, notes);
      if (truth)
      {
        const auto error = newArray(type, field.name + "_error", field, tuples);
        fill(own, truth, error);
        addOrReplace(piece, signature.association, error, notes);
      }
    }
    first += tuples;
  }
}

void predictOnto(CaseMesh& mesh, const Case& c, Predictor& predictor, std::vector<std::string>& notes)
{
  addPrediction(mesh, predictor.model().info().signature, predictedValues(c, predictor), notes);
}

namespace
{
std::string describeOutside(const ModelInfo& info, const std::vector<std::string>& channels)
{
  const auto names = info.signature.inputChannelNames();
  std::ostringstream text;
  for (const auto& channel : channels)
  {
    const auto at = static_cast<std::size_t>(std::find(names.begin(), names.end(), channel) - names.begin());
    text << (text.tellp() > 0 ? ", " : "") << channel << " (trained on " << info.envelope.minimum[at]
         << " to " << info.envelope.maximum[at] << ")";
  }
  return text.str();
}
}

EnvelopeMarks envelopeMarks(const Case& c, const ModelInfo& info)
{
  EnvelopeMarks marks;
  if (!info.envelope.empty())
  {
    marks.inside = insideEnvelope(info, c, &marks.channels);
  }
  return marks;
}

std::string outsideNote(const Case& c, const ModelInfo& info, const EnvelopeMarks& marks, bool nameParameters,
  Communicator& communicator)
{
  std::int64_t counts[2] = { std::count(marks.inside.begin(), marks.inside.end(), 0), c.count() };
  communicator.sum(counts, 2);
  auto channels = unite(communicator, marks.channels);
  for (std::size_t i = 0; !nameParameters && i < info.signature.parameters.size(); ++i)
  {
    const auto& parameter = info.signature.parameters[i].name;
    channels.erase(std::remove(channels.begin(), channels.end(), parameter), channels.end());
  }
  if (channels.empty())
  {
    return {};
  }
  return "case '" + c.name + "': " + std::to_string(counts[0]) + " of " + std::to_string(counts[1]) +
         " points lie outside what the training covered, in: " + describeOutside(info, channels);
}

std::string markEnvelope(CaseMesh& mesh, const Case& c, const ModelInfo& info, bool nameParameters,
  Communicator& communicator, std::vector<std::string>& notes)
{
  if (info.envelope.empty())
  {
    return {};
  }
  const auto marks = envelopeMarks(c, info);
  std::size_t next = 0;
  for (const auto& piece : mesh.pieces)
  {
    auto array = vtkSmartPointer<vtkUnsignedCharArray>::New();
    array->SetName("inside_envelope");
    array->SetNumberOfTuples(countOf(piece, info.signature.association));
    const auto tuples = static_cast<std::size_t>(array->GetNumberOfTuples());
    std::copy_n(marks.inside.data() + next, tuples, array->GetPointer(0));
    next += tuples;
    addOrReplace(piece, info.signature.association, array, notes);
  }
  const auto outside = outsideNote(c, info, marks, nameParameters, communicator);
  return outside.empty() ? outside
                         : outside + ". Predictions there are extrapolation; the array inside_envelope marks "
                                     "them with 0";
}
}
