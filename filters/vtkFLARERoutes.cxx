#include "vtkFLARERoutes.h"

#include "case_reader.h"
#include "chosen_points.h"
#include "guarded.h"
#include "input_watch.h"
#include "mesh_prediction.h"
#include "mixing_pass.h"
#include "model_algorithm_internals.h"
#include "parallel.h"
#include "tables.h"

#include "flare/mixing.h"

#include <vtkCellArray.h>
#include <vtkDataObject.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkObjectFactory.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkSelection.h>
#include <vtkTable.h>

#include <algorithm>
#include <cmath>
#include <numeric>
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
  LATENTS,
  POINTS
};

std::int64_t countOfAll(const PointIndices& points, flare::Communicator& communicator)
{
  auto count = static_cast<std::int64_t>(points.size());
  communicator.sum(&count, 1);
  return count;
}
}

// What does not depend on which points, head or latent are looked at.
struct vtkFLARERoutes::Kept
{
  InputWatch watch;
  std::vector<flare::Case> cases; // of each mesh
  double extent = 0.0;            // of all of them
  std::vector<flare::Mixing> mixings;
  PassNotes notes;
};

vtkStandardNewMacro(vtkFLARERoutes);

vtkFLARERoutes::vtkFLARERoutes()
  : vtkFLAREModelAlgorithm(MODEL)
  , Keep(new Kept)
{
  this->SetNumberOfOutputPorts(3);
}

vtkFLARERoutes::~vtkFLARERoutes() = default;

void vtkFLARERoutes::SetSelectionConnection(vtkAlgorithmOutput* output)
{
  this->SetInputConnection(SELECTION, output);
}

void vtkFLARERoutes::RemoveSelection()
{
  this->SetSelectionConnection(nullptr);
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
  info->Set(vtkDataObject::DATA_TYPE_NAME(), port == ROUTES   ? "vtkDataObject"
                                             : port == POINTS ? "vtkPolyData"
                                                              : "vtkTable");
  return 1;
}

int vtkFLARERoutes::RequestDataObject(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  makeLike(outputs, ROUTES, vtkDataObject::GetData(inputs[MESH], 0));
  makeTables(outputs, { LATENTS });
  makePolyData(outputs, { POINTS });
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

void vtkFLARERoutes::RequireSettings(const flare::Architecture& architecture) const
{
  requireIndex("Block", this->Block, 0, architecture.blocks, "the model");
  requireIndex(
    "Head", this->Head, -1, architecture.heads, "the model", ", and -1 stands for the sum over all");
  requireIndex("Latent", this->Latent, -1, architecture.latentsOf(this->Block),
    "a head of block " + std::to_string(this->Block), ", and -1 stands for none");
  if (this->Latent >= 0 && this->Head < 0)
  {
    throw PropertyError("Head",
      "Latent is " + std::to_string(this->Latent) + ", but each head has latents of its own. Choose a head");
  }
}

void vtkFLARERoutes::RequirePosition() const
{
  constexpr double farthest = 1e150; // whose square is a number, too
  if (!std::all_of(this->Position, this->Position + 3,
        [](double x) { return std::isfinite(x) && std::abs(x) <= farthest; }))
  {
    std::ostringstream text;
    text << "Position is " << this->Position[0] << " " << this->Position[1] << " " << this->Position[2]
         << ", which is no place. Choose three finite numbers";
    throw PropertyError("Position", text.str());
  }
}

void vtkFLARERoutes::Trace(vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  auto* controller = vtkMultiProcessController::GetGlobalController();
  const auto communicator = communicatorOf(controller);
  auto* input = vtkDataObject::GetData(inputs[MESH], 0);
  const auto model = about(
    "ModelFile", [&] { return ModelCache::instance().model(this->Internal->modelFile, *communicator); });
  this->Internal->checkParameterValues(model.info().signature);
  this->RequireSettings(model.info().architecture);
  const auto precision = spectrumPrecision(this->Precision, "routes");

  auto* output = vtkDataObject::GetData(outputs, ROUTES);
  shareMesh(input, output);
  auto meshes = meshesOf(output, timeOf(input), this->MergeBlocks, *communicator);
  auto& kept = *this->Keep;
  std::ostringstream settings;
  settings << this->Internal->identity(timeOf(input)) << this->Block << " " << this->MergeBlocks << " "
           << this->Precision << " " << this->Device;
  if (kept.watch.changed(input, settings.str(), *communicator) || kept.mixings.size() != meshes.size())
  {
    if (!this->Prepare(model, meshes, precision, communicator))
    {
      this->SetAbortOutput(true);
      return;
    }
  }

  const auto association = model.info().signature.association;
  auto* selection = vtkSelection::GetData(inputs[SELECTION], 0);
  std::int64_t nodes = selection ? selection->GetNumberOfNodes() : 0;
  communicator->sum(&nodes, 1); // what comes is collective
  const bool selected = nodes > 0;
  const vtkNew<vtkSelection> nothing;
  if (!selected)
  {
    this->RequirePosition();
  }
  std::vector<std::string> notes;
  auto chosen = selected ? about("Selection",
                             [&]
                             {
                               return selectedPoints(input, selection ? selection : nothing.Get(),
                                 association, this->MergeBlocks, *communicator);
                             })
                         : nearestPoint(kept.cases, this->Position, kept.extent, notes, *communicator);
  keepOneOfEach(chosen, kept.cases, *communicator);
  this->AddRoutes(meshes, chosen, association, notes, *communicator);
  this->SetAbortOutput(stopRequested(this, *communicator));
  this->FillLatents(vtkTable::GetData(outputs, LATENTS), chosen, *communicator);
  this->FillPoints(vtkPolyData::GetData(outputs, POINTS), chosen);
  auto warnings = unite(*communicator, notes);
  kept.notes.tell(warnings);
  warn(this, warnings, controller);
}

// False when it was stopped.
bool vtkFLARERoutes::Prepare(const flare::Model& model, const std::vector<CaseMesh>& meshes,
  flare::SpectrumPrecision precision, const std::shared_ptr<flare::Communicator>& communicator)
{
  auto& kept = *this->Keep;
  kept.mixings.clear(); // they are complete, or not there
  kept.cases.clear();
  kept.notes = {};
  flare::SpectrumOptions options;
  options.precision = precision;
  options.progress = [this](double part)
  {
    this->UpdateProgress(part);
    return !this->CheckAbort();
  };
  std::vector<flare::Mixing> mixings;
  const bool finished = forEachMixing(
    model, meshes, this->Internal->parameterValues, static_cast<flare::Device>(this->Device), this->Block,
    options, kept.notes,
    [&](std::size_t, const flare::Case& c, flare::Mixing mixing)
    {
      kept.cases.push_back(c);
      mixings.push_back(std::move(mixing));
    },
    communicator);
  if (finished)
  {
    kept.extent = extentOf(kept.cases, *communicator);
    kept.mixings = std::move(mixings);
  }
  return finished;
}

void vtkFLARERoutes::AddRoutes(std::vector<CaseMesh>& meshes, const std::vector<PointIndices>& chosen,
  flare::Association association, std::vector<std::string>& notes, flare::Communicator& communicator) const
{
  const auto& kept = *this->Keep;
  const auto head =
    "_b" + std::to_string(this->Block) + (this->Head < 0 ? "" : "_h" + std::to_string(this->Head));
  const auto latent = head + "_m" + std::to_string(this->Latent);
  std::int64_t all = 0;
  for (std::size_t m = 0; m < meshes.size(); ++m)
  {
    const auto& mixing = kept.mixings[m];
    const auto count = countOfAll(chosen.at(m), communicator);
    // A mesh of its own exchanges nothing with the others.
    const auto row = count > 0 ? mixing.row(chosen[m], this->Head)
                               : std::vector<double>(static_cast<std::size_t>(kept.cases[m].count()), 0.0);
    addValues(meshes[m], association, "route" + head, row, notes);
    if (this->Latent >= 0)
    {
      addValues(
        meshes[m], association, "encode" + latent, mixing.encodeWeights(this->Head, this->Latent), notes);
      addValues(
        meshes[m], association, "decode" + latent, mixing.decodeWeights(this->Head, this->Latent), notes);
    }
    all += count;
  }
  if (all == 0)
  {
    throw PropertyError("Selection",
      "nothing is selected of this mesh. Select points or cells of the input, or "
      "clear the selection, so that Position counts");
  }
}

// On each rank those that it has.
void vtkFLARERoutes::FillPoints(vtkPolyData* output, const std::vector<PointIndices>& chosen) const
{
  vtkNew<vtkPoints> points;
  points->SetDataTypeToDouble();
  vtkNew<vtkCellArray> vertices;
  for (std::size_t m = 0; m < chosen.size(); ++m)
  {
    const auto& coordinates = this->Keep->cases[m].points;
    for (const auto i : chosen[m])
    {
      const vtkIdType id =
        points->InsertNextPoint(coordinates.at(i, 0), coordinates.at(i, 1), coordinates.at(i, 2));
      vertices->InsertNextCell(1, &id);
    }
  }
  output->SetPoints(points);
  output->SetVerts(vertices);
}

// The mean over all chosen points of their rows of R, head by head; on the first rank, because ParaView joins
// the tables of all.
void vtkFLARERoutes::FillLatents(
  vtkTable* table, const std::vector<PointIndices>& chosen, flare::Communicator& communicator) const
{
  const auto& mixings = this->Keep->mixings;
  const bool first = communicator.rank() == 0;
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(mixings.front().latents()));
  std::iota(numbers.begin(), numbers.end(), std::int64_t{ 0 });
  if (first)
  {
    addColumn(table, "Latent", numbers);
  }
  for (std::int64_t head = 0; head < mixings.front().heads(); ++head)
  {
    std::vector<double> shares(numbers.size(), 0.0);
    double all = 0.0;
    for (std::size_t m = 0; m < mixings.size(); ++m)
    {
      const auto count = static_cast<double>(countOfAll(chosen[m], communicator));
      const auto ofMesh = count > 0.0 ? mixings[m].latentsOf(chosen[m], head) : shares;
      std::transform(shares.begin(), shares.end(), ofMesh.begin(), shares.begin(),
        [&](double sum, double share) { return sum + count * share; });
      all += count;
    }
    std::for_each(shares.begin(), shares.end(), [&](double& share) { share /= all; });
    if (first)
    {
      addColumn(table, "Head_" + std::to_string(head), shares);
    }
  }
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
