#include "ops/mix_parts.h"

namespace flare::ops
{
namespace
{
bool several(const Communicator* communicator)
{
  return communicator != nullptr && communicator->size() > 1;
}

void reduceOverRanks(Communicator& communicator, torch::Tensor& values, bool maximum)
{
  auto host = values.to(torch::kCPU).contiguous();
  const auto apply = [&](auto* data)
  { maximum ? communicator.max(data, host.numel()) : communicator.sum(data, host.numel()); };
  host.scalar_type() == torch::kFloat64 ? apply(host.data_ptr<double>()) : apply(host.data_ptr<float>());
  values.copy_(host);
}
}

torch::Tensor sumOverBlocks(const torch::Tensor& parts)
{
  auto total = parts[0].clone();
  for (std::int64_t b = 1; b < parts.size(0); ++b)
  {
    total += parts[b];
  }
  return total;
}

void sumOverRanks(Communicator* communicator, torch::Tensor& values)
{
  if (several(communicator))
  {
    reduceOverRanks(*communicator, values, false);
  }
}

Encoded join(
  const torch::Tensor& top, const torch::Tensor& sum, const torch::Tensor& value, Communicator* communicator)
{
  auto highest = top.amax(0);
  if (several(communicator))
  {
    reduceOverRanks(*communicator, highest, true);
  }
  // A rank without points holds exp(-inf) = 0 everywhere.
  const auto factor = (top - highest.unsqueeze(0)).exp();
  auto total = sumOverBlocks(sum * factor);
  auto z = sumOverBlocks(value * factor.unsqueeze(-1));
  sumOverRanks(communicator, total);
  sumOverRanks(communicator, z);
  z /= total.unsqueeze(-1);
  return { z, highest + total.log() };
}
}
