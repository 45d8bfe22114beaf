#include "vtkFLARERoutes.h"

#include "case_reader.h"
#include "chosen_points.h"
#include "guarded.h"
#include "input_watch.h"
#include "mesh_prediction.h"
#include "model_algorithm_internals.h"
#include "parallel.h"
#include "tables.h"

#include "flare/mixing.h"

#include <vtkDataObject.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkObjectFactory.h>
#include <vtkSelection.h>
#include <vtkTable.h>

#include <algorithm>
#include <sstream>
#include <vector>

using namespace flare::filters;

namespace
{
enum Input
{
  MESH,
  SELECTION,
  MODEL
};

enum Port
{
  ROUTES,
  LATENTS
};

// Throws unless value < count; what comes after says which values there are.
void requireBelow(const char* property, int value, std::int64_t count, const char* rest)
{
  if (value >= count)
  {
    throw PropertyError(property, std::string(property) + " is " + std::to_string(value) +
                                    ", but the model has 0 to " + std::to_string(count - 1) + rest);
  }
}
}

// What does not depend on which points, head or latent are looked at.
struct vtkFLARERoutes::Kept
{
  InputWatch watch;
  std::vector<flare::Case> cases; // of each mesh
  std::vector<flare::Mixing> mixings;
  ReadingNotes reading;
};

vtkStandardNewMacro(vtkFLARERoutes);

vtkFLARERoutes::vtkFLARERoutes()
  : vtkFLAREModelAlgorithm(MODEL)
  , Keep(new Kept)
{
  this->SetNumberOfOutputPorts(2);
}

vtkFLARERoutes::~vtkFLARERoutes() = default;

void vtkFLARERoutes::SetSelectionConnection(vtkAlgorithmOutput* output)
{
  this->SetInputConnection(SELECTION, output);
}

int vtkFLARERoutes::FillInputPortInformation(int port, vtkInformation* info)
{
  if (port == SELECTION)
  {
    info->Set(vtkAlgorithm::INPUT_REQUIRED_DATA_TYPE(), "vtkSelection");
    info->Set(vtkAlgorithm::INPUT_IS_OPTIONAL(), 1);
    return 1;
  }
  return this->Superclass::FillInputPortInformation(port, info);
}

int vtkFLARERoutes::FillOutputPortInformation(int port, vtkInformation* info)
{
  info->Set(vtkDataObject::DATA_TYPE_NAME(), port == ROUTES ? "vtkDataObject" : "vtkTable");
  return 1;
}

int vtkFLARERoutes::RequestDataObject(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  makeLike(outputs, ROUTES, vtkDataObject::GetData(inputs[MESH], 0));
  makeTables(outputs, { LATENTS });
  return 1;
}

int vtkFLARERoutes::RequestData(vtkInformation*, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  this->SetErrorCode(guarded(this, outputs, this->Internal->problem,
    [&]
    {
      about("ModelFile", [&] { this->ResolveModelFile(inputs); });
      this->Trace(inputs, outputs);
    }));
  return 1;
}

void vtkFLARERoutes::Trace(vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  auto* controller = vtkMultiProcessController::GetGlobalController();
  const auto communicator = communicatorOf(controller);
  auto* input = vtkDataObject::GetData(inputs[MESH], 0);
  const auto model = about(
    "ModelFile", [&] { return ModelCache::instance().model(this->Internal->modelFile, *communicator); });
  const auto& info = model.info();
  this->Internal->checkParameterValues(info.signature);
  requireBelow("Block", this->Block, info.architecture.blocks, "");
  requireBelow("Head", this->Head, info.architecture.heads, ", and -1 stands for the sum over all");
  requireBelow("Latent", this->Latent, info.architecture.latentsOf(this->Block), ", and -1 stands for none");
  if (this->Latent >= 0 && this->Head < 0)
  {
    throw PropertyError("Head",
      "Latent is " + std::to_string(this->Latent) + ", but each head has latents of its own. Choose a head");
  }
  if (this->Precision > 1)
  {
    throw PropertyError(
      "Precision", "Precision is BFloat16, in which routes are not computed. Choose Default or Precise");
  }

  auto* output = vtkDataObject::GetData(outputs, ROUTES);
  shareMesh(input, output);
  auto meshes = meshesOf(output, timeOf(input), this->MergeBlocks, *communicator);
  auto& kept = *this->Keep;
  std::ostringstream settings;
  settings << this->Internal->identity(timeOf(input)) << this->Block << " " << this->MergeBlocks << " "
           << this->Precision << " " << this->Device;
  if (kept.watch.changed(input, settings.str(), *communicator) || kept.mixings.size() != meshes.size())
  {
    kept.watch.forget(); // until it is all there
    kept.cases.clear();
    kept.mixings.clear();
    kept.reading = {};
    flare::SpectrumOptions options;
    options.precision = static_cast<flare::SpectrumPrecision>(this->Precision);
    options.progress = [&](double part)
    {
      this->UpdateProgress(
        (static_cast<double>(kept.mixings.size()) + part) / static_cast<double>(meshes.size()));
      return !this->CheckAbort();
    };
    for (const auto& mesh : meshes)
    {
      kept.cases.push_back(readCase(mesh, info.signature, Targets::Ignored, &this->Internal->parameterValues,
        *communicator, &kept.reading));
      const bool finished = forEachMixing(
        model, kept.cases.back(), static_cast<flare::Device>(this->Device), this->Block, options,
        [&](flare::Mixing mixing) { kept.mixings.push_back(std::move(mixing)); }, communicator);
      if (!finished)
      {
        this->SetAbortOutput(true);
        return;
      }
    }
    kept.watch.changed(input, settings.str(), *communicator);
  }

  auto* selection = vtkSelection::GetData(inputs[SELECTION], 0);
  const auto chosen = selection && selection->GetNumberOfNodes() > 0
                        ? about("Selection",
                            [&] {
                              return selectedPoints(input, selection, info.signature.association,
                                this->MergeBlocks, *communicator);
                            })
                        : nearestPoint(kept.cases, this->Position, *communicator);
  std::vector<std::string> notes;
  std::int64_t found = 0;
  const auto block = "_b" + std::to_string(this->Block);
  const auto head = block + (this->Head < 0 ? "" : "_h" + std::to_string(this->Head));
  const auto latent = head + "_m" + std::to_string(this->Latent);
  std::vector<std::vector<double>> shares(static_cast<std::size_t>(info.architecture.heads));
  for (std::size_t m = 0; m < meshes.size(); ++m)
  {
    const auto& mixing = kept.mixings[m];
    auto count = static_cast<std::int64_t>(chosen.at(m).size());
    communicator->sum(&count, 1);
    // A mesh of its own exchanges nothing with the others.
    const auto row = count > 0 ? mixing.row(chosen[m], this->Head)
                               : std::vector<double>(static_cast<std::size_t>(kept.cases[m].count()), 0.0);
    addValues(meshes[m], info.signature.association, "route" + head, row, notes);
    if (this->Latent >= 0)
    {
      addValues(meshes[m], info.signature.association, "encode" + latent,
        mixing.encodeWeights(this->Head, this->Latent), notes);
      addValues(meshes[m], info.signature.association, "decode" + latent,
        mixing.decodeWeights(this->Head, this->Latent), notes);
    }
    for (std::int64_t h = 0; count > 0 && h < mixing.heads(); ++h)
    {
      auto& share = shares[static_cast<std::size_t>(h)];
      const auto more = mixing.latentsOf(chosen[m], h);
      share.resize(more.size(), 0.0);
      for (std::size_t i = 0; i < more.size(); ++i)
      {
        share[i] += static_cast<double>(count) * more[i];
      }
    }
    found += count;
  }
  if (found == 0)
  {
    throw PropertyError("Selection",
      "nothing is selected of this mesh. Select points or cells of the input, or "
      "clear the selection, so that Position counts");
  }
  this->SetAbortOutput(stopRequested(this, *communicator));
  if (communicator->rank() == 0) // ParaView joins the tables of all ranks
  {
    auto* table = vtkTable::GetData(outputs, LATENTS);
    std::vector<std::int64_t> numbers(shares.front().size());
    for (std::size_t i = 0; i < numbers.size(); ++i)
    {
      numbers[i] = static_cast<std::int64_t>(i);
    }
    addColumn(table, "Latent", numbers);
    for (std::size_t h = 0; h < shares.size(); ++h)
    {
      for (auto& share : shares[h])
      {
        share /= static_cast<double>(found);
      }
      addColumn(table, "Head_" + std::to_string(h), shares[h]);
    }
  }
  auto warnings = unite(*communicator, notes);
  if (kept.reading.sharedPoints > 0)
  {
    warnings.push_back(sharedPointsNote(kept.reading));
  }
  warn(this, warnings, controller);
}

void vtkFLARERoutes::PrintSelf(ostream& os, vtkIndent indent)
{
  this->Superclass::PrintSelf(os, indent);
  os << indent << "Block: " << this->Block << "\n";
  os << indent << "Head: " << this->Head << "\n";
  os << indent << "Latent: " << this->Latent << "\n";
  os << indent << "Position: " << this->Position[0] << " " << this->Position[1] << " " << this->Position[2]
     << "\n";
  os << indent << "MergeBlocks: " << this->MergeBlocks << "\n";
}
