#include "vtkFLAREEnsembleSpectrum.h"

#include "case_algorithm_internals.h"
#include "ensemble_tables.h"
#include "guarded.h"
#include "mixing_pass.h"
#include "model_algorithm_internals.h"

#include "flare/ensemble_spectrum.h"
#include "flare/spectrum.h"

#include <vtkInformationVector.h>
#include <vtkObjectFactory.h>
#include <vtkTable.h>

#include <optional>
#include <vector>

using namespace flare::filters;

namespace
{
enum Port
{
  DISTRIBUTION,
  CASES,
  CHART,
  PORTS
};
}

// Of a run.
struct vtkFLAREEnsembleSpectrum::Kept
{
  std::optional<flare::Model> model; // the same one for all cases, even where its file changes meanwhile
  flare::EnsembleSpectrum ensemble;
};

vtkStandardNewMacro(vtkFLAREEnsembleSpectrum);

vtkFLAREEnsembleSpectrum::vtkFLAREEnsembleSpectrum()
  : vtkFLARECaseAlgorithm(PORTS)
  , Keep(new Kept)
{
}

vtkFLAREEnsembleSpectrum::~vtkFLAREEnsembleSpectrum() = default;

void vtkFLAREEnsembleSpectrum::RequireSettings() const
{
  const auto& info = this->Keep->model->info();
  this->Internal->checkParameterValues(info.signature);
  requireIndex("Block", this->Block, -1, info.architecture.blocks, "the model", ", and -1 stands for all");
  if (!(this->Quantile >= 0.0 && this->Quantile <= 0.5))
  {
    throw PropertyError("Quantile", "Quantile is " + std::to_string(this->Quantile) +
                                      ", but it must lie between 0 (the extremes) and 0.5 (the median)");
  }
  spectrumPrecision(this->Precision, "spectra");
}

void vtkFLAREEnsembleSpectrum::Prepare(const std::shared_ptr<flare::Communicator>& communicator)
{
  auto& kept = *this->Keep;
  if (!kept.model)
  {
    kept.model = about(
      "ModelFile", [&] { return ModelCache::instance().model(this->Internal->modelFile, *communicator); });
    this->RequireSettings();
  }
}

bool vtkFLAREEnsembleSpectrum::Visit(
  const CaseMesh& mesh, std::size_t, const std::shared_ptr<flare::Communicator>& communicator)
{
  auto& kept = *this->Keep;
  const auto c = readCase(mesh, kept.model->info().signature, Targets::Ignored,
    &this->Internal->parameterValues, *communicator, &this->Cases->reading);
  flare::SpectrumOptions options;
  options.block = this->Block;
  options.precision = spectrumPrecision(this->Precision, "spectra");
  options.progress = [&](double part)
  {
    this->ReportVisit(part);
    return !this->CheckAbort();
  };
  const auto heads =
    flare::spectra(*kept.model, c, static_cast<flare::Device>(this->Device), options, communicator);
  if (heads.empty()) // it was stopped
  {
    return false;
  }
  kept.ensemble.add(mesh.name, heads);
  return true;
}

void vtkFLAREEnsembleSpectrum::Finish(
  vtkInformationVector* outputs, const std::shared_ptr<flare::Communicator>& communicator)
{
  const auto& ensemble = this->Keep->ensemble;
  auto heads = ensemble.distribution(this->Quantile);
  auto cases = ensemble.departures();
  if (communicator->rank() > 0) // ParaView joins the tables of all ranks: the same columns, and no row
  {
    for (auto& head : heads)
    {
      head = { head.block, head.head, {}, {}, {}, {}, {} };
    }
    cases.clear();
  }
  fillDistribution(vtkTable::GetData(outputs, DISTRIBUTION), heads);
  fillDepartures(vtkTable::GetData(outputs, CASES), cases);
  fillDistributionChart(vtkTable::GetData(outputs, CHART), heads);
}

void vtkFLAREEnsembleSpectrum::Forget()
{
  this->Keep->model.reset();
  this->Keep->ensemble = {};
}

void vtkFLAREEnsembleSpectrum::PrintSelf(ostream& os, vtkIndent indent)
{
  this->Superclass::PrintSelf(os, indent);
  os << indent << "Block: " << this->Block << "\n";
  os << indent << "Quantile: " << this->Quantile << "\n";
}
