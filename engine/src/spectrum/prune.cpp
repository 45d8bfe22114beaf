#include "flare/error.h"
#include "flare/interruption.h"
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

namespace flare
{
namespace
{
constexpr std::size_t usualCases = 8;

// The model with other latents.
Model withLatents(const Model& model, const std::vector<torch::Tensor>& latents, const std::string& what)
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
  impl->info.training.notes.push_back(what + ": latents " + before + " to " + a.latentsText());
  return Model(impl);
}

std::vector<std::size_t> casesOf(const DataSet& data, const PruneOptions& options)
{
  if (data.size() == 0)
  {
    throw Error("latents are chosen by what they do on cases, but the data set is empty");
  }
  const auto cases = options.cases.empty() ? spreadCases(data.size(), usualCases) : options.cases;
  for (const auto index : cases)
  {
    if (index >= data.size())
    {
      throw Error("there is no case " + std::to_string(index) + ": the data set has " +
                  std::to_string(data.size()) + ", counted from 0");
    }
  }
  return cases;
}

// The mean over the cases of B B^T, of every block [heads, M, M].
std::vector<torch::Tensor> meanGrams(const Model& model, const DataSet& data, const PruneOptions& options)
{
  const auto& a = model.info().architecture;
  std::vector<std::int64_t> heads(static_cast<std::size_t>(a.heads));
  std::iota(heads.begin(), heads.end(), 0);
  std::vector<torch::Tensor> sums(static_cast<std::size_t>(a.blocks));
  const auto cases = casesOf(data, options);
  for (std::size_t i = 0; i < cases.size(); ++i)
  {
    SpectrumOptions each;
    each.progress = [&](double part)
    {
      return !options.progress ||
             options.progress((static_cast<double>(i) + part) / static_cast<double>(cases.size()));
    };
    spectrum::Pass pass(model, data[cases[i]], options.device, each, *data.communicator());
    const bool finished = pass.run(-1,
      [&](const spectrum::BlockFactors& factors)
      {
        const auto grams = spectrum::gather(
          factors, heads, each.precision, [&](double part) { return pass.report(part); },
          *data.communicator());
        std::vector<torch::Tensor> matrices;
        for (const auto& gram : grams)
        {
          matrices.push_back(gram.gram);
        }
        if (!matrices.empty())
        {
          const auto stacked = torch::stack(matrices) / static_cast<double>(cases.size());
          auto& sum = sums[static_cast<std::size_t>(factors.block)];
          sum = sum.defined() ? sum + stacked : stacked;
        }
        return !matrices.empty();
      });
    if (!finished)
    {
      throw Interrupted();
    }
  }
  return sums;
}

// How many each head of the block keeps.
std::int64_t countOf(
  std::size_t block, const std::vector<spectrum::Pivots>& heads, const PruneOptions& options)
{
  if (!options.latents.empty())
  {
    return options.latents[block];
  }
  std::int64_t count = 1;
  for (const auto& pivots : heads)
  {
    count = std::max(count, pivots.countFor(options.energy));
  }
  return count;
}

void checkOptions(const Architecture& a, const PruneOptions& options)
{
  if (!(options.energy > 0.0 && options.energy <= 1.0))
  {
    throw Error("the energy to be held must lie above 0 and be at most 1");
  }
  if (!options.latents.empty() && static_cast<std::int64_t>(options.latents.size()) != a.blocks)
  {
    throw Error("there are numbers of latents for " + std::to_string(options.latents.size()) +
                " blocks, but the model has " + std::to_string(a.blocks));
  }
  for (std::size_t b = 0; b < options.latents.size(); ++b)
  {
    const auto most = a.latentsOf(static_cast<std::int64_t>(b));
    if (options.latents[b] < 1 || options.latents[b] > most)
    {
      throw Error("block " + std::to_string(b) + " has " + std::to_string(most) +
                  " latents: it can keep 1 to " + std::to_string(most) + ", not " +
                  std::to_string(options.latents[b]));
    }
  }
}
}

Model prune(const Model& model, const DataSet& data, const PruneOptions& options)
{
  const auto& a = model.info().architecture;
  checkOptions(a, options);
  torch::NoGradGuard guard;
  const auto grams = meanGrams(model, data, options);
  std::vector<torch::Tensor> kept;
  for (std::size_t b = 0; b < grams.size(); ++b)
  {
    const auto latents =
      nn::latentsByHead(model.impl().state.at(nn::latentsName(static_cast<std::int64_t>(b))), a);
    // Latents that all heads share are chosen for all of them together.
    const auto matrices = a.sharedLatents ? grams[b].mean(0, true) : grams[b];
    std::vector<spectrum::Pivots> pivots;
    for (const auto& matrix : matrices.unbind(0))
    {
      pivots.push_back(spectrum::pivotsOf(matrix));
    }
    const auto count = countOf(b, pivots, options);
    std::vector<torch::Tensor> ofHeads;
    for (std::size_t h = 0; h < pivots.size(); ++h)
    {
      auto chosen = pivots[h].order;
      chosen.resize(static_cast<std::size_t>(count));
      std::sort(chosen.begin(), chosen.end());
      ofHeads.push_back(
        latents[static_cast<std::int64_t>(h)].index_select(0, torch::tensor(chosen, torch::kInt64)));
    }
    kept.push_back(nn::storedLatents(torch::stack(ofHeads)));
  }
  return withLatents(model, kept, "pruned");
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
  return withLatents(model, grown, "grown");
}
}
