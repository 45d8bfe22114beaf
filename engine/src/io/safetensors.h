#pragma once

#include "io/mapped_file.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flare::io
{
// The number types of the safetensors format that the project reads, by the format's own names.
enum class DType
{
  Bool,
  U8,
  I8,
  I16,
  U16,
  F16,
  BF16,
  I32,
  U32,
  F32,
  I64,
  U64,
  F64
};
int sizeOf(DType type);
const char* nameOf(DType type);
std::optional<DType> dtypeNamed(const std::string& name);

// One tensor of a file, where it lies in the mapping: row-major, little-endian, aligned to its type.
struct TensorView
{
  DType type = DType::F32;
  std::vector<std::int64_t> shape;
  const void* data = nullptr;
  std::uint64_t bytes = 0;
};

// A safetensors file, memory-mapped. Opening reads and checks the header only: its length against the
// file's size before anything is allocated; every name once; every tensor's type, shape, offsets, size and
// alignment; no overlap, no gap, no byte left over. Throws Error with the path and the reason.
class SafetensorsFile
{
public:
  static SafetensorsFile open(const std::string& path);

  const std::string& path() const { return file_->path(); }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::map<std::string, TensorView>& tensors() const { return tensors_; }
  // Keeps the mapping alive.
  std::shared_ptr<const void> owner() const { return file_; }

private:
  std::shared_ptr<const MappedFile> file_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, TensorView> tensors_;
};

// Writes tensors, from memory that the views point to, one after the other; widest types first, as the
// format's own writer does, so that all are aligned. Nothing is copied. The file is replaced as a whole
// (AtomicFile).
void writeSafetensors(const std::string& path, const std::map<std::string, std::string>& metadata,
  const std::map<std::string, TensorView>& tensors);
}
