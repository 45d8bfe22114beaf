#include "vtkFLARESpectrum.h"

#include "case_reader.h"
#include "guarded.h"
#include "head_maps.h"
#include "input_watch.h"
#include "mesh_prediction.h"
#include "model_algorithm_internals.h"
#include "parallel.h"
#include "tables.h"

#include "flare/error.h"
#include "flare/mixing.h"
#include "flare/spectrum.h"

#include <vtkDataObject.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkObjectFactory.h>
#include <vtkPolyData.h>
#include <vtkTable.h>

#include <algorithm>
#include <sstream>
#include <vector>

using namespace flare::filters;

namespace
{
enum Port
{
  SPECTRUM,
  MODES,
  SUMMARY,
  CHART,
  HEAD_MAP,
  SIMILARITY
};

void addModes(CaseMesh& mesh, flare::Association association, const flare::HeadModes& modes,
  std::vector<std::string>& notes)
{
  const auto place = "_b" + std::to_string(modes.block) + "_h" + std::to_string(modes.head) + "_";
  for (std::size_t i = 0; i < modes.right.size(); ++i)
  {
    addValues(mesh, association, "mode" + place + std::to_string(i), modes.right[i], notes);
    addValues(mesh, association, "left" + place + std::to_string(i), modes.left[i], notes);
  }
}
}

// What does not depend on which head is looked at.
struct vtkFLARESpectrum::Kept
{
  InputWatch watch;
  std::vector<MeshSpectra> spectra;
  std::vector<flare::Mixing> mixings; // of each mesh, where one block is chosen
};

vtkStandardNewMacro(vtkFLARESpectrum);

vtkFLARESpectrum::vtkFLARESpectrum()
  : vtkFLAREModelAlgorithm(1)
  , Keep(new Kept)
{
  this->SetNumberOfOutputPorts(6);
}

vtkFLARESpectrum::~vtkFLARESpectrum() = default;

int vtkFLARESpectrum::FillOutputPortInformation(int port, vtkInformation* info)
{
  const char* type = port == MODES                            ? "vtkDataObject"
                     : port == HEAD_MAP || port == SIMILARITY ? "vtkPolyData"
                                                              : "vtkTable";
  info->Set(vtkDataObject::DATA_TYPE_NAME(), type);
  return 1;
}

int vtkFLARESpectrum::RequestDataObject(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  makeTables(outputs, { SPECTRUM, SUMMARY, CHART });
  makeLike(outputs, MODES, vtkDataObject::GetData(inputs[0], 0));
  for (const int port : { HEAD_MAP, SIMILARITY })
  {
    if (!vtkPolyData::GetData(outputs, port))
    {
      outputs->GetInformationObject(port)->Set(vtkDataObject::DATA_OBJECT(), vtkNew<vtkPolyData>());
    }
  }
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

void vtkFLARESpectrum::RequireHead(const flare::Architecture& architecture) const
{
  const auto require = [](const char* property, int value, std::int64_t count)
  {
    if (value >= count)
    {
      throw PropertyError(property, std::string(property) + " is " + std::to_string(value) +
                                      ", but the model has 0 to " + std::to_string(count - 1) +
                                      ", and -1 stands for all");
    }
  };
  require("Block", this->Block, architecture.blocks);
  require("Head", this->Head, architecture.heads);
  if (this->Precision > 1)
  {
    throw PropertyError(
      "Precision", "Precision is BFloat16, in which spectra are not computed. Choose Default or Precise");
  }
}

// All that the spectra depend on, besides the input.
std::string vtkFLARESpectrum::SettingsText(vtkDataObject* input) const
{
  std::ostringstream text;
  text << this->Internal->identity(timeOf(input)) << this->Block << " " << this->CompareHeads << " "
       << this->MergeBlocks << " " << this->Precision << " " << this->Device;
  return text.str();
}

void vtkFLARESpectrum::Analyse(vtkDataObject* input, vtkInformationVector* outputs)
{
  auto* controller = vtkMultiProcessController::GetGlobalController();
  const auto communicator = communicatorOf(controller);
  const auto model = about(
    "ModelFile", [&] { return ModelCache::instance().model(this->Internal->modelFile, *communicator); });
  const auto& signature = model.info().signature;
  this->Internal->checkParameterValues(signature);
  this->RequireHead(model.info().architecture);

  auto* output = vtkDataObject::GetData(outputs, MODES);
  shareMesh(input, output);
  std::vector<std::string> notes;
  ReadingNotes reading;
  auto meshes = meshesOf(output, timeOf(input), this->MergeBlocks, *communicator);
  auto& kept = *this->Keep;
  const auto addModesOf = [&](const flare::Mixing& mixing, CaseMesh& mesh)
  {
    const bool all = this->Head < 0;
    for (std::int64_t h = all ? 0 : this->Head;
         this->NumberOfModes > 0 && h < (all ? mixing.heads() : this->Head + 1); ++h)
    {
      addModes(mesh, signature.association, mixing.modes(h, this->NumberOfModes), notes);
    }
  };
  const bool changed = kept.watch.changed(input, this->SettingsText(input), *communicator);
  if (!changed && kept.mixings.size() == meshes.size())
  {
    for (std::size_t i = 0; i < meshes.size(); ++i)
    {
      addModesOf(kept.mixings[i], meshes[i]);
    }
  }
  else
  {
    kept.watch.forget(); // until it is all there
    kept.spectra.clear();
    kept.mixings.clear();
    double begin = 0.0;
    const auto share = 1.0 / static_cast<double>(meshes.size());
    flare::SpectrumOptions options;
    options.precision = static_cast<flare::SpectrumPrecision>(this->Precision);
    options.progress = [&](double part)
    {
      this->UpdateProgress(begin + part * share);
      return !this->CheckAbort();
    };
    bool finished = true;
    for (auto& mesh : meshes)
    {
      const auto c = readCase(
        mesh, signature, Targets::Ignored, &this->Internal->parameterValues, *communicator, &reading);
      kept.spectra.push_back({ mesh.name, {} });
      finished = finished && forEachMixing(
                               model, c, static_cast<flare::Device>(this->Device), this->Block, options,
                               [&](flare::Mixing mixing)
                               {
                                 for (auto& head : mixing.spectra(-1, this->CompareHeads))
                                 {
                                   kept.spectra.back().heads.push_back(std::move(head));
                                 }
                                 addModesOf(mixing, mesh);
                                 if (this->Block >= 0)
                                 {
                                   kept.mixings.push_back(std::move(mixing));
                                 }
                               },
                               communicator);
      begin += share;
    }
    if (finished)
    {
      kept.watch.changed(input, this->SettingsText(input), *communicator);
    }
  }
  this->SetAbortOutput(stopRequested(this, *communicator));

  const auto shown = communicator->rank() == 0 ? kept.spectra : std::vector<MeshSpectra>(kept.spectra.size());
  fillSpectrum(vtkTable::GetData(outputs, SPECTRUM), shown); // ParaView joins the tables of all ranks
  fillHeads(vtkTable::GetData(outputs, SUMMARY), shown);
  fillChart(vtkTable::GetData(outputs, CHART), shown);
  fillHeadMap(vtkPolyData::GetData(outputs, HEAD_MAP), shown);
  fillSimilarityMap(vtkPolyData::GetData(outputs, SIMILARITY), shown);
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
  os << indent << "CompareHeads: " << this->CompareHeads << "\n";
  os << indent << "MergeBlocks: " << this->MergeBlocks << "\n";
}
