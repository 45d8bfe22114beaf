#include "io/torch_checkpoint.h"

#include "flare/error.h"
#include "io/pickle_filter.h"

#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/serialization/unpickler.h>

#include <algorithm>
#include <cstring>

namespace flare::io
{
namespace
{
class MappedReader : public caffe2::serialize::ReadAdapterInterface
{
public:
  explicit MappedReader(std::shared_ptr<const MappedFile> file)
    : file_(std::move(file))
  {
  }

  std::size_t size() const override { return file_->size(); }

  std::size_t read(std::uint64_t position, void* buffer, std::size_t count, const char*) const override
  {
    if (position >= file_->size())
    {
      return 0;
    }
    count = std::min<std::uint64_t>(count, file_->size() - position);
    std::memcpy(buffer, file_->data() + position, count);
    return count;
  }

private:
  std::shared_ptr<const MappedFile> file_;
};

class CheckpointReader
{
public:
  explicit CheckpointReader(const std::shared_ptr<const MappedFile>& file)
    : archive_(std::make_shared<MappedReader>(file))
    , fileSize_(file->size())
  {
  }

  c10::IValue unpickle();
  // An independent copy, once the tensor is known to lie within what the file really holds.
  torch::Tensor copyOf(const std::string& name, const torch::Tensor& tensor) const;

private:
  std::pair<at::DataPtr, std::size_t> record(const std::string& name);

  caffe2::serialize::PyTorchStreamReader archive_;
  std::uint64_t fileSize_;
  std::map<const void*, std::size_t> sizes_; // of the storages that were read
};

std::pair<at::DataPtr, std::size_t> CheckpointReader::record(const std::string& name)
{
  // torch.save does not compress, so that a larger size is a lie (and an allocation).
  if (archive_.getRecordSize(name) > fileSize_)
  {
    throw Error("its part '" + name + "' claims more bytes than the file has");
  }
  auto [data, size] = archive_.getRecord(name);
  return { std::move(data), size };
}

c10::IValue CheckpointReader::unpickle()
{
  if (!archive_.hasRecord("data.pkl"))
  {
    throw Error("it is a zip archive, but torch.save did not write it: it has no data.pkl");
  }
  if (archive_.hasRecord("byteorder"))
  {
    const auto [order, size] = record("byteorder");
    if (std::string_view(static_cast<const char*>(order.get()), size) != "little")
    {
      throw Error("it was written on a big-endian machine; save it again on this one");
    }
  }
  const auto [data, size] = record("data.pkl");
  const auto pickle = filterPickle({ static_cast<const char*>(data.get()), size });
  std::size_t position = 0;
  const auto read = [&](char* buffer, std::size_t count)
  {
    count = std::min(count, pickle.size() - position);
    std::memcpy(buffer, pickle.data() + position, count);
    position += count;
    return count;
  };
  const auto readStorage = [&](const std::string& key)
  {
    auto [storage, bytes] = record("data/" + key);
    sizes_[storage.get()] = bytes;
    return std::move(storage);
  };
  torch::jit::Unpickler unpickler(read, nullptr, nullptr, readStorage, at::Device(at::kCPU));
  return unpickler.parse_ivalue();
}

torch::Tensor CheckpointReader::copyOf(const std::string& name, const torch::Tensor& tensor) const
{
  // The unpickler believes what the pickle says about sizes.
  const auto refuse = [&] { throw Error("the tensor '" + name + "' lies outside of what the file holds"); };
  if (!tensor.defined() || tensor.layout() != torch::kStrided || tensor.dim() > 64)
  {
    refuse();
  }
  std::int64_t count = 1;
  std::int64_t last = tensor.storage_offset();
  for (std::int64_t d = 0; d < tensor.dim(); ++d)
  {
    std::int64_t reach = 0;
    if (tensor.size(d) < 0 || tensor.stride(d) < 0 || __builtin_mul_overflow(count, tensor.size(d), &count) ||
        __builtin_mul_overflow(tensor.size(d) - 1, tensor.stride(d), &reach) ||
        __builtin_add_overflow(last, reach, &last))
    {
      refuse();
    }
  }
  if (count == 0)
  {
    return torch::empty(tensor.sizes(), tensor.options());
  }
  const auto found = sizes_.find(tensor.storage().data());
  const auto held = found == sizes_.end() ? 0 : static_cast<std::int64_t>(found->second / tensor.itemsize());
  if (tensor.storage_offset() < 0 || last >= held || count > held)
  {
    refuse();
  }
  return tensor.detach().clone(at::MemoryFormat::Contiguous);
}

// A dictionary whose keys are texts and whose values are all tensors.
bool isState(const c10::IValue& value)
{
  if (!value.isGenericDict() || value.toGenericDict().empty())
  {
    return false;
  }
  for (const auto& item : value.toGenericDict())
  {
    if (!item.key().isString() || !item.value().isTensor())
    {
      return false;
    }
  }
  return true;
}

State copyState(const c10::IValue& value, const CheckpointReader& reader)
{
  State state;
  for (const auto& item : value.toGenericDict())
  {
    const auto& name = item.key().toStringRef();
    state[name] = reader.copyOf(name, item.value().toTensor());
  }
  return state;
}

// The scalars of a configuration; anything else in it cannot be a setting of the network.
nlohmann::json configOf(const c10::IValue& value)
{
  if (!value.isGenericDict())
  {
    return nullptr;
  }
  auto config = nlohmann::json::object();
  for (const auto& item : value.toGenericDict())
  {
    if (!item.key().isString())
    {
      continue;
    }
    auto& entry = config[item.key().toStringRef()];
    const c10::IValue v = item.value();
    if (v.isBool())
    {
      entry = v.toBool();
    }
    else if (v.isInt())
    {
      entry = v.toInt();
    }
    else if (v.isDouble())
    {
      entry = v.toDouble();
    }
    else if (v.isString())
    {
      entry = v.toStringRef();
    }
  }
  return config;
}

TorchCheckpoint contentOf(const std::shared_ptr<const MappedFile>& file)
{
  CheckpointReader reader(file);
  const auto root = reader.unpickle();
  TorchCheckpoint result;
  if (isState(root))
  {
    result.states[""] = copyState(root, reader);
    return result;
  }
  if (!root.isGenericDict())
  {
    throw Error("it does not hold a dictionary of weights");
  }
  for (const auto& item : root.toGenericDict())
  {
    if (!item.key().isString())
    {
      continue;
    }
    const auto& key = item.key().toStringRef();
    if (isState(item.value()))
    {
      result.states[key] = copyState(item.value(), reader);
    }
    else if (key == "config")
    {
      result.config = configOf(item.value());
    }
  }
  return result;
}
}

bool isTorchFile(const MappedFile& file)
{
  return file.size() >= 4 && std::memcmp(file.data(), "PK\3\4", 4) == 0;
}

TorchCheckpoint readTorchCheckpoint(const std::shared_ptr<const MappedFile>& file)
{
  const std::string begin = "'" + file->path() + "' cannot be read as a torch.save file: ";
  try
  {
    return contentOf(file);
  }
  catch (const Error& problem)
  {
    throw Error(begin + problem.what() + ".");
  }
  catch (const c10::Error& problem)
  {
    const std::string text = problem.what_without_backtrace();
    throw Error(begin + text.substr(0, text.find('\n')) +
                ". If it is whole, save its weights alone from Python " +
                "(torch.save of the state dictionary, or safetensors).");
  }
  catch (const std::exception& problem) // std::bad_alloc, std::out_of_range of a damaged pickle
  {
    throw Error(begin + problem.what() + ".");
  }
}
}
