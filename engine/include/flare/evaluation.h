#pragma once

#include "flare/predictor.h"

#include <functional>
#include <string>
#include <vector>

namespace flare
{
// The error of one target field on one case. Norms are over points and components.
struct FieldScore
{
  double relativeL2 = 0.0;     // |u' - u|_2 / max(|u|_2, floor), TrainingRecord::normFloors
  double maxError = 0.0;       // largest |u' - u| of a point (2-norm over components), physical unit
  double r2 = 0.0;             // 1 - sum |u'-u|^2 / sum |u - mean u|^2; NaN for a constant field
  double meanRelativeL2 = 0.0; // the same as relativeL2 when the training mean is predicted:
                               // a constant per channel, or per point where all meshes are the same
};

struct CaseScore
{
  std::string name;
  std::int64_t points = 0;
  std::vector<FieldScore> fields; // one per target field
};

struct FieldSummary
{
  std::string field;
  double meanRelativeL2 = 0.0; // over cases
  double medianRelativeL2 = 0.0;
  double worstRelativeL2 = 0.0;
  std::string worstCase;
  double maxError = 0.0;
  double trainingMeanRelativeL2 = 0.0; // of predicting the training mean, mean over cases
};

// Scores one case, whose targets must be there. Collective under MPI.
CaseScore evaluate(Predictor& predictor, const Case& c);

std::vector<FieldSummary> summarise(const Signature& signature, const std::vector<CaseScore>& scores);
}
