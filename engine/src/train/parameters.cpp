#include "train/parameters.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace flare::train
{
namespace
{
// Entries begin on 64-byte boundaries (of float32), where vector units and GEMMs like them.
constexpr std::int64_t alignment = 16;

std::int64_t aligned(std::int64_t offset)
{
  return (offset + alignment - 1) / alignment * alignment;
}

bool contains(const std::string& text, const char* part)
{
  return text.find(part) != std::string::npos;
}

bool startsWith(const std::string& text, const char* part)
{
  return text.rfind(part, 0) == 0;
}
}

bool orthogonalises(const std::string& name, std::size_t dimensions)
{
  if (dimensions != 2 || contains(name, "latent_q"))
  {
    return false;
  }
  if (startsWith(name, "in_proj."))
  {
    return !startsWith(name, "in_proj.fc1.") && !startsWith(name, "in_proj.fc.");
  }
  if (startsWith(name, "out_proj."))
  {
    return !startsWith(name, "out_proj.1.fc2.") && !startsWith(name, "out_proj.1.fc.");
  }
  return startsWith(name, "blocks.");
}

ParameterLayout::ParameterLayout(const nn::FlareModel& network, Optimizer optimizer)
{
  std::vector<Entry> decayed, plain;
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<Entry>> matrices;
  for (const auto& item : network->named_parameters())
  {
    const Entry entry{ item.key(), item.value().sizes().vec(), 0, item.value().numel() };
    if (optimizer == Optimizer::Muon && orthogonalises(entry.name, entry.shape.size()))
    {
      matrices[{ entry.shape[0], entry.shape[1] }].push_back(entry);
    }
    else
    {
      (entry.shape.size() >= 2 ? decayed : plain).push_back(entry);
    }
  }
  const auto place = [this](Entry entry)
  {
    entry.offset = aligned(size_);
    size_ = entry.offset + entry.size;
    entries_.push_back(std::move(entry));
  };
  std::for_each(decayed.begin(), decayed.end(), place);
  decayed_ = size_;
  std::for_each(plain.begin(), plain.end(), place);
  size_ = adamW_ = aligned(size_);
  for (auto& [shape, stack] : matrices)
  {
    size_ = aligned(size_);
    stacks_.push_back({ size_, static_cast<std::int64_t>(stack.size()), shape.first, shape.second });
    for (auto& entry : stack)
    {
      entry.offset = size_;
      size_ += entry.size;
      entries_.push_back(std::move(entry));
    }
  }
}

torch::Tensor ParameterLayout::view(const torch::Tensor& flat, const Entry& entry) const
{
  return flat.narrow(0, entry.offset, entry.size).view(entry.shape);
}

void ParameterLayout::bind(
  nn::FlareModel& network, const torch::Tensor& weights, const torch::Tensor& gradient) const
{
  torch::NoGradGuard guard;
  auto parameters = network->named_parameters();
  for (const auto& entry : entries_)
  {
    auto& parameter = parameters[entry.name];
    parameter.set_data(view(weights, entry));
    if (gradient.defined())
    {
      parameter.mutable_grad() = view(gradient, entry);
    }
  }
}

torch::Tensor ParameterLayout::flatten(const nn::FlareModel& network) const
{
  torch::NoGradGuard guard;
  const auto parameters = network->named_parameters();
  auto flat = torch::zeros({ size_ }, parameters[entries_.front().name].options().requires_grad(false));
  for (const auto& entry : entries_)
  {
    view(flat, entry).copy_(parameters[entry.name]);
  }
  return flat;
}

State ParameterLayout::state(const torch::Tensor& flat) const
{
  const auto host = flat.detach().to(torch::kCPU);
  State state;
  for (const auto& entry : entries_)
  {
    state[entry.name] = view(host, entry).clone();
  }
  return state;
}

void ParameterLayout::load(const State& state, torch::Tensor flat) const
{
  torch::NoGradGuard guard;
  for (const auto& entry : entries_)
  {
    view(flat, entry).copy_(state.at(entry.name));
  }
}
}
