#include "vtkFLAREEvaluate.h"

#include "case_algorithm_internals.h"
#include "guarded.h"
#include "model_algorithm_internals.h"
#include "tables.h"

#include "flare/error.h"
#include "flare/evaluation.h"

#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkObjectFactory.h>
#include <vtkTable.h>

#include <mutex>
#include <set>
#include <vector>

using namespace flare::filters;

struct vtkFLAREEvaluate::Kept
{
  std::set<int> chosen;

  // Of a run.
  std::shared_ptr<SharedPredictor> shared;
  std::set<std::size_t> wanted;
  std::vector<flare::CaseScore> scores;

  // The cases to score among all, by index.
  std::set<std::size_t> wantedAmong(std::size_t total, double fraction, std::uint64_t seed) const;
};

vtkStandardNewMacro(vtkFLAREEvaluate);

vtkFLAREEvaluate::vtkFLAREEvaluate()
  : vtkFLARECaseAlgorithm(2)
  , Keep(new Kept)
{
}

vtkFLAREEvaluate::~vtkFLAREEvaluate() = default;

void vtkFLAREEvaluate::AddValidationCase(int index)
{
  this->Keep->chosen.insert(index);
  this->Modified();
}

void vtkFLAREEvaluate::ClearValidationCases()
{
  if (!this->Keep->chosen.empty())
  {
    this->Keep->chosen.clear();
    this->Modified();
  }
}

std::set<std::size_t> vtkFLAREEvaluate::Kept::wantedAmong(
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

void vtkFLAREEvaluate::Prepare(const std::shared_ptr<flare::Communicator>&)
{
  auto& kept = *this->Keep;
  auto* controller = vtkMultiProcessController::GetGlobalController();
  kept.shared = about("ModelFile",
    [&]
    {
      return ModelCache::instance().predictor(this->Internal->modelFile,
        static_cast<flare::Device>(this->Device), static_cast<flare::Precision>(this->Precision), controller);
    });
  const auto& info = kept.shared->predictor.model().info();
  if (this->UseTime && !info.signature.useTime)
  {
    throw flare::Error("UseTime is on, but the model '" + this->Internal->modelFile +
                       "' does not take the time. Switch it off");
  }
  this->Internal->checkParameterValues(info.signature);
  kept.wanted = kept.wantedAmong(this->Cases->loop.total(), this->ValidationFraction, info.training.seed);
}

bool vtkFLAREEvaluate::Wants(std::size_t index) const
{
  return this->Keep->wanted.count(index) > 0;
}

bool vtkFLAREEvaluate::Visit(
  const CaseMesh& mesh, std::size_t, const std::shared_ptr<flare::Communicator>& communicator)
{
  auto& kept = *this->Keep;
  const std::lock_guard<std::mutex> lock(kept.shared->mutex);
  const auto c = readCase(mesh, kept.shared->predictor.model().info().signature, Targets::Required,
    &this->Internal->parameterValues, *communicator, &this->Cases->reading);
  kept.scores.push_back(evaluate(kept.shared->predictor, c));
  return true;
}

void vtkFLAREEvaluate::Finish(
  vtkInformationVector* outputs, const std::shared_ptr<flare::Communicator>& communicator)
{
  const auto& kept = *this->Keep;
  const auto& signature = kept.shared->predictor.model().info().signature;
  const bool first = communicator->rank() == 0; // ParaView joins the tables of all ranks
  const auto summaries = summarise(signature, kept.scores);
  fillScores(vtkTable::GetData(outputs, 0), signature, first ? kept.scores : std::vector<flare::CaseScore>{});
  fillSummary(vtkTable::GetData(outputs, 1), first ? summaries : std::vector<flare::FieldSummary>{});
}

void vtkFLAREEvaluate::Forget()
{
  this->Keep->shared.reset();
  this->Keep->wanted.clear();
  this->Keep->scores.clear();
}

void vtkFLAREEvaluate::PrintSelf(ostream& os, vtkIndent indent)
{
  this->Superclass::PrintSelf(os, indent);
  os << indent << "UseTime: " << this->UseTime << "\n";
  os << indent << "ValidationFraction: " << this->ValidationFraction << "\n";
}
