#include "vtkFLARECaseAlgorithm.h"

#include "case_algorithm_internals.h"
#include "guarded.h"
#include "model_algorithm_internals.h"
#include "parallel.h"

#include <vtkDataObject.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkStreamingDemandDrivenPipeline.h>

#include <numeric>
#include <vector>

using namespace flare::filters;

vtkFLARECaseAlgorithm::vtkFLARECaseAlgorithm(int numberOfTables)
  : vtkFLAREModelAlgorithm(1)
  , Cases(new CaseRun)
{
  this->SetNumberOfOutputPorts(numberOfTables);
}

vtkFLARECaseAlgorithm::~vtkFLARECaseAlgorithm() = default;

void vtkFLARECaseAlgorithm::AddInputFile(const char* input, const char* file)
{
  this->Cases->inputFiles.add(input, file);
  this->Modified();
}

void vtkFLARECaseAlgorithm::ClearInputFiles()
{
  if (this->Cases->inputFiles.clear())
  {
    this->Modified();
  }
}

const char* vtkFLARECaseAlgorithm::GetCasesFound()
{
  return this->Cases->found.c_str();
}

int vtkFLARECaseAlgorithm::FillInputPortInformation(int port, vtkInformation* info)
{
  if (port == 0)
  {
    info->Set(vtkAlgorithm::INPUT_IS_REPEATABLE(), 1);
  }
  return this->Superclass::FillInputPortInformation(port, info);
}

int vtkFLARECaseAlgorithm::FillOutputPortInformation(int, vtkInformation* info)
{
  info->Set(vtkDataObject::DATA_TYPE_NAME(), "vtkTable");
  return 1;
}

int vtkFLARECaseAlgorithm::RequestDataObject(
  vtkInformation*, vtkInformationVector**, vtkInformationVector* outputs)
{
  std::vector<int> ports(static_cast<std::size_t>(this->GetNumberOfOutputPorts()));
  std::iota(ports.begin(), ports.end(), 0);
  makeTables(outputs, ports);
  return 1;
}

int vtkFLARECaseAlgorithm::RequestInformation(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  this->Cases->loop.plan(
    inputs[0], static_cast<flare::filters::CasesFrom>(this->CasesFrom), this->Cases->inputFiles.of(this));
  CaseLoop::endTime(outputs);
  return 1;
}

int vtkFLARECaseAlgorithm::RequestUpdateExtent(
  vtkInformation* request, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  this->Cases->loop.request(inputs[0]);
  return this->Superclass::RequestUpdateExtent(request, inputs, outputs);
}

int vtkFLARECaseAlgorithm::RequestData(
  vtkInformation* request, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  bool more = false;
  this->SetErrorCode(
    guarded(this, outputs, this->Internal->problem, [&] { more = this->Work(request, inputs, outputs); }));
  if (more)
  {
    request->Set(vtkStreamingDemandDrivenPipeline::CONTINUE_EXECUTING(), 1);
    return 1;
  }
  request->Remove(vtkStreamingDemandDrivenPipeline::CONTINUE_EXECUTING());
  this->Cases->loop.restart();
  this->Forget();
  return 1;
}

// One execution of the pipeline; true when another one is needed.
bool vtkFLARECaseAlgorithm::Work(
  vtkInformation* request, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  auto& run = *this->Cases;
  auto* controller = vtkMultiProcessController::GetGlobalController();
  const auto communicator = communicatorOf(controller);
  std::vector<CaseLoop::Taken> taken;
  if (!run.loop.take(request, inputs[0], *communicator, taken))
  {
    return true;
  }
  if (run.loop.first())
  {
    about("ModelFile", [&] { this->ResolveModelFile(inputs); });
    this->Forget();
    run.reading = {};
    run.seen = 0;
    run.visited = 0;
    run.found = run.loop.summary();
  }
  this->Prepare(communicator);
  run.wanted = 0;
  for (std::size_t i = 0; i < run.loop.total(); ++i)
  {
    run.wanted += this->Wants(i) ? 1 : 0;
  }
  for (const auto& one : taken)
  {
    const bool wanted = this->Wants(run.seen);
    if (stopRequested(this, *communicator) || (wanted && !this->Visit(one.mesh, run.seen, communicator)))
    {
      this->SetAbortOutput(true);
      return false;
    }
    ++run.seen;
    run.visited += wanted ? 1 : 0;
    this->ReportVisit(0.0);
  }
  if (this->Advance())
  {
    return true;
  }
  this->Finish(outputs, communicator);
  if (run.reading.sharedPoints > 0)
  {
    warn(this, { sharedPointsNote(run.reading) }, controller);
  }
  return false;
}

// To the next pass that brings a case that is wanted; false when there is none.
bool vtkFLARECaseAlgorithm::Advance()
{
  auto& run = *this->Cases;
  while (run.loop.advance())
  {
    const auto cases = run.loop.ofPass();
    for (std::size_t i = 0; i < cases; ++i)
    {
      if (this->Wants(run.seen + i))
      {
        return true;
      }
    }
    run.seen += cases;
  }
  return false;
}

bool vtkFLARECaseAlgorithm::Wants(std::size_t) const
{
  return true;
}

void vtkFLARECaseAlgorithm::ReportVisit(double part)
{
  const auto& run = *this->Cases;
  this->UpdateProgress((static_cast<double>(run.visited) + part) / static_cast<double>(run.wanted));
}

void vtkFLARECaseAlgorithm::PrintSelf(ostream& os, vtkIndent indent)
{
  this->Superclass::PrintSelf(os, indent);
  os << indent << "CasesFrom: " << this->CasesFrom << "\n";
  os << indent << "Cases found: " << this->Cases->found << "\n";
}
