#include "vtkFLAREPredict.h"

#include "case_reader.h"
#include "guarded.h"
#include "mesh_prediction.h"
#include "model_algorithm_internals.h"
#include "parallel.h"
#include "prepared_meshes.h"

#include "flare/error.h"

#include <vtkDataObject.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkObjectFactory.h>

using namespace flare::filters;

struct vtkFLAREPredict::Kept
{
  PreparedMeshes meshes;
};

vtkStandardNewMacro(vtkFLAREPredict);

vtkFLAREPredict::vtkFLAREPredict()
  : vtkFLAREModelAlgorithm(1)
  , Keep(new Kept)
{
}

vtkFLAREPredict::~vtkFLAREPredict() = default;

int vtkFLAREPredict::RequestDataObject(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  makeLike(outputs, 0, vtkDataObject::GetData(inputs[0], 0));
  return 1;
}

int vtkFLAREPredict::RequestData(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  this->SetErrorCode(guarded(this, outputs, this->Internal->problem,
    [&]
    {
      about("ModelFile", [&] { this->ResolveModelFile(inputs); });
      this->Predict(vtkDataObject::GetData(inputs[0], 0), vtkDataObject::GetData(outputs, 0));
    }));
  return 1;
}

void vtkFLAREPredict::Predict(vtkDataObject* input, vtkDataObject* output)
{
  auto* controller = vtkMultiProcessController::GetGlobalController();
  const auto communicator = communicatorOf(controller);
  const auto shared = about("ModelFile",
    [&]
    {
      return ModelCache::instance().predictor(this->Internal->modelFile,
        static_cast<flare::Device>(this->Device), static_cast<flare::Precision>(this->Precision), controller);
    });
  const std::lock_guard<std::mutex> lock(shared->mutex);
  const auto& info = shared->predictor.model().info();
  this->Internal->checkParameterValues(info.signature);

  this->Keep->meshes.watch(input, this->MergeBlocks, shared, *communicator);
  shareMesh(input, output);
  std::vector<std::string> notes, warnings;
  ReadingNotes reading;
  auto meshes = meshesOf(output, timeOf(input), this->MergeBlocks, *communicator);
  for (std::size_t i = 0; i < meshes.size() && !stopRequested(this, *communicator); ++i)
  {
    const auto c = readCase(
      meshes[i], info.signature, Targets::Ignored, &this->Internal->parameterValues, *communicator, &reading);
    const auto values = predictedValues(c, this->Keep->meshes.of(i, c), shared->predictor);
    addPrediction(meshes[i], info.signature, values, notes);
    const auto outside = markEnvelope(meshes[i], c, info, this->WarnOfParameters, *communicator, notes);
    if (!outside.empty())
    {
      warnings.push_back(outside);
    }
    this->UpdateProgress(static_cast<double>(i + 1) / static_cast<double>(meshes.size()));
  }
  for (auto& note : unite(*communicator, notes))
  {
    warnings.push_back(std::move(note));
  }
  if (reading.sharedPoints > 0)
  {
    warnings.push_back(sharedPointsNote(reading));
  }
  warn(this, warnings, controller);
}

void vtkFLAREPredict::PrintSelf(ostream& os, vtkIndent indent)
{
  this->Superclass::PrintSelf(os, indent);
  os << indent << "MergeBlocks: " << this->MergeBlocks << "\n";
  os << indent << "WarnOfParameters: " << this->WarnOfParameters << "\n";
}
