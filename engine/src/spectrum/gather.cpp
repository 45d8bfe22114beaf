#include "spectrum/gather.h"

#include "spectrum/gram_cuda.h"
#include "spectrum/together.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace flare::spectrum
{
namespace
{
// False when it was stopped on this rank.
bool stream(const torch::Tensor& k, const std::vector<std::int64_t>& heads,
  const std::function<bool(double)>& progress, std::vector<GramStream>& streams)
{
  const auto count = k.size(1), latents = streams.front().latents();
  // Between chunks, about half a second each, the user may stop.
  const auto chunk = std::max(pointsPerPass(latents, k.device()), (std::int64_t{ 1 } << 22) / latents);
  bool goesOn = true;
  for (std::int64_t first = 0; first < count && goesOn; first += chunk)
  {
    const auto last = std::min(first + chunk, count);
    const auto add = [&](std::int64_t begin, std::int64_t end)
    {
      torch::NoGradGuard guard; // of this thread
      for (auto i = begin; i < end; ++i)
      {
        streams[i].add(k[heads[i]].slice(0, first, last));
      }
    };
    // Heads side by side, each on one thread, which need not wait for each other after every operation.
    const auto number = static_cast<std::int64_t>(heads.size());
    k.is_cpu() ? at::parallel_for(0, number, 1, add) : add(0, number);
    goesOn = progress(static_cast<double>(last) / static_cast<double>(count));
  }
  return goesOn;
}

// None when it was stopped.
std::vector<HeadGram> sums(const BlockFactors& factors, const std::vector<std::int64_t>& heads,
  SpectrumPrecision precision, const std::function<bool(double)>& progress, Communicator& communicator)
{
  const auto keys = factors.countedKeys();
  std::vector<HeadGram> grams;
  if (communicator.size() == 1 && gramOnGpu(factors.q, keys))
  {
    const auto chosen = torch::tensor(heads, torch::kInt64).to(keys.device());
    together(communicator,
      [&]
      {
        grams = gramsOfAllHeads(factors.q.index_select(0, chosen), keys.index_select(0, chosen),
          factors.scale, gramType(precision, chosen.numel()));
      });
    return progress(1.0) ? grams : std::vector<HeadGram>();
  }
  std::vector<GramStream> streams;
  for (const auto head : heads)
  {
    streams.emplace_back(factors.q[head], factors.scale);
  }
  double stopped = 0.0;
  together(communicator, [&] { stopped = stream(keys, heads, progress, streams) ? 0.0 : 1.0; });
  communicator.max(&stopped, 1); // agreed, so that no rank waits for one that has left
  for (auto& one : streams)
  {
    if (stopped == 0.0)
    {
      grams.push_back(one.finish(communicator));
    }
  }
  return grams;
}
}

std::vector<HeadGram> gather(const BlockFactors& factors, const std::vector<std::int64_t>& heads,
  SpectrumPrecision precision, const std::function<bool(double)>& progress, Communicator& communicator)
{
  auto grams = sums(factors, heads, precision, progress, communicator);
  for (std::size_t i = 0; i < grams.size(); ++i)
  {
    // Sums over all ranks: all of them see the same and throw alike.
    if (!grams[i].finite())
    {
      throw factors.scoresNotFinite(heads[i]);
    }
  }
  return grams;
}

std::vector<std::vector<double>> eigenvaluesOfAll(
  const std::vector<HeadGram>& grams, Communicator& communicator)
{
  std::vector<std::vector<double>> result;
  together(communicator,
    [&]
    {
      for (std::size_t i = 0; i < grams.size(); ++i)
      {
        const bool mine = static_cast<int>(i % communicator.size()) == communicator.rank();
        result.push_back(mine ? eigenvalues(grams[i]) : std::vector<double>(grams[i].gram.size(0), 0.0));
      }
    });
  for (auto& values : result)
  {
    communicator.sum(values.data(), static_cast<std::int64_t>(values.size()));
  }
  return result;
}
}
