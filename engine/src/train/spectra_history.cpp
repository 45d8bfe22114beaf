#include "train/spectra_history.h"

#include <algorithm>

namespace flare::train
{
SpectraHistory::SpectraHistory(const torch::Tensor& stored)
  : epochs_(stored.defined() ? stored.to(torch::kFloat64).unbind(0) : std::vector<torch::Tensor>())
{
}

void SpectraHistory::add(std::int64_t epoch, const std::vector<HeadSpectrum>& heads, TrainingRecord& record)
{
  std::int64_t blocks = 0, perBlock = 0;
  std::size_t latents = 0;
  for (const auto& one : heads)
  {
    blocks = std::max(blocks, one.block + 1);
    perBlock = std::max(perBlock, one.head + 1);
    latents = std::max(latents, one.eigenvalues.size());
  }
  auto values =
    torch::zeros({ blocks, perBlock, static_cast<std::int64_t>(latents) }, torch::dtype(torch::kFloat64));
  for (const auto& one : heads)
  {
    std::copy(one.eigenvalues.begin(), one.eigenvalues.end(), values[one.block][one.head].data_ptr<double>());
  }
  epochs_.push_back(values);
  record.spectraEpochs.push_back(epoch);
}

bool SpectraHistory::isLater(std::int64_t epoch, const TrainingRecord& record) const
{
  return record.spectraEpochs.empty() || epoch > record.spectraEpochs.back();
}

void SpectraHistory::forgetAfter(std::int64_t epoch, TrainingRecord& record)
{
  while (!record.spectraEpochs.empty() && record.spectraEpochs.back() > epoch)
  {
    record.spectraEpochs.pop_back();
    epochs_.pop_back();
  }
}

torch::Tensor SpectraHistory::tensor() const
{
  std::int64_t latents = 0;
  for (const auto& one : epochs_)
  {
    latents = std::max(latents, one.size(2));
  }
  std::vector<torch::Tensor> padded;
  for (const auto& one : epochs_)
  {
    padded.push_back(torch::constant_pad_nd(one, { 0, latents - one.size(2) }));
  }
  return padded.empty() ? torch::Tensor() : torch::stack(padded);
}
}
