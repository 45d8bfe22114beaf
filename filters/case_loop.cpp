#include "case_loop.h"

#include "input_files.h"

#include "flare/error.h"

#include <vtkDataObject.h>
#include <vtkDataObjectTree.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkStreamingDemandDrivenPipeline.h>

#include <algorithm>
#include <utility>

namespace flare::filters
{
namespace
{
using Pipeline = vtkStreamingDemandDrivenPipeline;
}

void CaseLoop::plan(
  vtkInformationVector* inputs, CasesFrom wanted, const std::vector<std::vector<std::string>>& files)
{
  names_ = shortNames(files);
  std::vector<std::vector<double>> steps(static_cast<std::size_t>(inputs->GetNumberOfInformationObjects()));
  for (std::size_t i = 0; i < steps.size(); ++i)
  {
    auto* information = inputs->GetInformationObject(static_cast<int>(i));
    if (information->Has(Pipeline::TIME_STEPS()))
    {
      const double* times = information->Get(Pipeline::TIME_STEPS());
      steps[i].assign(times, times + information->Length(Pipeline::TIME_STEPS()));
    }
  }
  // Some readers make VTK ask again in the middle of a loop; only news may start it anew.
  if (steps != steps_ || wanted != wanted_)
  {
    restart();
  }
  steps_ = std::move(steps);
  wanted_ = wanted;
  used_ = resolve(inputs);
}

void CaseLoop::endTime(vtkInformationVector* outputs)
{
  for (int port = 0; port < outputs->GetNumberOfInformationObjects(); ++port)
  {
    outputs->GetInformationObject(port)->Remove(Pipeline::TIME_STEPS());
    outputs->GetInformationObject(port)->Remove(Pipeline::TIME_RANGE());
  }
}

CasesFrom CaseLoop::resolve(vtkInformationVector* inputs) const
{
  if (wanted_ != CasesFrom::Automatic)
  {
    return wanted_;
  }
  if (steps_.size() > 1)
  {
    return CasesFrom::Inputs;
  }
  if (!steps_.empty() && steps_.front().size() > 1)
  {
    return CasesFrom::TimeSteps;
  }
  const bool composite = !steps_.empty() && vtkDataObjectTree::GetData(inputs, 0);
  return composite ? CasesFrom::Blocks : CasesFrom::Inputs;
}

std::size_t CaseLoop::passes() const
{
  std::size_t passes = 1;
  for (const auto& steps : steps_)
  {
    passes = used_ == CasesFrom::TimeSteps ? std::max(passes, steps.size()) : passes;
  }
  return passes;
}

void CaseLoop::request(vtkInformationVector* inputs)
{
  requestPass(inputs, pass_);
}

void CaseLoop::requestPass(vtkInformationVector* inputs, std::size_t pass)
{
  for (std::size_t i = 0; used_ == CasesFrom::TimeSteps && i < steps_.size(); ++i)
  {
    if (!steps_[i].empty())
    {
      inputs->GetInformationObject(static_cast<int>(i))
        ->Set(Pipeline::UPDATE_TIME_STEP(), steps_[i][std::min(pass, steps_[i].size() - 1)]);
    }
  }
}

bool CaseLoop::take(vtkInformation* request, vtkInformationVector* inputs, Communicator& communicator,
  std::vector<Taken>& cases)
{
  if (!first() && !left_ && !request->Get(Pipeline::CONTINUE_EXECUTING()))
  {
    restart();
    return false;
  }
  left_ = false;
  takePass(inputs, communicator, cases);
  total_ = cases.size();
  if (used_ == CasesFrom::TimeSteps)
  {
    total_ = 0;
    for (const auto& steps : steps_)
    {
      total_ += std::max<std::size_t>(1, steps.size());
    }
  }
  cases.erase(cases.begin(), cases.begin() + static_cast<std::ptrdiff_t>(std::min(counted_, cases.size())));
  return true;
}

void CaseLoop::takePass(vtkInformationVector* inputs, Communicator& communicator, std::vector<Taken>& cases)
{
  for (std::size_t i = 0; i < steps_.size(); ++i)
  {
    // An input with fewer steps than the others has been read to its end.
    if (pass_ == 0 || pass_ < steps_[i].size())
    {
      auto* data = vtkDataObject::GetData(inputs, static_cast<int>(i));
      auto time = timeOf(data);
      if (std::isnan(time) && used_ == CasesFrom::TimeSteps && !steps_[i].empty())
      {
        time = steps_[i][pass_];
      }
      takeInput(data, time, i, communicator, cases);
    }
  }
}

std::size_t CaseLoop::casesOf(std::size_t pass) const
{
  if (used_ != CasesFrom::TimeSteps)
  {
    return total_;
  }
  return static_cast<std::size_t>(std::count_if(steps_.begin(), steps_.end(),
    [&](const std::vector<double>& steps) { return pass == 0 || pass < steps.size(); }));
}

CaseLoop::Place CaseLoop::placeOf(std::size_t index) const
{
  std::size_t before = 0;
  for (std::size_t pass = 0; pass < passes(); ++pass)
  {
    const auto cases = casesOf(pass);
    if (index < before + cases)
    {
      return { pass, index - before };
    }
    before += cases;
  }
  throw Error("there is no case " + std::to_string(index) + " among " + std::to_string(total_));
}

void CaseLoop::requestAgain(vtkInformationVector* inputs, std::size_t index)
{
  requestPass(inputs, placeOf(index).pass);
}

CaseLoop::Taken CaseLoop::takeAgain(
  vtkInformationVector* inputs, std::size_t index, Communicator& communicator)
{
  const auto place = placeOf(index);
  const auto before = std::exchange(pass_, place.pass);
  std::vector<Taken> cases;
  takePass(inputs, communicator, cases);
  pass_ = before;
  return cases.at(place.among);
}

// VTK executes nothing for its time where none is asked for.
void CaseLoop::requestNothingNew(vtkInformationVector* inputs)
{
  for (int i = 0; i < inputs->GetNumberOfInformationObjects(); ++i)
  {
    inputs->GetInformationObject(i)->Remove(Pipeline::UPDATE_TIME_STEP());
  }
}

// The input's file, or its number; where one file or none stands for several time steps, with the step's.
std::string CaseLoop::nameOf(std::size_t input) const
{
  const auto& files = names_.at(input);
  const bool steps = used_ == CasesFrom::TimeSteps && !steps_[input].empty();
  if (steps && files.size() == steps_[input].size())
  {
    return files[pass_];
  }
  const auto own = files.size() == 1 ? files.front() : "input " + std::to_string(input + 1);
  const auto step = "time step " + std::to_string(pass_);
  if (used_ == CasesFrom::TimeSteps && steps_[input].size() != 1)
  {
    return steps_.size() > 1 ? own + ", " + step : step;
  }
  return files.size() != 1 && steps_.size() == 1 ? "input" : own;
}

void CaseLoop::takeInput(
  vtkDataObject* data, double time, std::size_t index, Communicator& communicator, std::vector<Taken>& cases)
{
  auto all = findBlocks(data, communicator);
  std::size_t surfaces = 0;
  const auto blocks = volumeBlocks(all, &surfaces);
  surfaces_ = std::max(surfaces_, blocks.empty() ? std::size_t{ 0 } : surfaces);

  const auto name = nameOf(index);
  if (blocks.empty())
  {
    throw Error(
      "case '" + name + "' has no points. Remove it, or check the reader and the filters before it");
  }
  if (used_ == CasesFrom::Blocks)
  {
    for (const auto& block : blocks)
    {
      Taken taken{ block.mesh, data, block.path };
      const auto own = block.name.empty() ? std::string() : "block " + block.name;
      taken.mesh.name = own.empty() ? name : steps_.size() > 1 ? name + ", " + own : own;
      taken.mesh.time = time;
      cases.push_back(std::move(taken));
    }
    return;
  }
  Taken taken{ mergeBlocks(blocks), data, {} };
  taken.mesh.name = name;
  taken.mesh.time = time;
  cases.push_back(std::move(taken));
}

bool CaseLoop::advance()
{
  ++pass_;
  counted_ = 0;
  if (pass_ < passes())
  {
    return true;
  }
  pass_ = 0;
  return false;
}

void CaseLoop::restart()
{
  pass_ = 0;
  counted_ = 0;
  left_ = false;
  surfaces_ = 0;
}

std::string CaseLoop::summary() const
{
  const char* source = used_ == CasesFrom::TimeSteps ? "time steps"
                       : used_ == CasesFrom::Blocks  ? "blocks"
                                                     : "inputs";
  auto text = std::to_string(total_) + (total_ == 1 ? " case from " : " cases from ") + source;
  if (surfaces_ > 0)
  {
    text += " (" + std::to_string(surfaces_) + " surface or empty blocks left out)";
  }
  return text;
}
}
