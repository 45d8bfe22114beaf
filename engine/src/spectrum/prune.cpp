#include "flare/error.h"
#include "flare/latents.h"
#include "model_impl.h"
#include "nn/latents.h"
#include "nn/state_shapes.h"
#include "spectrum/gather.h"
#include "spectrum/pass.h"
#include "spectrum/pivots.h"
#include "spectrum/range.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace flare
{
namespace
{
constexpr const char* prunedNote = "pruned: latents ";
constexpr const char* grownNote = "grown: latents ";

// The model with other latents.
Model withLatents(const Model& model, const std::vector<torch::Tensor>& latents, const std::string& note)
{
  auto impl = std::make_shared<Model::Impl>(model.impl());
  auto& a = impl->info.architecture;
  const auto before = a.latentsText();
  a.blockLatents.clear();
  for (std::size_t b = 0; b < latents.size(); ++b)
  {
    a.blockLatents.push_back(latents[b].size(1));
    impl->state[nn::latentsName(static_cast<std::int64_t>(b))] = latents[b];
  }
  a.latents = *std::max_element(a.blockLatents.begin(), a.blockLatents.end());
  if (std::all_of(a.blockLatents.begin(), a.blockLatents.end(),
        [&](std::int64_t ofBlock) { return ofBlock == a.latents; }))
  {
    a.blockLatents.clear();
  }
  impl->info.parameters = nn::parameterCount(nn::expectedState(a));
  // What a training would find belongs to the model as it was.
  impl->info.training.settingsFingerprint.clear();
  impl->info.training.notes.push_back(note + before + " to " + a.latentsText());
  return Model(impl);
}

// Of each head, which latents stay.
torch::Tensor kept(
  const torch::Tensor& latents, const std::vector<spectrum::Pivots>& heads, std::int64_t count)
{
  std::vector<torch::Tensor> ofHeads;
  for (std::size_t h = 0; h < heads.size(); ++h)
  {
    auto chosen = heads[h].order;
    chosen.resize(static_cast<std::size_t>(count));
    std::sort(chosen.begin(), chosen.end());
    ofHeads.push_back(
      latents[static_cast<std::int64_t>(h)].index_select(0, torch::tensor(chosen, torch::kInt64)));
  }
  return torch::stack(ofHeads);
}
}

struct LatentUse::Impl
{
  Model model;
  Device device;
  SpectrumPrecision precision;
  std::vector<torch::Tensor> sums; // over the cases of B B^T, of every block [heads, M, M]
  std::vector<std::vector<HeadSpectrum>> spectra;

  // `countOf` says how many of a block's latents stay.
  Model prune(
    const std::function<std::int64_t(std::size_t block, const std::vector<spectrum::Pivots>& heads)>& countOf)
    const
  {
    if (spectra.empty())
    {
      throw Error("latents are chosen by what they do on cases, but none has been looked at");
    }
    torch::NoGradGuard guard;
    const auto& a = model.info().architecture;
    std::vector<torch::Tensor> result;
    for (std::size_t b = 0; b < sums.size(); ++b)
    {
      const auto latents =
        nn::latentsByHead(model.impl().state.at(nn::latentsName(static_cast<std::int64_t>(b))), a);
      const auto means = sums[b] / static_cast<double>(spectra.size());
      // Latents that all heads share are chosen for all of them together.
      std::vector<spectrum::Pivots> pivots;
      for (const auto& matrix : (a.sharedLatents ? means.mean(0, true) : means).unbind(0))
      {
        pivots.push_back(spectrum::pivotsOf(matrix));
      }
      result.push_back(nn::storedLatents(kept(latents, pivots, countOf(b, pivots))));
    }
    return withLatents(model, result, prunedNote);
  }
};

LatentUse::LatentUse(Model model, Device device, SpectrumPrecision precision)
  : impl_(new Impl{ std::move(model), device, precision, {}, {} })
{
}

LatentUse::~LatentUse() = default;
LatentUse::LatentUse(LatentUse&&) noexcept = default;
LatentUse& LatentUse::operator=(LatentUse&&) noexcept = default;

bool LatentUse::add(const Case& c, const std::function<bool(double)>& progress,
  const std::shared_ptr<Communicator>& communicator)
{
  torch::NoGradGuard guard;
  SpectrumOptions options;
  options.precision = impl_->precision;
  options.progress = progress;
  std::vector<std::int64_t> heads(static_cast<std::size_t>(impl_->model.info().architecture.heads));
  std::iota(heads.begin(), heads.end(), 0);
  std::vector<torch::Tensor> ofBlocks;
  std::vector<HeadSpectrum> spectra;
  spectrum::Pass pass(impl_->model, c, impl_->device, options, *communicator);
  const bool finished = pass.run(-1,
    [&](const spectrum::BlockFactors& factors)
    {
      const auto grams = spectrum::gather(
        factors, heads, options.precision, [&](double part) { return pass.report(part); }, *communicator);
      const auto values = spectrum::eigenvaluesOfAll(grams, *communicator);
      std::vector<torch::Tensor> matrices;
      for (std::size_t h = 0; h < grams.size(); ++h)
      {
        matrices.push_back(grams[h].gram);
        spectra.push_back({ factors.block, heads[h], values[h], {} });
      }
      if (!matrices.empty())
      {
        ofBlocks.push_back(torch::stack(matrices));
      }
      return !matrices.empty();
    });
  if (finished)
  {
    auto& sums = impl_->sums;
    sums.resize(ofBlocks.size());
    for (std::size_t b = 0; b < ofBlocks.size(); ++b)
    {
      sums[b] = sums[b].defined() ? sums[b] + ofBlocks[b] : ofBlocks[b];
    }
    impl_->spectra.push_back(std::move(spectra));
  }
  return finished;
}

std::size_t LatentUse::cases() const
{
  return impl_->spectra.size();
}

std::vector<LatentSuggestion> LatentUse::suggestions(double energy) const
{
  return suggestLatents(impl_->spectra, energy);
}

Model LatentUse::prune(double energy) const
{
  spectrum::requireEnergy(energy);
  return impl_->prune(
    [&](std::size_t, const std::vector<spectrum::Pivots>& heads)
    {
      std::int64_t count = 1;
      for (const auto& pivots : heads)
      {
        count = std::max(count, pivots.countFor(energy));
      }
      return count;
    });
}

Model LatentUse::prune(const std::vector<std::int64_t>& latents) const
{
  requireKeepable(impl_->model.info().architecture, latents);
  return impl_->prune([&](std::size_t block, const auto&) { return latents[block]; });
}

void requireKeepable(const Architecture& architecture, const std::vector<std::int64_t>& latents)
{
  if (static_cast<std::int64_t>(latents.size()) != architecture.blocks)
  {
    throw Error("there are numbers of latents for " + std::to_string(latents.size()) +
                " blocks, but the model has " + std::to_string(architecture.blocks) + ". Give one for each");
  }
  for (std::size_t b = 0; b < latents.size(); ++b)
  {
    const auto most = architecture.latentsOf(static_cast<std::int64_t>(b));
    if (latents[b] < 1 || latents[b] > most)
    {
      throw Error("block " + std::to_string(b) + " has " + std::to_string(most) +
                  " latents: it can keep 1 to " + std::to_string(most) + ", not " +
                  std::to_string(latents[b]));
    }
  }
}

Model grow(const Model& model, const std::vector<std::int64_t>& blocks, std::uint64_t seed)
{
  const auto& a = model.info().architecture;
  for (const auto block : blocks)
  {
    spectrum::requireRange("block", block, 0, a.blocks);
  }
  torch::NoGradGuard guard;
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  std::vector<torch::Tensor> grown;
  for (std::int64_t b = 0; b < a.blocks; ++b)
  {
    const auto stored = model.impl().state.at(nn::latentsName(b));
    const bool grows = blocks.empty() || std::find(blocks.begin(), blocks.end(), b) != blocks.end();
    if (!grows)
    {
      grown.push_back(stored);
      continue;
    }
    const auto q = nn::latentsByHead(stored, a);
    grown.push_back(nn::storedLatents(nn::twins(q, nn::parting(q, generator))));
  }
  return withLatents(model, grown, grownNote);
}

bool isPrunedOrGrown(const ModelInfo& info)
{
  const auto& notes = info.training.notes;
  return info.training.settingsFingerprint.empty() && !notes.empty() &&
         (notes.back().rfind(prunedNote, 0) == 0 || notes.back().rfind(grownNote, 0) == 0);
}
}
