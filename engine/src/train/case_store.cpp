#include "train/case_store.h"

#include "data/batch.h"
#include "flare/interruption.h"

namespace flare::train
{
namespace
{
torch::Tensor joined(const std::vector<torch::Tensor>& parts)
{
  return parts.size() == 1 ? parts.front() : torch::cat(parts);
}
}

CaseStore::CaseStore(const DataSet& data, const ModelInfo& info, torch::Device device, torch::ScalarType type)
  : data_(&data)
  , info_(info)
  , device_(device)
  , type_(type)
{
  for (std::size_t i = 0; i < data.size(); ++i)
  {
    const auto rows = ownedRows(data[i]);
    points_.push_back(rows.defined() ? rows.numel() : data[i].count());
  }
  data.communicator()->sum(points_.data(), static_cast<std::int64_t>(points_.size()));
}

CaseStore::Tensors CaseStore::tensors(std::size_t index)
{
  const auto found = kept_.find(index);
  if (found != kept_.end())
  {
    return found->second;
  }
  throwIfInterrupted();
  const auto& c = (*data_)[index];
  Tensors made{ inputTensor(info_, c, type_), targetTensor(info_, c, type_) };
  if (const auto rows = ownedRows(c); rows.defined())
  {
    made = { made.input.index_select(0, rows), made.target.index_select(0, rows) };
  }
  made = { made.input.to(device_), made.target.to(device_) };
  const auto bytes = static_cast<std::int64_t>(made.input.nbytes() + made.target.nbytes());
  if (keptBytes_ + bytes <= keptLimit)
  {
    keptBytes_ += bytes;
    kept_[index] = made;
  }
  return made;
}

Batch CaseStore::batch(const std::vector<std::size_t>& cases)
{
  Batch result;
  result.cases = cases;
  result.segments.communicator = data_->communicator().get();
  std::vector<torch::Tensor> input, target;
  for (const auto index : cases)
  {
    const auto t = tensors(index);
    result.segments.offsets.push_back(result.segments.total() + t.input.size(0));
    input.push_back(t.input);
    target.push_back(t.target);
  }
  result.input = joined(input);
  result.target = joined(target);
  return result;
}
}
