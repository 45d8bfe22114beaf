#include "flare/spectrum.h"

#include "flare/error.h"
#include "spectrum/modes.h"
#include "spectrum/pass.h"
#include "spectrum/together.h"

#include <numeric>

namespace flare
{
namespace
{
using spectrum::HeadGram;
using spectrum::Pass;
using spectrum::QueryKey;
using spectrum::together;

void requireRange(const char* what, std::int64_t value, std::int64_t lowest, std::int64_t count)
{
  if (value < lowest || value >= count)
  {
    throw Error(std::string(what) + " " + std::to_string(value) + " does not exist: this model has " + what +
                "s 0 to " + std::to_string(count - 1) + (lowest < 0 ? ", and -1 stands for all" : ""));
  }
}

// The eigenvalues of every head, each found by one rank and given to all.
std::vector<std::vector<double>> solve(const std::vector<HeadGram>& grams, Communicator& communicator)
{
  std::vector<std::vector<double>> result;
  together(communicator,
    [&]
    {
      for (std::size_t i = 0; i < grams.size(); ++i)
      {
        const bool mine = static_cast<int>(i % communicator.size()) == communicator.rank();
        result.push_back(
          mine ? spectrum::eigenvalues(grams[i]) : std::vector<double>(grams[i].gram.size(0), 0.0));
      }
    });
  for (auto& values : result)
  {
    communicator.sum(values.data(), static_cast<std::int64_t>(values.size()));
  }
  return result;
}
}

std::vector<HeadSpectrum> spectra(const Model& model, const Case& c, Device device,
  const SpectrumOptions& options, std::shared_ptr<Communicator> communicator)
{
  const auto& architecture = model.info().architecture;
  requireRange("block", options.block, -1, architecture.blocks);
  requireRange("head", options.head, -1, architecture.heads);
  std::vector<std::int64_t> heads(options.head < 0 ? architecture.heads : 1, options.head);
  if (options.head < 0)
  {
    std::iota(heads.begin(), heads.end(), 0);
  }
  torch::NoGradGuard guard;
  Pass pass(model, c, device, options, *communicator);
  std::vector<HeadSpectrum> result;
  const bool finished = pass.run(options.block,
    [&](std::int64_t block, const QueryKey& factors)
    {
      const auto values = solve(pass.gather(block, factors, heads), *communicator);
      for (std::size_t i = 0; i < values.size(); ++i)
      {
        result.push_back(HeadSpectrum{ block, heads[i], values[i] });
      }
    });
  return finished ? result : std::vector<HeadSpectrum>{};
}

HeadModes modes(const Model& model, const Case& c, Device device, std::int64_t block, std::int64_t head,
  int count, const SpectrumOptions& options, std::shared_ptr<Communicator> communicator)
{
  const auto& architecture = model.info().architecture;
  requireRange("block", block, 0, architecture.blocks);
  requireRange("head", head, 0, architecture.heads);
  if (count < 1)
  {
    throw Error("the number of modes is " + std::to_string(count) + ", but at least 1 is needed");
  }
  torch::NoGradGuard guard;
  Pass pass(model, c, device, options, *communicator);
  HeadModes result;
  const bool finished = pass.run(block,
    [&](std::int64_t b, const QueryKey& factors)
    {
      const auto grams = pass.gather(b, factors, { head });
      if (!grams.empty())
      {
        const auto latent = spectrum::latentModes(grams[0], count, *communicator);
        result = spectrum::pointModes(grams[0], latent, factors.q[head], factors.k[head],
          architecture.attentionScale, pass.counted(), *communicator);
      }
    });
  result.block = block;
  result.head = head;
  return finished ? result : HeadModes{};
}
}
