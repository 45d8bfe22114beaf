#include "flare/error.h"
#include "io/atomic_file.h"
#include "io/safetensors.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace flare::io
{
void writeSafetensors(const std::string& path, const std::map<std::string, std::string>& metadata,
  const std::map<std::string, TensorView>& tensors)
{
  using Entry = std::map<std::string, TensorView>::const_pointer;
  std::vector<Entry> order;
  for (const auto& item : tensors)
  {
    order.push_back(&item);
  }
  std::stable_sort(order.begin(), order.end(),
    [](Entry a, Entry b) { return sizeOf(a->second.type) > sizeOf(b->second.type); });

  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty())
  {
    header["__metadata__"] = metadata;
  }
  std::uint64_t offset = 0;
  for (const auto* item : order)
  {
    const auto& [name, tensor] = *item;
    header[name] = { { "dtype", nameOf(tensor.type) }, { "shape", tensor.shape },
      { "data_offsets", { offset, offset + tensor.bytes } } };
    offset += tensor.bytes;
  }
  // Text from outside (names of files and arrays) need not be UTF-8; the header must be.
  std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text.append((8 - text.size() % 8) % 8, ' ');
  std::uint8_t length[8];
  for (int i = 0; i < 8; ++i)
  {
    length[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(text.size()) >> (8 * i));
  }

  AtomicFile file(path);
  file.write(length, sizeof(length));
  file.write(text.data(), text.size());
  for (const auto* item : order)
  {
    file.write(item->second.data, item->second.bytes);
  }
  file.commit();
}
}
