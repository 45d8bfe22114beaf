#include "train/batch_pass.h"

#include "flare/interruption.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace flare::train
{
namespace
{
// Operations on meshes of so many points are worth all threads.
constexpr std::int64_t largeMesh = 8192;
// The largest group may have so many times the points of the average one.
constexpr double unevenness = 1.3;

Segments cases(const Segments& all, std::size_t first, std::size_t end)
{
  Segments some;
  some.offsets.assign(all.offsets.begin() + static_cast<std::ptrdiff_t>(first),
    all.offsets.begin() + static_cast<std::ptrdiff_t>(end) + 1);
  for (auto& offset : some.offsets)
  {
    offset -= all.offsets[first];
  }
  some.communicator = all.communicator;
  return some;
}
}

std::vector<std::size_t> divide(const Segments& segments, bool onCpu, std::int64_t threads)
{
  const auto count = static_cast<std::size_t>(segments.count());
  const std::vector<std::size_t> whole{ 0, count };
  const auto groups = std::min(count, static_cast<std::size_t>(threads));
  if (!onCpu || segments.distributed() || groups < 2)
  {
    return whole;
  }
  const auto average = static_cast<double>(segments.total()) / static_cast<double>(groups);
  std::vector<std::size_t> begins{ 0 };
  for (std::size_t i = 1; i < count && begins.size() < groups; ++i)
  {
    // A group ends where one case more would lead farther from its share of the points.
    const auto share = average * static_cast<double>(begins.size());
    const auto middle = 0.5 * static_cast<double>(segments.offsets[i] + segments.offsets[i + 1]);
    const bool allNeeded = count - i == groups - begins.size();
    if (middle > share || allNeeded)
    {
      begins.push_back(i);
    }
  }
  begins.push_back(count);
  std::int64_t largestGroup = 0, largestCase = 0;
  for (std::size_t g = 0; g + 1 < begins.size(); ++g)
  {
    largestGroup = std::max(largestGroup, segments.offsets[begins[g + 1]] - segments.offsets[begins[g]]);
  }
  for (std::size_t i = 0; i < count; ++i)
  {
    largestCase = std::max(largestCase, segments.offsets[i + 1] - segments.offsets[i]);
  }
  const bool uneven = static_cast<double>(largestGroup) > unevenness * average;
  const bool idle = groups < static_cast<std::size_t>(threads) && largestCase > largeMesh;
  return uneven || idle ? whole : begins;
}

BatchPass::BatchPass(
  const ParameterLayout& layout, const torch::Tensor& weights, std::function<nn::FlareModel()> make)
  : layout_(layout)
  , weights_(weights)
  , make_(std::move(make))
{
}

void BatchPass::provide(std::size_t count)
{
  while (replicas_.size() < count)
  {
    Replica replica;
    replica.network = make_();
    replica.gradient = torch::zeros_like(weights_);
    layout_.bind(replica.network, weights_, replica.gradient);
    replicas_.push_back(std::move(replica));
  }
}

torch::Tensor BatchPass::forward(const Batch& batch)
{
  const auto groups = divide(batch.segments, batch.input.is_cpu(), at::get_num_threads());
  const auto count = static_cast<std::int64_t>(groups.size()) - 1;
  provide(static_cast<std::size_t>(count));
  rows_.clear();
  for (auto& replica : replicas_)
  {
    replica.prediction.reset(); // of a pass that was not followed by backward
  }
  for (const auto first : groups)
  {
    rows_.push_back(batch.segments.offsets[first]);
  }
  std::vector<torch::Tensor> predictions(static_cast<std::size_t>(count));
  const auto* interruption = interruptionFlag();
  at::parallel_for(0, count, 1,
    [&](std::int64_t begin, std::int64_t end)
    {
      const InterruptionScope scope(interruption);
      for (auto g = static_cast<std::size_t>(begin); g < static_cast<std::size_t>(end); ++g)
      {
        auto& replica = replicas_[g];
        replica.gradient.zero_();
        const auto input = batch.input.narrow(0, rows_[g], rows_[g + 1] - rows_[g]);
        replica.prediction = replica.network->forward(input, cases(batch.segments, groups[g], groups[g + 1]));
        if (input.is_cuda())
        {
          // Autograd's thread then has a CUDA context before its first matrix product; LibTorch warns
          // otherwise.
          replica.prediction = replica.prediction * 1.0;
        }
        predictions[g] = replica.prediction.detach();
      }
    });
  return predictions.size() == 1 ? predictions.front() : torch::cat(predictions);
}

torch::Tensor BatchPass::backward(const torch::Tensor& gradient)
{
  const auto count = static_cast<std::int64_t>(rows_.size()) - 1;
  const auto* interruption = interruptionFlag();
  at::parallel_for(0, count, 1,
    [&](std::int64_t begin, std::int64_t end)
    {
      const InterruptionScope scope(interruption);
      for (auto g = static_cast<std::size_t>(begin); g < static_cast<std::size_t>(end); ++g)
      {
        replicas_[g].prediction.backward(gradient.narrow(0, rows_[g], rows_[g + 1] - rows_[g]));
        replicas_[g].prediction.reset();
      }
    });
  auto sum = replicas_.front().gradient;
  for (std::size_t g = 1; g < static_cast<std::size_t>(count); ++g)
  {
    sum += replicas_[g].gradient;
  }
  return sum;
}
}
