#include "spectrum/pass.h"

#include "data/batch.h"
#include "device.h"
#include "flare/error.h"
#include "spectrum/gram_cuda.h"
#include "spectrum/together.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace flare::spectrum
{
Pass::Pass(const Model& model, const Case& c, Device device, const SpectrumOptions& options,
  Communicator& communicator)
  : architecture_(model.info().architecture)
  , name_(c.name)
  , options_(options)
  , communicator_(communicator)
{
  check(model.info().signature, c, communicator_);
  const auto type = options.precision == SpectrumPrecision::Precise ? torch::kFloat64 : torch::kFloat32;
  together(communicator_,
    [&]
    {
      const auto target = torchDevice(resolveDevice(device));
      network_ = nn::instantiate(model, target, type);
      input_ = inputTensor(model.info(), c, type).to(target);
      segments_ = segmentOf(c, target, &communicator_);
    });
}

bool Pass::run(std::int64_t block, const std::function<void(std::int64_t, const QueryKey&)>& visit)
{
  last_ = block < 0 ? architecture_.blocks - 1 : block;
  network_->forEachBlock(std::move(input_), segments_,
    [&](std::int64_t b, const QueryKey& factors)
    {
      if (b < block)
      {
        report(b, 0.0);
        return !stoppedAnywhere();
      }
      visit(b, factors);
      return b < last_ && !stopped_;
    });
  return !stopped_;
}

std::vector<HeadGram> Pass::gather(
  std::int64_t block, const QueryKey& factors, const std::vector<std::int64_t>& heads)
{
  auto grams = sums(block, factors, heads);
  for (std::size_t i = 0; i < grams.size(); ++i)
  {
    // Sums over all ranks: all of them see the same and throw alike.
    if (!grams[i].finite())
    {
      throw Error("case '" + name_ + "': the attention scores of block " + std::to_string(block) + ", head " +
                  std::to_string(heads[i]) +
                  " are not finite. The inputs lie far outside what the model was trained on, or its weights "
                  "are damaged");
    }
  }
  return grams;
}

std::vector<HeadGram> Pass::sums(
  std::int64_t block, const QueryKey& factors, const std::vector<std::int64_t>& heads)
{
  const auto keys = countedKeys(factors.k);
  if (!segments_.distributed() && gramOnGpu(factors.q, keys))
  {
    const auto chosen = torch::tensor(heads, torch::kInt64).to(keys.device());
    std::vector<HeadGram> grams;
    together(communicator_,
      [&]
      {
        grams = gramsOfAllHeads(factors.q.index_select(0, chosen), keys.index_select(0, chosen),
          architecture_.attentionScale, gramType(options_.precision, chosen.numel()));
      });
    report(block, 1.0);
    return stopped_ ? std::vector<HeadGram>() : grams;
  }
  std::vector<GramStream> streams;
  for (const auto head : heads)
  {
    streams.emplace_back(factors.q[head], architecture_.attentionScale);
  }
  together(communicator_, [&] { stream(block, keys, heads, streams); });
  std::vector<HeadGram> grams;
  if (!stoppedAnywhere())
  {
    for (auto& one : streams)
    {
      grams.push_back(one.finish(communicator_));
    }
  }
  return grams;
}

torch::Tensor Pass::countedKeys(const torch::Tensor& k) const
{
  return counted().defined() ? k.index_select(1, counted()) : k;
}

void Pass::stream(std::int64_t block, const torch::Tensor& k, const std::vector<std::int64_t>& heads,
  std::vector<GramStream>& streams)
{
  const auto count = k.size(1);
  const auto number = static_cast<std::int64_t>(heads.size());
  // Between chunks, about half a second each, the user may stop.
  const auto chunk = std::max(
    pointsPerPass(architecture_.latents, k.device()), (std::int64_t{ 1 } << 22) / architecture_.latents);
  for (std::int64_t first = 0; first < count && !stopped_; first += chunk)
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
    k.is_cpu() ? at::parallel_for(0, number, 1, add) : add(0, number);
    report(block, static_cast<double>(last) / static_cast<double>(count));
  }
}

void Pass::report(std::int64_t block, double part)
{
  const double done = (static_cast<double>(block) + part) / static_cast<double>(last_ + 1);
  stopped_ = stopped_ || (options_.progress && !options_.progress(done));
}

// Agreed, so that no rank waits for one that has left.
bool Pass::stoppedAnywhere()
{
  double stopped = stopped_ ? 1.0 : 0.0;
  communicator_.max(&stopped, 1);
  stopped_ = stopped > 0.0;
  return stopped_;
}
}
