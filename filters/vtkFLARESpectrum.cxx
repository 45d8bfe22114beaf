#include "vtkFLARESpectrum.h"

#include "case_reader.h"
#include "guarded.h"
#include "head_maps.h"
#include "input_watch.h"
#include "mesh_prediction.h"
#include "mixing_pass.h"
#include "model_algorithm_internals.h"
#include "parallel.h"
#include "tables.h"

#include "flare/error.h"
#include "flare/mixing.h"
#include "flare/spectrum.h"

#include <vtkDataObject.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkIntArray.h>
#include <vtkMultiProcessController.h>
#include <vtkNew.h>
#include <vtkObjectFactory.h>
#include <vtkPolyData.h>
#include <vtkTable.h>

#include <algorithm>
#include <iterator>
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
  SIMILARITY,
  TRAINING
};

void addModes(CaseMesh& mesh, flare::Association association, const flare::HeadModes& modes, int first,
  std::vector<std::string>& notes)
{
  const auto place = "_b" + std::to_string(modes.block) + "_h" + std::to_string(modes.head) + "_";
  for (std::size_t i = 0; i < modes.right.size(); ++i)
  {
    const auto name = place + std::to_string(static_cast<std::size_t>(first) + i);
    addValues(mesh, association, "mode" + name, modes.right[i], notes);
    addValues(mesh, association, "left" + name, modes.left[i], notes);
  }
}
}

// What does not depend on which head is looked at.
struct vtkFLARESpectrum::Kept
{
  InputWatch watch;
  std::vector<MeshSpectra> spectra;
  bool complete = false;              // are they all there?
  std::vector<flare::Mixing> mixings; // of each mesh, where one block is chosen
  int block = -1;                     // theirs
  PassNotes notes;
  std::size_t modesAdded = 0; // to the mesh, by the last execution
  vtkNew<vtkIntArray> epochs;
};

vtkStandardNewMacro(vtkFLARESpectrum);

vtkFLARESpectrum::vtkFLARESpectrum()
  : vtkFLAREModelAlgorithm(1)
  , Keep(new Kept)
{
  this->SetNumberOfOutputPorts(7);
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
  makeTables(outputs, { SPECTRUM, SUMMARY, CHART, TRAINING });
  makeLike(outputs, MODES, vtkDataObject::GetData(inputs[0], 0));
  makePolyData(outputs, { HEAD_MAP, SIMILARITY });
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

// All that the tables depend on, besides the input.
std::string vtkFLARESpectrum::SettingsText(vtkDataObject* input) const
{
  std::ostringstream text;
  text << this->Internal->identity(timeOf(input)) << this->BlockOfTables() << " " << this->CompareHeads << " "
       << this->MergeBlocks << " " << this->Precision << " " << this->Device;
  return text.str();
}

void vtkFLARESpectrum::Analyse(vtkDataObject* input, vtkInformationVector* outputs)
{
  auto* controller = vtkMultiProcessController::GetGlobalController();
  const auto communicator = communicatorOf(controller);
  const auto model = about(
    "ModelFile", [&] { return ModelCache::instance().model(this->Internal->modelFile, *communicator); });
  const auto& architecture = model.info().architecture;
  this->Internal->checkParameterValues(model.info().signature);
  requireIndex("Block", this->Block, -1, architecture.blocks, "the model", ", and -1 stands for all");
  requireIndex("Head", this->Head, -1, architecture.heads, "the model", ", and -1 stands for all");
  requireNotNegative("NumberOfModes", this->NumberOfModes);
  requireNotNegative("FirstMode", this->FirstMode);
  if (this->Epoch < -1)
  {
    throw PropertyError(
      "Epoch", "Epoch is " + std::to_string(this->Epoch) + ". Choose an epoch, or -1 for the trained model");
  }

  auto* output = vtkDataObject::GetData(outputs, MODES);
  shareMesh(input, output);
  auto meshes = meshesOf(output, timeOf(input), this->MergeBlocks, *communicator);
  std::vector<std::string> notes;
  if (this->Epoch >= 0)
  {
    const auto stored =
      about("Epoch", [&] { return trainingSpectra(model, this->Epoch, this->BlockOfTables()); });
    this->FillTables(model, { { std::string(), stored } }, outputs);
    return;
  }
  auto& kept = *this->Keep;
  kept.modesAdded = 0;
  const bool changed = kept.watch.changed(input, this->SettingsText(input), *communicator);
  const bool tables = changed || !kept.complete;
  if (tables || this->Block < 0 || kept.block != this->Block)
  {
    this->Visit(model, meshes, tables, notes, communicator);
  }
  for (std::size_t m = 0; m < kept.mixings.size(); ++m)
  {
    this->AddModes(kept.mixings[m], model.info().signature.association, meshes[m], notes);
  }
  this->SetAbortOutput(stopRequested(this, *communicator));
  this->FillTables(model, kept.spectra, outputs);
  auto warnings = unite(*communicator, notes);
  if (kept.complete && this->NumberOfModes > 0 && kept.modesAdded == 0)
  {
    warnings.push_back(
      "FirstMode is " + std::to_string(this->FirstMode) +
      ", but no head has so many modes with eigenvalues from 1e-10 on: there are none on the "
      "mesh. Choose a smaller one");
  }
  kept.notes.tell(warnings);
  warn(this, warnings, controller);
}

// One forward pass: for the tables over their blocks, else to the one block whose modes are wanted. Modes of
// all blocks are added at once, since their operators are not kept.
void vtkFLARESpectrum::Visit(const flare::Model& model, std::vector<CaseMesh>& meshes, bool tables,
  std::vector<std::string>& notes, const std::shared_ptr<flare::Communicator>& communicator)
{
  auto& kept = *this->Keep;
  kept.mixings.clear(); // they are complete, or not there
  kept.block = -1;
  kept.notes = {};
  if (tables)
  {
    kept.complete = false;
    kept.spectra.clear();
    for (const auto& mesh : meshes)
    {
      kept.spectra.push_back({ mesh.name, {} });
    }
  }
  flare::SpectrumOptions options;
  options.precision = spectrumPrecision(this->Precision, "spectra");
  options.progress = [this](double part)
  {
    this->UpdateProgress(part);
    return !this->CheckAbort();
  };
  std::vector<flare::Mixing> mixings;
  const bool finished = forEachMixing(
    model, meshes, this->Internal->parameterValues, static_cast<flare::Device>(this->Device),
    tables ? this->BlockOfTables() : this->Block, options, kept.notes,
    [&](std::size_t mesh, const flare::Case&, flare::Mixing mixing)
    {
      if (tables)
      {
        auto heads = mixing.spectra(-1, this->CompareHeads);
        std::move(heads.begin(), heads.end(), std::back_inserter(kept.spectra[mesh].heads));
      }
      if (this->Block < 0)
      {
        this->AddModes(mixing, model.info().signature.association, meshes[mesh], notes);
      }
      else if (mixing.block() == this->Block)
      {
        mixings.push_back(std::move(mixing));
      }
    },
    communicator);
  if (finished)
  {
    kept.complete = true;
    kept.mixings = std::move(mixings);
    kept.block = this->Block;
  }
}

bool vtkFLARESpectrum::IsChosen(std::int64_t block, std::int64_t head) const
{
  return (this->Block < 0 || this->Block == block) && (this->Head < 0 || this->Head == head);
}

void vtkFLARESpectrum::AddModes(const flare::Mixing& mixing, flare::Association association, CaseMesh& mesh,
  std::vector<std::string>& notes) const
{
  const bool all = this->Head < 0;
  const std::int64_t first = all ? 0 : this->Head, last = all ? mixing.heads() : this->Head + 1;
  for (auto head = first; this->NumberOfModes > 0 && head < last; ++head)
  {
    const auto modes = mixing.modes(head, this->NumberOfModes, this->FirstMode);
    addModes(mesh, association, modes, this->FirstMode, notes);
    this->Keep->modesAdded += modes.right.size();
  }
}

// On the other ranks without rows: ParaView joins the tables of all.
void vtkFLARESpectrum::FillTables(
  const flare::Model& model, const std::vector<MeshSpectra>& spectra, vtkInformationVector* outputs) const
{
  auto* controller = vtkMultiProcessController::GetGlobalController();
  const bool first = communicatorOf(controller)->rank() == 0;
  const auto shown = first ? spectra : std::vector<MeshSpectra>(spectra.size());
  fillSpectrum(vtkTable::GetData(outputs, SPECTRUM), shown);
  fillHeads(vtkTable::GetData(outputs, SUMMARY), shown);
  fillChart(vtkTable::GetData(outputs, CHART), shown);
  const auto chosen = [this](std::int64_t block, std::int64_t head) { return this->IsChosen(block, head); };
  fillHeadMap(vtkPolyData::GetData(outputs, HEAD_MAP), shown, chosen);
  fillSimilarityMap(vtkPolyData::GetData(outputs, SIMILARITY), shown, chosen);
  if (first)
  {
    fillTrainingRanks(vtkTable::GetData(outputs, TRAINING), model, this->BlockOfTables());
  }
}

vtkIntArray* vtkFLARESpectrum::GetEpochs()
{
  auto& epochs = *this->Keep->epochs;
  epochs.Initialize();
  for (const auto epoch : this->Internal->informationIfThere(this->ModelFile).training.spectraEpochs)
  {
    epochs.InsertNextValue(static_cast<int>(epoch));
  }
  return &epochs;
}

void vtkFLARESpectrum::PrintSelf(ostream& os, vtkIndent indent)
{
  this->Superclass::PrintSelf(os, indent);
  os << indent << "Block: " << this->Block << "\n";
  os << indent << "Head: " << this->Head << "\n";
  os << indent << "AllBlocks: " << this->AllBlocks << "\n";
  os << indent << "NumberOfModes: " << this->NumberOfModes << "\n";
  os << indent << "FirstMode: " << this->FirstMode << "\n";
  os << indent << "CompareHeads: " << this->CompareHeads << "\n";
  os << indent << "Epoch: " << this->Epoch << "\n";
  os << indent << "MergeBlocks: " << this->MergeBlocks << "\n";
}
