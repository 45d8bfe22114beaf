#include "flare/evaluation.h"

#include "data/batch.h"
#include "data/channels.h"
#include "data/mesh_fingerprint.h"
#include "flare/error.h"
#include "predictor_impl.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flare
{
namespace
{
// Sums over the owned points of all ranks that the scores of one field are made of.
struct Sums
{
  double error = 0.0;     // sum |u' - u|^2
  double meanError = 0.0; // sum |mean - u|^2, mean: the training mean
  double truth = 0.0;     // sum |u|^2
  double spread = 0.0;    // sum |u - mean over this case|^2
  double largest = 0.0;   // max |u' - u|
};

struct Field
{
  int first = 0; // channel
  int components = 1;
  const ArrayView* truth = nullptr;
};

// The case's own mean of each component, for R2.
std::vector<double> meansOf(const Case& c, const Field& field, Communicator& communicator)
{
  std::vector<double> sums(field.components + 1, 0.0);
  for (std::int64_t i = 0; i < c.count(); ++i)
  {
    if (isOwned(c, i))
    {
      for (int d = 0; d < field.components; ++d)
      {
        sums[d] += field.truth->at(i, d);
      }
      sums.back() += 1.0;
    }
  }
  communicator.sum(sums.data(), static_cast<std::int64_t>(sums.size()));
  for (int d = 0; d < field.components; ++d)
  {
    sums[d] /= std::max(1.0, sums.back());
  }
  return sums;
}

// Differences are taken between normalised values and then scaled: as decoded fields, 101325 and 101326 Pa
// would leave few digits of their difference.
Sums sumsOf(const Case& c, const Field& field, const ChannelScaling& scaling, const torch::Tensor& predicted,
  const torch::Tensor& meanField, Communicator& communicator)
{
  const auto mean = meansOf(c, field, communicator);
  const auto* rows = predicted.data_ptr<double>();
  const auto* meanRows = meanField.defined() ? meanField.data_ptr<double>() : nullptr;
  const auto width = predicted.size(1);
  Sums sums;
  for (std::int64_t i = 0; i < c.count(); ++i)
  {
    if (!isOwned(c, i))
    {
      continue;
    }
    double error = 0.0;
    for (int d = 0; d < field.components; ++d)
    {
      const auto channel = field.first + d;
      const double scale = scaling.scale[channel];
      const double value = field.truth->at(i, d);
      const double unit = scale == 0.0 ? 1.0 : scale;
      const double normalised = (value - scaling.mean[channel]) / unit;
      const double e = scale * rows[i * width + channel] - unit * normalised;
      const double m = scale * (meanRows ? meanRows[i * width + channel] : 0.0) - unit * normalised;
      error += e * e;
      sums.meanError += m * m;
      sums.truth += value * value;
      sums.spread += (value - mean[d]) * (value - mean[d]);
    }
    sums.error += error;
    sums.largest = std::max(sums.largest, std::sqrt(error));
  }
  double all[4] = { sums.error, sums.meanError, sums.truth, sums.spread };
  communicator.sum(all, 4);
  communicator.max(&sums.largest, 1);
  return { all[0], all[1], all[2], all[3], sums.largest };
}

FieldScore scoreOf(const Sums& sums, double floor)
{
  FieldScore score;
  const double norm = std::max(std::sqrt(sums.truth), floor);
  score.relativeL2 = std::sqrt(sums.error) / norm;
  score.meanRelativeL2 = std::sqrt(sums.meanError) / norm;
  score.maxError = sums.largest;
  // A field that varies by rounding only is constant.
  const bool constant = sums.spread <= 1e-24 * sums.truth;
  score.r2 = constant ? std::numeric_limits<double>::quiet_NaN() : 1.0 - sums.error / sums.spread;
  return score;
}
}

CaseScore evaluate(Predictor& predictor, const Case& c)
{
  auto& impl = predictor.impl();
  const auto& info = impl.model.info();
  auto& communicator = *impl.communicator;
  check(info.signature, c, communicator);
  agree(communicator,
    c.targets.empty() ? "case '" + c.name + "' has no targets to compare the prediction with" : "");

  const auto predicted = impl.run(c).to(torch::kFloat64).contiguous();
  torch::Tensor meanField;
  if (!info.training.meshFingerprint.empty() &&
      meshFingerprint(c, communicator) == info.training.meshFingerprint)
  {
    const auto& stored = impl.model.impl().meanField;
    if (stored.defined() && stored.size(0) == c.count())
    {
      meanField = stored.to(torch::kFloat64).contiguous();
    }
  }

  CaseScore result;
  result.name = c.name;
  result.points = c.count();
  communicator.sum(&result.points, 1);
  const auto offsets = fieldOffsets(info.signature);
  for (std::size_t f = 0; f < info.signature.targets.size(); ++f)
  {
    const Field field{ offsets[f], info.signature.targets[f].components, &c.targets[f] };
    // Without a record (an imported model) only an exact zero needs a floor.
    const double floor =
      f < info.training.normFloors.size() ? info.training.normFloors[f] : std::numeric_limits<double>::min();
    result.fields.push_back(
      scoreOf(sumsOf(c, field, info.normalisation.targets, predicted, meanField, communicator), floor));
  }
  return result;
}

std::vector<FieldSummary> summarise(const Signature& signature, const std::vector<CaseScore>& scores)
{
  std::vector<FieldSummary> result;
  for (std::size_t f = 0; f < signature.targets.size(); ++f)
  {
    FieldSummary summary;
    summary.field = signature.targets[f].name;
    std::vector<double> errors;
    for (const auto& score : scores)
    {
      const auto& field = score.fields[f];
      errors.push_back(field.relativeL2);
      summary.meanRelativeL2 += field.relativeL2 / static_cast<double>(scores.size());
      summary.trainingMeanRelativeL2 += field.meanRelativeL2 / static_cast<double>(scores.size());
      summary.maxError = std::max(summary.maxError, field.maxError);
      if (summary.worstCase.empty() || field.relativeL2 > summary.worstRelativeL2)
      {
        summary.worstRelativeL2 = field.relativeL2;
        summary.worstCase = score.name;
      }
    }
    std::sort(errors.begin(), errors.end());
    const auto n = errors.size();
    if (n > 0)
    {
      summary.medianRelativeL2 = 0.5 * (errors[(n - 1) / 2] + errors[n / 2]);
    }
    result.push_back(summary);
  }
  return result;
}
}
