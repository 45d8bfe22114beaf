#include "train_internals.h"

#include "guarded.h"
#include "interrupt.h"
#include "mesh_prediction.h"
#include "parallel.h"
#include "tables.h"
#include "training_decision.h"
#include "training_options.h"
#include "training_signature.h"

#include "flare/error.h"
#include "flare/predictor.h"
#include "flare/trainer.h"

#include <vtkCommand.h>
#include <vtkErrorCode.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkObjectFactory.h>
#include <vtkStreamingDemandDrivenPipeline.h>
#include <vtkTable.h>

#include <algorithm>

using namespace flare::filters;

namespace
{
// The share of the progress bar that reading the cases takes.
constexpr double readingShare = 0.05;

std::vector<std::string> chosen(vtkDataArraySelection* selection)
{
  std::vector<std::string> names;
  for (int i = 0; i < selection->GetNumberOfArrays(); ++i)
  {
    if (selection->GetArraySetting(i))
    {
      names.emplace_back(selection->GetArrayName(i));
    }
  }
  return names;
}
}

vtkStandardNewMacro(vtkFLARETrain);

vtkFLARETrain::vtkFLARETrain()
  : Internal(new Internals)
{
  this->SetNumberOfInputPorts(1);
  this->SetNumberOfOutputPorts(2);
  auto& d = *this->Internal;
  for (vtkDataArraySelection* selection : { d.pointTargets.Get(), d.cellTargets.Get(), d.pointInputs.Get(),
         d.cellInputs.Get(), d.parameters.Get() })
  {
    selection->AddObserver(vtkCommand::ModifiedEvent, this, &vtkFLARETrain::Modified);
  }
}

vtkFLARETrain::~vtkFLARETrain()
{
  this->SetModelFile(nullptr);
  this->SetDataSetFile(nullptr);
  this->SetStartFrom(nullptr);
}

vtkDataArraySelection* vtkFLARETrain::GetPointTargetArraySelection()
{
  return this->Internal->pointTargets;
}

vtkDataArraySelection* vtkFLARETrain::GetCellTargetArraySelection()
{
  return this->Internal->cellTargets;
}

vtkDataArraySelection* vtkFLARETrain::GetPointInputArraySelection()
{
  return this->Internal->pointInputs;
}

vtkDataArraySelection* vtkFLARETrain::GetCellInputArraySelection()
{
  return this->Internal->cellInputs;
}

vtkDataArraySelection* vtkFLARETrain::GetParameterArraySelection()
{
  return this->Internal->parameters;
}

void vtkFLARETrain::AddValidationCase(int index)
{
  this->Internal->validationCases.push_back(index);
  this->Modified();
}

void vtkFLARETrain::ClearValidationCases()
{
  if (!this->Internal->validationCases.empty())
  {
    this->Internal->validationCases.clear();
    this->Modified();
  }
}

void vtkFLARETrain::AddInputFile(const char* input, const char* file)
{
  this->Internal->inputFiles.add(input, file);
  this->Modified();
}

void vtkFLARETrain::ClearInputFiles()
{
  if (this->Internal->inputFiles.clear())
  {
    this->Modified();
  }
}

void vtkFLARETrain::SetIfModelExists(int choice)
{
  choice = std::clamp(choice, int(REUSE), int(OVERWRITE));
  if (this->IfModelExists != choice)
  {
    this->IfModelExists = choice;
    this->Internal->forgetWanted = true;
    this->Modified();
  }
}

std::string vtkFLARETrain::ResolveModelFile()
{
  if (this->ModelFile && *this->ModelFile)
  {
    return identify(this->ModelFile).path;
  }
  return defaultModelFile(this->Internal->inputFiles.first(this));
}

const char* vtkFLARETrain::GetModelFileInUse()
{
  this->Internal->modelFile = this->ResolveModelFile();
  return this->Internal->modelFile.c_str();
}

const char* vtkFLARETrain::GetCasesFound()
{
  return this->Internal->casesFound.c_str();
}

const char* vtkFLARETrain::GetOutcome()
{
  return this->Internal->outcome.c_str();
}

vtkMTimeType vtkFLARETrain::GetMTime()
{
  if (!this->Internal)
  {
    return this->Superclass::GetMTime();
  }
  auto& d = *this->Internal;
  if (communicatorOf(vtkMultiProcessController::GetGlobalController())->size() == 1)
  {
    d.watch.look(d.modelFile, *flare::serialCommunicator());
  }
  if (d.live && d.live->news())
  {
    d.refresh.Modified();
  }
  return std::max({ this->Superclass::GetMTime(), d.watch.time(), d.refresh.GetMTime() });
}

int vtkFLARETrain::ComputePipelineMTime(vtkInformation* request, vtkInformationVector** inputs,
  vtkInformationVector* outputs, int requestFromOutputPort, vtkMTimeType* mtime)
{
  // All ranks must notice a changed model file together.
  const auto communicator = communicatorOf(vtkMultiProcessController::GetGlobalController());
  if (communicator->size() > 1)
  {
    this->Internal->watch.look(this->Internal->modelFile, *communicator);
  }
  return this->Superclass::ComputePipelineMTime(request, inputs, outputs, requestFromOutputPort, mtime);
}

int vtkFLARETrain::FillInputPortInformation(int, vtkInformation* info)
{
  info->Remove(vtkAlgorithm::INPUT_REQUIRED_DATA_TYPE());
  info->Append(vtkAlgorithm::INPUT_REQUIRED_DATA_TYPE(), "vtkDataSet");
  info->Append(vtkAlgorithm::INPUT_REQUIRED_DATA_TYPE(), "vtkDataObjectTree");
  info->Set(vtkAlgorithm::INPUT_IS_REPEATABLE(), 1);
  return 1;
}

int vtkFLARETrain::FillOutputPortInformation(int port, vtkInformation* info)
{
  info->Set(vtkDataObject::DATA_TYPE_NAME(), port == 0 ? "vtkTable" : "vtkDataObject");
  return 1;
}

int vtkFLARETrain::RequestDataObject(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  makeTables(outputs, { 0 });
  // Where the inputs are the cases, the shown one decides; else they are alike.
  const auto count = inputs[0]->GetNumberOfInformationObjects();
  const bool inputsAreCases = count > 1 && (this->CasesFrom == AUTOMATIC || this->CasesFrom == INPUTS);
  const auto shown = inputsAreCases ? this->ShownIndex(static_cast<std::size_t>(count)) : 0;
  makeLike(outputs, 1, vtkDataObject::GetData(inputs[0], std::min(static_cast<int>(shown), count - 1)));
  return 1;
}

int vtkFLARETrain::RequestInformation(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  auto& d = *this->Internal;
  d.loop.plan(inputs[0], static_cast<flare::filters::CasesFrom>(this->CasesFrom), d.inputFiles.of(this));
  CaseLoop::endTime(outputs);
  return 1;
}

int vtkFLARETrain::RequestUpdateExtent(vtkInformation*, vtkInformationVector** inputs, vtkInformationVector*)
{
  auto& d = *this->Internal;
  requestOwnPieces(vtkMultiProcessController::GetGlobalController(), inputs, this->GetNumberOfInputPorts());
  d.passBegin = now();
  if (this->LiveRunIsCurrent())
  {
    this->PrepareLive(inputs[0]);
    return 1;
  }
  if (d.live)
  {
    d.live.reset();
    d.clear();
  }
  if (d.forgetWanted) // now that no worker uses the session
  {
    d.session.forget();
    d.forgetWanted = false;
  }
  d.loop.request(inputs[0]);
  return 1;
}

int vtkFLARETrain::RequestData(
  vtkInformation* request, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  auto& d = *this->Internal;
  d.communicator = communicatorOf(vtkMultiProcessController::GetGlobalController());
  InterruptGuard interrupt;
  bool more = false;
  // SetErrorCode would call the filter modified, which ends a run in the background.
  this->ErrorCode = guarded(this, outputs, d.problem,
    [&]
    {
      if (this->Background && !d.live && d.loop.first())
      {
        this->BeginLive();
      }
      if (d.live)
      {
        more = this->GoOnLive(request, inputs, outputs);
        return;
      }
      more = !this->Collect(request, inputs);
      if (!more && d.data)
      {
        this->Finish(outputs, [&] { return interrupt.requested() || this->CheckAbort(); });
      }
    });
  if (more)
  {
    request->Set(vtkStreamingDemandDrivenPipeline::CONTINUE_EXECUTING(), 1);
    return 1;
  }
  request->Remove(vtkStreamingDemandDrivenPipeline::CONTINUE_EXECUTING());
  if (this->GetErrorCode() != vtkErrorCode::NoError)
  {
    d.outcome = "failed";
    if (d.live && !d.live->training)
    {
      d.live.reset();
    }
  }
  if (!d.live)
  {
    d.clear();
  }
  d.watch.look(d.modelFile, *d.communicator);
  interrupt.passOn();
  return 1;
}

flare::DataSet vtkFLARETrain::Internals::newDataSet(const CaseMesh& first, bool useTime)
{
  ArrayChoice choice;
  choice.pointTargets = chosen(this->pointTargets);
  choice.cellTargets = chosen(this->cellTargets);
  choice.pointInputs = chosen(this->pointInputs);
  choice.cellInputs = chosen(this->cellInputs);
  choice.parameters = chosen(this->parameters);
  choice.useTime = useTime;
  auto signature = signatureFor(choice, takeInventory(first, *this->communicator));
  flare::DataSet fresh(this->start ? inOrderOf(this->start->info().signature, signature) : signature);
  fresh.setCommunicator(this->communicator);
  return fresh;
}

void vtkFLARETrain::Internals::add(const CaseLoop::Taken& taken, bool shown)
{
  auto c = readCase(
    taken.mesh, this->data->signature(), Targets::Required, nullptr, *this->communicator, &this->reading);
  if (shown)
  {
    this->show(taken, c, this->data->size());
  }
  this->data->add(std::move(c));
}

void vtkFLARETrain::Internals::show(const CaseLoop::Taken& taken, const flare::Case& c, std::size_t index)
{
  this->shownCase = c;
  this->shownIndex = index;
  this->shownBlock = taken.block;
  this->shownObject.TakeReference(taken.object->NewInstance());
  shareMesh(taken.object, this->shownObject);
}

bool vtkFLARETrain::Collect(vtkInformation* request, vtkInformationVector** inputs)
{
  auto& d = *this->Internal;
  std::vector<CaseLoop::Taken> taken;
  if (!about("CasesFrom", [&] { return d.loop.take(request, inputs[0], *d.communicator, taken); }))
  {
    return false;
  }
  if (d.loop.first())
  {
    d.reading = {};
    d.start.reset();
    if (this->StartFrom && *this->StartFrom)
    {
      about("StartFrom",
        [&] { d.start = ModelCache::instance().model(identify(this->StartFrom).path, *d.communicator); });
    }
    d.data = about("PointTargetArrays", [&] { return d.newDataSet(taken.front().mesh, this->UseTime); });
    d.casesFound = d.loop.summary();
  }
  const auto shown = this->ShownIndex(d.loop.total());
  for (const auto& one : taken)
  {
    d.add(one, d.data->size() == shown);
    d.loop.count();
    if (d.live && &one != &taken.back() && this->SliceIsOver())
    {
      return false;
    }
  }
  this->SetProgressText(("reading the cases: " + d.casesFound).c_str());
  this->UpdateProgress(
    readingShare * static_cast<double>(d.loop.pass() + 1) / static_cast<double>(d.loop.passes()));
  if (stopRequested(this, *d.communicator))
  {
    this->SetAbortOutput(true);
    d.data.reset();
    return true;
  }
  return !d.loop.advance();
}

std::vector<std::size_t> vtkFLARETrain::HeldOut(std::size_t cases) const
{
  const auto& explicitly = this->Internal->validationCases;
  if (explicitly.empty())
  {
    return flare::splitCases(cases, this->ValidationFraction, static_cast<std::uint64_t>(this->Seed))
      .validation;
  }
  std::vector<std::size_t> indices;
  for (const int index : explicitly)
  {
    indices.push_back(static_cast<std::size_t>(std::max(0, index))); // training refuses negative ones
  }
  std::sort(indices.begin(), indices.end());
  return indices;
}

std::size_t vtkFLARETrain::ShownIndex(std::size_t cases) const
{
  if (this->ShownCase >= 0)
  {
    return static_cast<std::size_t>(this->ShownCase);
  }
  const auto heldOut = this->HeldOut(cases);
  return heldOut.empty() ? 0 : heldOut.front();
}

void vtkFLARETrain::RequireShownCase(std::size_t cases) const
{
  if (this->ShownCase >= 0 && static_cast<std::size_t>(this->ShownCase) >= cases)
  {
    throw PropertyError("ShownCase", "ShownCase is " + std::to_string(this->ShownCase) + ", but there are " +
                                       std::to_string(cases) + " cases, numbered from 0");
  }
}

flare::TrainingOptions vtkFLARETrain::Options()
{
  return about("Recipe",
    [&]
    {
      return trainingOptions(*this, this->Internal->validationCases,
        this->Internal->modelFile + ".checkpoint", this->Internal->start);
    });
}

flare::filters::TrainingPlan vtkFLARETrain::Plan(const flare::TrainingOptions& options)
{
  auto& d = *this->Internal;
  TrainingRequest request;
  request.modelFile = d.modelFile;
  request.checkpoint = options.checkpointPath;
  request.ifExists = static_cast<flare::filters::IfModelExists>(this->IfModelExists);
  request.neverTrain = d.live ? d.live->neverTrain : this->NeverTrain;
  request.makeFolder = !this->ModelFile || !*this->ModelFile;
  return about("ModelFile", [&] { return d.session.plan(*d.data, options, request); });
}

void vtkFLARETrain::EndOfReading()
{
  auto& d = *this->Internal;
  this->RequireShownCase(d.data->size());
  d.modelFile = d.communicator->broadcast(this->ResolveModelFile(), 0);
}

void vtkFLARETrain::Finish(vtkInformationVector* outputs, const std::function<bool()>& stopWanted)
{
  auto& d = *this->Internal;
  this->EndOfReading();
  if (this->Exports())
  {
    this->Export();
    return;
  }
  TrainingHooks hooks;
  hooks.stopWanted = stopWanted;
  hooks.progress = [&](double fraction, const std::string& text)
  {
    this->SetProgressText(text.c_str());
    this->UpdateProgress(readingShare + (1.0 - readingShare) * fraction);
  };
  const auto options = this->Options();
  const auto plan = this->Plan(options);
  this->Present(plan.result ? *plan.result
                            : about("Recipe", [&] { return d.session.train(plan, *d.data, options, hooks); }),
    outputs);
}

void vtkFLARETrain::Present(const TrainingResult& result, vtkInformationVector* outputs)
{
  auto& d = *this->Internal;
  d.outcome = result.outcome;
  if (d.reading.sharedPoints > 0)
  {
    warn(this, { sharedPointsNote(d.reading) }, vtkMultiProcessController::GetGlobalController());
  }
  warn(this, result.warnings, vtkMultiProcessController::GetGlobalController());
  if (!result.afterStop.empty())
  {
    warn(this, { result.afterStop }, vtkMultiProcessController::GetGlobalController());
  }
  // One rank's abort empties the outputs of all.
  this->SetAbortOutput(stopRequested(this, *d.communicator));
  this->ShowResults(result.model, outputs);
}

bool vtkFLARETrain::Exports() const
{
  return this->DataSetFile && *this->DataSetFile;
}

void vtkFLARETrain::Export()
{
  auto& d = *this->Internal;
  about("DataSetFile",
    [&]
    {
      if (d.communicator->size() > 1)
      {
        throw flare::Error("DataSetFile is '" + std::string(this->DataSetFile) +
                           "', but several processes hold parts of the cases. Export with one process");
      }
      const auto file = identify(this->DataSetFile);
      flare::DataSet::requireReplaceable(file.path);
      d.data->save(file.path);
      d.outcome = "exported: " + std::to_string(d.data->size()) + " cases to '" + file.path + "'";
    });
  this->SetProgressText(d.outcome.c_str());
  this->UpdateProgress(1.0);
}

void vtkFLARETrain::ShowResults(const flare::Model& model, vtkInformationVector* outputs)
{
  auto& d = *this->Internal;
  this->FillOutputs(model.info(), outputs,
    [&](CaseMesh& mesh)
    {
      flare::Predictor predictor(model, static_cast<flare::Device>(this->Device),
        static_cast<flare::Precision>(this->Precision), d.communicator);
      std::vector<std::string> replaced;
      predictOnto(mesh, d.shownCase, predictor, replaced);
    });
}

void vtkFLARETrain::FillOutputs(flare::ModelInfo info, vtkInformationVector* outputs,
  const std::function<void(flare::filters::CaseMesh&)>& predict)
{
  auto& d = *this->Internal;
  // ParaView joins the tables of all ranks.
  if (d.communicator->rank() > 0)
  {
    info.training.history.clear();
  }
  auto* table = vtkTable::GetData(outputs, 0);
  fillHistory(table, info);

  auto* mesh = vtkDataObject::GetData(outputs, 1);
  if (!d.shownObject) // not read yet
  {
    return;
  }
  const auto blocks = volumeBlocks(findBlocks(d.shownObject, *d.communicator));
  auto shown = mergeBlocks(blocks);
  for (const auto& block : blocks)
  {
    shown = !d.shownBlock.empty() && block.path == d.shownBlock ? block.mesh : shown;
  }
  predict(shown);
  shareMesh(d.shownObject, mesh);
  keepOnly(mesh, d.shownBlock);

  for (vtkDataObject* output : { static_cast<vtkDataObject*>(table), mesh })
  {
    addText(output, modelFileArray, d.modelFile);
    addText(output, "FLARECases", d.casesFound);
    addText(output, "FLAREOutcome", d.outcome);
  }
}

void vtkFLARETrain::PrintSelf(ostream& os, vtkIndent indent)
{
  this->Superclass::PrintSelf(os, indent);
  os << indent << "ModelFile: " << (this->ModelFile ? this->ModelFile : "(default)") << "\n";
  os << indent << "CasesFrom: " << this->CasesFrom << "\n";
  os << indent << "Recipe: " << this->Recipe << "\n";
  os << indent << "IfModelExists: " << this->IfModelExists << "\n";
  os << indent << "NeverTrain: " << this->NeverTrain << "\n";
  os << indent << "Cases found: " << this->Internal->casesFound << "\n";
  os << indent << "Outcome: " << this->Internal->outcome << "\n";
}
