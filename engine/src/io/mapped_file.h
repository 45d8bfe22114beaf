#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace flare::io
{
// A file's bytes, mapped read-only. The mapping survives the replacement of the file by rename, which is
// how all files of the project are written.
class MappedFile
{
public:
  // Throws Error naming the path and the reason: missing, no permission, a folder or a device, empty.
  static std::shared_ptr<const MappedFile> open(const std::string& path);

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::byte* data() const { return data_; }
  std::uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }

private:
  MappedFile(std::string path, const std::byte* data, std::uint64_t size);

  std::string path_;
  const std::byte* data_;
  std::uint64_t size_;
};
}
