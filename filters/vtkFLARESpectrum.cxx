#include "vtkFLARESpectrum.h"

#include "array_views.h"
#include "case_reader.h"
#include "guarded.h"
#include "mesh_prediction.h"
#include "model_algorithm_internals.h"
#include "parallel.h"
#include "tables.h"

#include "flare/error.h"
#include "flare/spectrum.h"

#include <vtkDataObject.h>
#include <vtkDoubleArray.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkObjectFactory.h>
#include <vtkTable.h>

#include <algorithm>

using namespace flare::filters;

namespace
{
enum Port
{
  SPECTRUM,
  MODES,
  SUMMARY,
  CHART
};

// The share of the progress bar that the eigenvalues take; the vectors take the rest.
constexpr double spectrumShare = 0.3;

void addMode(CaseMesh& mesh, flare::Association association, const std::string& name,
  const std::vector<double>& values, std::vector<std::string>& notes)
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
    addOrReplace(piece, association, array, notes);
  }
}

void addModes(CaseMesh& mesh, flare::Association association, const flare::HeadModes& modes,
  std::vector<std::string>& notes)
{
  const auto place = "_b" + std::to_string(modes.block) + "_h" + std::to_string(modes.head) + "_";
  for (std::size_t i = 0; i < modes.right.size(); ++i)
  {
    addMode(mesh, association, "mode" + place + std::to_string(i), modes.right[i], notes);
    addMode(mesh, association, "left" + place + std::to_string(i), modes.left[i], notes);
  }
}
}

vtkStandardNewMacro(vtkFLARESpectrum);

vtkFLARESpectrum::vtkFLARESpectrum()
  : vtkFLAREModelAlgorithm(1)
{
  this->SetNumberOfOutputPorts(4);
}

int vtkFLARESpectrum::FillOutputPortInformation(int port, vtkInformation* info)
{
  info->Set(vtkDataObject::DATA_TYPE_NAME(), port == MODES ? "vtkDataObject" : "vtkTable");
  return 1;
}

int vtkFLARESpectrum::RequestDataObject(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  makeTables(outputs, { SPECTRUM, SUMMARY, CHART });
  makeLike(outputs, MODES, vtkDataObject::GetData(inputs[0], 0));
  return 1;
}

int vtkFLARESpectrum::RequestData(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  this->SetErrorCode(guarded(this, outputs, this->Internal->problem,
    [&]
    {
      about("ModelFile", [&] { this->ResolveModelFile(inputs); });
      this->Analyse(vtkDataObject::GetData(inputs[0], 0), outputs);
    }));
  return 1;
}

void vtkFLARESpectrum::Analyse(vtkDataObject* input, vtkInformationVector* outputs)
{
  auto* controller = vtkMultiProcessController::GetGlobalController();
  const auto communicator = communicatorOf(controller);
  const auto model = about(
    "ModelFile", [&] { return ModelCache::instance().model(this->Internal->modelFile, *communicator); });
  const auto& signature = model.info().signature;
  this->Internal->checkParameterValues(signature);
  const auto device = static_cast<flare::Device>(this->Device);

  auto* output = vtkDataObject::GetData(outputs, MODES);
  shareMesh(input, output);
  std::vector<MeshSpectra> all;
  std::vector<std::string> notes;
  ReadingNotes reading;
  auto meshes = meshesOf(output, timeOf(input), this->MergeBlocks, *communicator);
  double begin = 0.0, end = 0.0;
  flare::SpectrumOptions options;
  if (this->Precision > 1)
  {
    throw flare::Error("Precision is BFloat16, in which spectra are not computed. Choose Default or Precise");
  }
  options.precision = static_cast<flare::SpectrumPrecision>(this->Precision);
  options.progress = [&](double part)
  {
    this->UpdateProgress(begin + part * (end - begin));
    return !this->CheckAbort();
  };
  for (std::size_t i = 0; i < meshes.size(); ++i)
  {
    const auto share = 1.0 / static_cast<double>(meshes.size());
    begin = static_cast<double>(i) * share;
    end = begin + spectrumShare * share;
    options.block = this->Block;
    options.head = this->Head;
    const auto c = readCase(
      meshes[i], signature, Targets::Ignored, &this->Internal->parameterValues, *communicator, &reading);
    all.push_back({ meshes[i].name, spectra(model, c, device, options, communicator) });
    const auto& heads = all.back().heads;
    const auto step =
      (1.0 - spectrumShare) * share / static_cast<double>(std::max<std::size_t>(1, heads.size()));
    for (const auto& head : heads)
    {
      begin = end;
      end = begin + step;
      if (this->NumberOfModes > 0)
      {
        addModes(meshes[i], signature.association,
          modes(model, c, device, head.block, head.head, this->NumberOfModes, options, communicator), notes);
      }
    }
  }
  this->SetAbortOutput(stopRequested(this, *communicator));

  const auto shown = communicator->rank() == 0 ? all : std::vector<MeshSpectra>(all.size());
  fillSpectrum(vtkTable::GetData(outputs, SPECTRUM), shown); // ParaView joins the tables of all ranks
  fillHeads(vtkTable::GetData(outputs, SUMMARY), shown);
  fillChart(vtkTable::GetData(outputs, CHART), shown);
  auto warnings = unite(*communicator, notes);
  if (reading.sharedPoints > 0)
  {
    warnings.push_back(sharedPointsNote(reading));
  }
  warn(this, warnings, controller);
}

void vtkFLARESpectrum::PrintSelf(ostream& os, vtkIndent indent)
{
  this->Superclass::PrintSelf(os, indent);
  os << indent << "Block: " << this->Block << "\n";
  os << indent << "Head: " << this->Head << "\n";
  os << indent << "NumberOfModes: " << this->NumberOfModes << "\n";
  os << indent << "MergeBlocks: " << this->MergeBlocks << "\n";
}
