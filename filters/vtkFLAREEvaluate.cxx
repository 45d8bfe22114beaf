#include "vtkFLAREEvaluate.h"

#include "case_loop.h"
#include "case_reader.h"
#include "guarded.h"
#include "input_files.h"
#include "model_algorithm_internals.h"
#include "parallel.h"
#include "tables.h"

#include "flare/error.h"
#include "flare/evaluation.h"

#include <vtkDataObject.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkObjectFactory.h>
#include <vtkStreamingDemandDrivenPipeline.h>
#include <vtkTable.h>

#include <set>

using namespace flare::filters;

struct vtkFLAREEvaluate::Loop
{
  CaseLoop cases;
  std::set<int> chosen;
  InputFiles inputFiles;
  std::size_t seen = 0; // cases of this execution so far
  std::vector<flare::CaseScore> scores;
  ReadingNotes reading;
  std::string casesFound;

  // The cases to score among all, by index.
  std::set<std::size_t> wanted(std::size_t total, double fraction, std::uint64_t seed) const;
};

vtkStandardNewMacro(vtkFLAREEvaluate);

vtkFLAREEvaluate::vtkFLAREEvaluate()
  : vtkFLAREModelAlgorithm(1)
  , State(new Loop)
{
  this->SetNumberOfOutputPorts(2);
}

vtkFLAREEvaluate::~vtkFLAREEvaluate() = default;

void vtkFLAREEvaluate::AddValidationCase(int index)
{
  this->State->chosen.insert(index);
  this->Modified();
}

void vtkFLAREEvaluate::ClearValidationCases()
{
  if (!this->State->chosen.empty())
  {
    this->State->chosen.clear();
    this->Modified();
  }
}

void vtkFLAREEvaluate::AddInputFile(const char* input, const char* file)
{
  this->State->inputFiles.add(input ? input : "0", file ? file : "");
  this->Modified();
}

void vtkFLAREEvaluate::ClearInputFiles()
{
  if (this->State->inputFiles.clear())
  {
    this->Modified();
  }
}

const char* vtkFLAREEvaluate::GetCasesFound()
{
  return this->State->casesFound.c_str();
}

int vtkFLAREEvaluate::FillInputPortInformation(int port, vtkInformation* info)
{
  if (port == 0)
  {
    info->Set(vtkAlgorithm::INPUT_IS_REPEATABLE(), 1);
  }
  return this->Superclass::FillInputPortInformation(port, info);
}

int vtkFLAREEvaluate::FillOutputPortInformation(int, vtkInformation* info)
{
  info->Set(vtkDataObject::DATA_TYPE_NAME(), "vtkTable");
  return 1;
}

int vtkFLAREEvaluate::RequestDataObject(
  vtkInformation*, vtkInformationVector**, vtkInformationVector* outputs)
{
  makeTables(outputs, { 0, 1 });
  return 1;
}

int vtkFLAREEvaluate::RequestInformation(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  this->State->cases.plan(
    inputs[0], static_cast<flare::filters::CasesFrom>(this->CasesFrom), this->State->inputFiles.of(this));
  for (int port = 0; port < outputs->GetNumberOfInformationObjects(); ++port)
  {
    outputs->GetInformationObject(port)->Remove(vtkStreamingDemandDrivenPipeline::TIME_STEPS());
    outputs->GetInformationObject(port)->Remove(vtkStreamingDemandDrivenPipeline::TIME_RANGE());
  }
  return 1;
}

int vtkFLAREEvaluate::RequestUpdateExtent(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector*)
{
  this->State->cases.request(inputs[0]);
  return 1;
}

int vtkFLAREEvaluate::RequestData(
  vtkInformation* request, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  bool more = false;
  this->SetErrorCode(
    guarded(this, outputs, this->Internal->problem, [&] { more = this->Score(request, inputs, outputs); }));
  if (more)
  {
    request->Set(vtkStreamingDemandDrivenPipeline::CONTINUE_EXECUTING(), 1);
    return 1;
  }
  request->Remove(vtkStreamingDemandDrivenPipeline::CONTINUE_EXECUTING());
  this->State->cases.restart();
  this->State->scores.clear();
  return 1;
}

std::set<std::size_t> vtkFLAREEvaluate::Loop::wanted(
  std::size_t total, double fraction, std::uint64_t seed) const
{
  std::set<std::size_t> result;
  for (const int index : this->chosen)
  {
    if (index < 0 || static_cast<std::size_t>(index) >= total)
    {
      throw flare::Error("ValidationCases names case " + std::to_string(index) + ", but there are " +
                         std::to_string(total) + " cases, numbered from 0");
    }
    result.insert(static_cast<std::size_t>(index));
  }
  if (!(fraction >= 0.0 && fraction <= 1.0))
  {
    throw flare::Error(
      "ValidationFraction is " + std::to_string(fraction) + ", but it must lie between 0 and 1");
  }
  if (result.empty() && fraction > 0.0 && fraction < 1.0)
  {
    const auto held = flare::splitCases(total, fraction, seed).validation;
    result.insert(held.begin(), held.end());
  }
  if (result.empty())
  {
    for (std::size_t i = 0; i < total; ++i)
    {
      result.insert(result.end(), i);
    }
  }
  return result;
}

bool vtkFLAREEvaluate::Score(
  vtkInformation* request, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  auto& loop = *this->State;
  auto* controller = vtkMultiProcessController::GetGlobalController();
  const auto communicator = communicatorOf(controller);
  std::vector<CaseLoop::Taken> taken;
  if (!loop.cases.take(request, inputs[0], *communicator, taken))
  {
    return true;
  }
  if (loop.cases.first())
  {
    about("ModelFile", [&] { this->ResolveModelFile(inputs); });
    loop.scores.clear();
    loop.reading = {};
    loop.seen = 0;
    loop.casesFound = loop.cases.summary();
  }
  const auto shared = about("ModelFile",
    [&]
    {
      return ModelCache::instance().predictor(this->Internal->modelFile,
        static_cast<flare::Device>(this->Device), static_cast<flare::Precision>(this->Precision), controller);
    });
  const std::lock_guard<std::mutex> lock(shared->mutex);
  const auto& info = shared->predictor.model().info();
  if (this->UseTime && !info.signature.useTime)
  {
    throw flare::Error("UseTime is on, but the model '" + this->Internal->modelFile +
                       "' does not take the time. Switch it off");
  }
  this->Internal->checkParameterValues(info.signature);
  const auto wanted = loop.wanted(loop.cases.total(), this->ValidationFraction, info.training.seed);
  for (const auto& one : taken)
  {
    if (stopRequested(this, *communicator))
    {
      this->SetAbortOutput(true);
      return false;
    }
    if (wanted.count(loop.seen++))
    {
      const auto c = readCase(one.mesh, info.signature, Targets::Required, &this->Internal->parameterValues,
        *communicator, &loop.reading);
      loop.scores.push_back(evaluate(shared->predictor, c));
    }
    this->UpdateProgress(static_cast<double>(loop.seen) / static_cast<double>(loop.cases.total()));
  }
  if (loop.cases.advance())
  {
    return true;
  }
  const bool first = communicator->rank() == 0; // ParaView joins the tables of all ranks
  const auto summaries = summarise(info.signature, loop.scores);
  fillScores(
    vtkTable::GetData(outputs, 0), info.signature, first ? loop.scores : std::vector<flare::CaseScore>{});
  fillSummary(vtkTable::GetData(outputs, 1), first ? summaries : std::vector<flare::FieldSummary>{});
  if (loop.reading.sharedPoints > 0)
  {
    warn(this, { sharedPointsNote(loop.reading) }, controller);
  }
  return false;
}

void vtkFLAREEvaluate::PrintSelf(ostream& os, vtkIndent indent)
{
  this->Superclass::PrintSelf(os, indent);
  os << indent << "CasesFrom: " << this->CasesFrom << "\n";
  os << indent << "UseTime: " << this->UseTime << "\n";
  os << indent << "ValidationFraction: " << this->ValidationFraction << "\n";
  os << indent << "Cases found: " << this->State->casesFound << "\n";
}
