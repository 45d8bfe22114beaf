#include "flare/mixing.h"

#include "flare/error.h"
#include "spectrum/gather.h"
#include "spectrum/head_routes.h"
#include "spectrum/modes.h"
#include "spectrum/pass.h"
#include "spectrum/range.h"
#include "spectrum/similarity.h"
#include "spectrum/together.h"

#include <numeric>
#include <string>

namespace flare
{
namespace
{
using spectrum::HeadGram;
using spectrum::HeadRoutes;
using spectrum::requireRange;
using spectrum::together;

constexpr double similarityEnergy = 0.99;

std::vector<double> valuesOf(const torch::Tensor& tensor)
{
  const auto flat = tensor.contiguous();
  return { flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel() };
}
}

struct Mixing::Impl
{
  spectrum::BlockFactors factors;
  SpectrumPrecision precision = SpectrumPrecision::Default;
  std::shared_ptr<Communicator> communicator;
  std::function<bool(double)> progress; // of the pass, while it lasts
  std::vector<torch::Tensor> logSums;   // of heads that were asked for them: they take a pass over the points

  std::int64_t heads() const { return factors.q.size(0); }
  std::int64_t latents() const { return factors.q.size(1); }

  HeadRoutes of(std::int64_t head) const
  {
    requireRange("head", head, 0, heads());
    return HeadRoutes(factors.q[head], factors.k[head], factors.scale);
  }

  // NaN and infinity in anything made of a head's scores come from those. Of what is not the same on all
  // ranks inside of a step of all of them only.
  void requireFinite(const torch::Tensor& values, std::int64_t head) const
  {
    if (!torch::isfinite(values).all().item<bool>())
    {
      throw factors.scoresNotFinite(head);
    }
  }

  // loads [M] times P
  torch::Tensor encoded(std::int64_t head, const torch::Tensor& loads)
  {
    const auto routes = of(head);
    auto& sums = logSums[static_cast<std::size_t>(head)];
    sums = sums.defined() ? sums : routes.logRowSums(factors.counted, *communicator);
    requireFinite(sums, head);
    torch::Tensor result;
    together(*communicator,
      [&]
      {
        result = routes.encodeFrom(loads, sums);
        requireFinite(result, head);
      });
    return result;
  }

  std::vector<HeadGram> gather(const std::vector<std::int64_t>& chosen) const
  {
    const auto goesOn = [this](double part) { return !progress || progress(part); };
    return spectrum::gather(factors, chosen, precision, goesOn, *communicator);
  }

  // Of all heads.
  torch::Tensor similarity(
    const std::vector<HeadGram>& grams, const std::vector<std::vector<double>>& eigenvalues) const
  {
    std::vector<spectrum::LatentModes> modes;
    for (std::size_t h = 0; h < grams.size(); ++h)
    {
      const auto count = static_cast<int>(modesToEnergy(eigenvalues[h], similarityEnergy));
      modes.push_back(spectrum::latentModes(grams[h], count, *communicator));
    }
    return spectrum::similarity(modes, factors.q, factors.countedKeys(), factors.scale, *communicator);
  }

  // How many of all ranks.
  std::int64_t require(const std::vector<std::int64_t>& points) const
  {
    std::string problem;
    for (const auto point : points)
    {
      if (point < 0 || point >= factors.k.size(1))
      {
        problem = "point " + std::to_string(point) + " does not exist: there are points 0 to " +
                  std::to_string(factors.k.size(1) - 1);
      }
    }
    agree(*communicator, problem);
    auto number = static_cast<std::int64_t>(points.size());
    communicator->sum(&number, 1);
    if (number == 0)
    {
      throw Error("no point is chosen. Choose at least one");
    }
    return number;
  }

  torch::Tensor latentsOf(const std::vector<std::int64_t>& points, std::int64_t head) const
  {
    const auto number = require(points);
    const auto routes = of(head);
    auto loads = torch::zeros({ latents() }, torch::kFloat64);
    together(*communicator,
      [&]
      {
        if (!points.empty())
        {
          loads = routes.decodeSum(torch::tensor(points, torch::kInt64)).contiguous();
        }
      });
    communicator->sum(loads.data_ptr<double>(), loads.numel());
    requireFinite(loads, head);
    return loads / static_cast<double>(number);
  }
};

Mixing::Mixing(std::unique_ptr<Impl> impl)
  : impl_(std::move(impl))
{
}

Mixing::~Mixing() = default;
Mixing::Mixing(Mixing&&) noexcept = default;
Mixing& Mixing::operator=(Mixing&&) noexcept = default;

std::int64_t Mixing::block() const
{
  return impl_->factors.block;
}

std::int64_t Mixing::heads() const
{
  return impl_->heads();
}

std::int64_t Mixing::latents() const
{
  return impl_->latents();
}

std::vector<HeadSpectrum> Mixing::spectra(std::int64_t head, bool similarity) const
{
  torch::NoGradGuard guard;
  requireRange("head", head, -1, heads());
  std::vector<std::int64_t> chosen(head < 0 ? heads() : 1, head);
  if (head < 0)
  {
    std::iota(chosen.begin(), chosen.end(), 0);
  }
  const auto grams = impl_->gather(chosen);
  const auto values = spectrum::eigenvaluesOfAll(grams, *impl_->communicator);
  torch::Tensor alike;
  if (similarity && head < 0 && !grams.empty())
  {
    alike = impl_->similarity(grams, values);
  }
  std::vector<HeadSpectrum> result;
  for (std::size_t i = 0; i < values.size(); ++i)
  {
    result.push_back({ block(), chosen[i], values[i], {} });
    if (alike.defined())
    {
      result.back().similarity = valuesOf(alike[static_cast<std::int64_t>(i)]);
    }
  }
  return result;
}

HeadModes Mixing::modes(std::int64_t head, int count, int first) const
{
  torch::NoGradGuard guard;
  requireRange("head", head, 0, heads());
  spectrum::requireCount(count);
  spectrum::requireFirst(first);
  const auto grams = impl_->gather({ head });
  HeadModes result;
  if (!grams.empty())
  {
    const auto& f = impl_->factors;
    const auto leading =
      spectrum::latentModes(grams.front(), spectrum::upTo(first, count), *impl_->communicator);
    const auto latent = spectrum::modesFrom(leading, first);
    if (!latent.eigenvalues.empty())
    {
      result = spectrum::pointModes(
        grams.front(), latent, f.q[head], f.k[head], f.scale, f.counted, *impl_->communicator);
    }
    result.block = block();
    result.head = head;
  }
  return result;
}

std::vector<double> Mixing::row(const std::vector<std::int64_t>& points, std::int64_t head) const
{
  torch::NoGradGuard guard;
  requireRange("head", head, -1, heads());
  torch::Tensor sum;
  for (auto h = std::max<std::int64_t>(head, 0); h < (head < 0 ? heads() : head + 1); ++h)
  {
    const auto ofHead = impl_->encoded(h, impl_->latentsOf(points, h));
    sum = sum.defined() ? sum + ofHead : ofHead;
  }
  return valuesOf(sum);
}

std::vector<double> Mixing::encodeWeights(std::int64_t head, std::int64_t latent) const
{
  torch::NoGradGuard guard;
  requireRange("head", head, 0, heads());
  requireRange("latent", latent, 0, latents());
  auto only = torch::zeros({ latents() }, torch::kFloat64);
  only[latent] = 1.0;
  return valuesOf(impl_->encoded(head, only));
}

std::vector<double> Mixing::decodeWeights(std::int64_t head, std::int64_t latent) const
{
  torch::NoGradGuard guard;
  const auto routes = impl_->of(head);
  requireRange("latent", latent, 0, latents());
  torch::Tensor weights;
  together(*impl_->communicator,
    [&]
    {
      weights = routes.decodeColumn(latent);
      impl_->requireFinite(weights, head);
    });
  return valuesOf(weights);
}

std::vector<double> Mixing::latentsOf(const std::vector<std::int64_t>& points, std::int64_t head) const
{
  torch::NoGradGuard guard;
  return valuesOf(impl_->latentsOf(points, head));
}

bool forEachMixing(const Model& model, const Case& c, Device device, std::int64_t block,
  const SpectrumOptions& options, const std::function<void(Mixing)>& visit,
  std::shared_ptr<Communicator> communicator)
{
  requireRange("block", block, -1, model.info().architecture.blocks);
  torch::NoGradGuard guard;
  spectrum::Pass pass(model, c, device, options, *communicator);
  return pass.run(block,
    [&](spectrum::BlockFactors factors)
    {
      auto impl = std::make_unique<Mixing::Impl>();
      impl->factors = std::move(factors);
      impl->precision = options.precision;
      impl->communicator = communicator;
      impl->logSums.resize(static_cast<std::size_t>(impl->heads()));
      // A visitor that keeps the operators may look at them again when the pass has ended.
      const auto passing = std::make_shared<bool>(true);
      bool goesOn = true;
      impl->progress = [&pass, &goesOn, passing](double part)
      {
        if (*passing)
        {
          goesOn = pass.report(part);
          return goesOn;
        }
        return true;
      };
      visit(Mixing(std::move(impl)));
      *passing = false;
      double stopped = goesOn ? 0.0 : 1.0;
      communicator->max(&stopped, 1);
      return stopped == 0.0;
    });
}
}
