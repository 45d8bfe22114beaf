#include "vtkFLARELatents.h"

#include "case_algorithm_internals.h"
#include "changed_model.h"
#include "guarded.h"
#include "mixing_pass.h"
#include "model_algorithm_internals.h"
#include "parallel.h"
#include "tables.h"

#include "flare/latents.h"

#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkObjectFactory.h>
#include <vtkTable.h>

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>
#include <vector>

using namespace flare::filters;

namespace
{
// `changed` has a column where there is such a model. On the other ranks without rows: ParaView joins the
// tables of all.
void fillSuggestions(vtkTable* table, const std::vector<flare::LatentSuggestion>& suggestions,
  const std::optional<flare::Model>& changed)
{
  std::vector<std::int64_t> block, latents, suggested, changedTo;
  std::vector<std::string> reason;
  for (const auto& one : suggestions)
  {
    block.push_back(one.block);
    latents.push_back(one.latents);
    suggested.push_back(one.suggested);
    changedTo.push_back(changed ? changed->info().architecture.latentsOf(one.block) : one.latents);
    reason.push_back(one.reason);
  }
  addColumn(table, "Block", block);
  addColumn(table, "Latents", latents);
  addColumn(table, "Suggested", suggested);
  if (changed)
  {
    addColumn(table, "ChangedTo", changedTo);
  }
  addColumn(table, "Reason", reason);
}
}

struct vtkFLARELatents::Kept
{
  std::vector<std::int64_t> latents;
  std::vector<std::int64_t> blocks;
  std::string outcome;
  std::string fileInUse;   // as text for the interface
  std::string changedFile; // of the last execution
  FileWatch watch;

  // Of a run.
  std::optional<flare::Model> model; // the same one for all cases, even where its file changes meanwhile
  std::optional<flare::LatentUse> use;
  std::set<std::size_t> wanted;
  std::optional<flare::Model> changed;
};

vtkStandardNewMacro(vtkFLARELatents);

vtkFLARELatents::vtkFLARELatents()
  : vtkFLARECaseAlgorithm(1)
  , Keep(new Kept)
{
}

vtkFLARELatents::~vtkFLARELatents()
{
  this->SetChangedModelFile(nullptr);
}

void vtkFLARELatents::AddLatents(int number)
{
  this->Keep->latents.push_back(number);
  this->Modified();
}

void vtkFLARELatents::ClearLatents()
{
  if (!this->Keep->latents.empty())
  {
    this->Keep->latents.clear();
    this->Modified();
  }
}

void vtkFLARELatents::AddBlock(int block)
{
  this->Keep->blocks.push_back(block);
  this->Modified();
}

void vtkFLARELatents::ClearBlocks()
{
  if (!this->Keep->blocks.empty())
  {
    this->Keep->blocks.clear();
    this->Modified();
  }
}

std::string vtkFLARELatents::ResolveChangedFile() const
{
  if (this->Change == NOTHING)
  {
    return {};
  }
  if (this->ChangedModelFile && *this->ChangedModelFile)
  {
    return identify(this->ChangedModelFile).path;
  }
  const std::string source = this->Internal->fileOr(this->ModelFile);
  return source.empty()
           ? std::string()
           : defaultChangedFile(identify(source).path, this->Change == PRUNE ? "pruned" : "grown");
}

const char* vtkFLARELatents::GetChangedModelFileInUse()
{
  this->Keep->fileInUse = this->ResolveChangedFile();
  return this->Keep->fileInUse.c_str();
}

const char* vtkFLARELatents::GetOutcome()
{
  return this->Keep->outcome.c_str();
}

vtkMTimeType vtkFLARELatents::GetMTime()
{
  auto& kept = *this->Keep;
  if (communicatorOf(vtkMultiProcessController::GetGlobalController())->size() == 1)
  {
    kept.watch.look(kept.changedFile, *flare::serialCommunicator());
  }
  return std::max(this->Superclass::GetMTime(), kept.watch.time());
}

int vtkFLARELatents::ComputePipelineMTime(vtkInformation* request, vtkInformationVector** inputs,
  vtkInformationVector* outputs, int requestFromOutputPort, vtkMTimeType* mtime)
{
  // All ranks must notice a changed file together.
  const auto communicator = communicatorOf(vtkMultiProcessController::GetGlobalController());
  if (communicator->size() > 1)
  {
    this->Keep->watch.look(this->Keep->changedFile, *communicator);
  }
  return this->Superclass::ComputePipelineMTime(request, inputs, outputs, requestFromOutputPort, mtime);
}

int vtkFLARELatents::RequestData(
  vtkInformation* request, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  this->Keep->outcome.clear();
  return this->Superclass::RequestData(request, inputs, outputs);
}

void vtkFLARELatents::RequireSettings(flare::Communicator& communicator)
{
  auto& kept = *this->Keep;
  const auto& info = kept.model->info();
  this->Internal->checkParameterValues(info.signature);
  if (!(this->Energy > 0.0 && this->Energy <= 1.0))
  {
    std::ostringstream text;
    text << "Energy is " << this->Energy << ", but it must lie above 0 and be at most 1";
    throw PropertyError("Energy", text.str());
  }
  if (this->Change == PRUNE && !kept.latents.empty())
  {
    about("Latents", [&] { flare::requireKeepable(info.architecture, kept.latents); });
  }
  if (this->Change == GROW)
  {
    kept.changed = about("Blocks",
      [&] { return flare::grow(*kept.model, kept.blocks, static_cast<std::uint64_t>(this->Seed)); });
  }
  kept.changedFile = communicator.broadcast(this->ResolveChangedFile(), 0);
  kept.watch.look(kept.changedFile, communicator);
  if (this->Change != NOTHING)
  {
    about("ChangedModelFile",
      [&] {
        requireReplaceable({ this->Internal->modelFile, kept.changedFile, this->Overwrite }, communicator);
      });
  }
}

void vtkFLARELatents::Prepare(const std::shared_ptr<flare::Communicator>& communicator)
{
  auto& kept = *this->Keep;
  if (kept.use)
  {
    return;
  }
  kept.model = about(
    "ModelFile", [&] { return ModelCache::instance().model(this->Internal->modelFile, *communicator); });
  const auto precision = spectrumPrecision(this->Precision, "spectra");
  this->RequireSettings(*communicator);
  kept.use.emplace(*kept.model, static_cast<flare::Device>(this->Device), precision);
  const auto total = this->Cases->loop.total();
  const auto indices = flare::spreadCases(
    total, this->NumberOfCases > 0 ? static_cast<std::size_t>(this->NumberOfCases) : total);
  kept.wanted.insert(indices.begin(), indices.end());
}

bool vtkFLARELatents::Wants(std::size_t index) const
{
  return this->Keep->wanted.count(index) > 0;
}

bool vtkFLARELatents::Visit(
  const CaseMesh& mesh, std::size_t, const std::shared_ptr<flare::Communicator>& communicator)
{
  auto& kept = *this->Keep;
  const auto c = readCase(mesh, kept.model->info().signature, Targets::Ignored,
    &this->Internal->parameterValues, *communicator, &this->Cases->reading);
  const auto progress = [&](double part)
  {
    this->ReportVisit(part);
    return !this->CheckAbort();
  };
  return kept.use->add(c, progress, communicator);
}

std::string vtkFLARELatents::MakeChanged(flare::Communicator& communicator)
{
  auto& kept = *this->Keep;
  if (this->Change == PRUNE)
  {
    kept.changed = kept.latents.empty() ? kept.use->prune(this->Energy) : kept.use->prune(kept.latents);
  }
  const bool written = about("ChangedModelFile",
    [&]
    {
      return keepChanged(
        *kept.changed, { this->Internal->modelFile, kept.changedFile, this->Overwrite }, communicator);
    });
  kept.watch.look(kept.changedFile, communicator);
  return (this->Change == PRUNE ? "; pruned to " : "; grown to ") +
         kept.changed->info().architecture.latentsText() + " latents, " +
         (written ? "written to" : "which were there already in") + " '" + kept.changedFile + "'";
}

void vtkFLARELatents::Finish(
  vtkInformationVector* outputs, const std::shared_ptr<flare::Communicator>& communicator)
{
  auto& kept = *this->Keep;
  auto suggestions = kept.use->suggestions(this->Energy);
  auto outcome = std::to_string(kept.use->cases()) + " of " + this->Cases->found + " looked at";
  if (this->Change != NOTHING)
  {
    outcome += this->MakeChanged(*communicator);
  }
  if (communicator->rank() > 0)
  {
    suggestions.clear();
  }
  auto* table = vtkTable::GetData(outputs, 0);
  fillSuggestions(table, suggestions, kept.changed);
  addText(table, modelFileArray, kept.changed ? kept.changedFile : this->Internal->modelFile);
  addText(table, "FLARECases", this->Cases->found);
  addText(table, "FLAREOutcome", outcome);
  kept.outcome = outcome;
}

void vtkFLARELatents::Forget()
{
  auto& kept = *this->Keep;
  kept.model.reset();
  kept.use.reset();
  kept.wanted.clear();
  kept.changed.reset();
}

void vtkFLARELatents::PrintSelf(ostream& os, vtkIndent indent)
{
  this->Superclass::PrintSelf(os, indent);
  os << indent << "NumberOfCases: " << this->NumberOfCases << "\n";
  os << indent << "Energy: " << this->Energy << "\n";
  os << indent << "Change: " << this->Change << "\n";
  os << indent << "Seed: " << this->Seed << "\n";
  os << indent << "ChangedModelFile: " << (this->ChangedModelFile ? this->ChangedModelFile : "(default)")
     << "\n";
  os << indent << "Overwrite: " << this->Overwrite << "\n";
  os << indent << "Outcome: " << this->Keep->outcome << "\n";
}
