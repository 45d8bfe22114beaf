#pragma once

#include <cstddef>
#include <string>

namespace flare::io
{
// Writes a file so that its path holds, whatever happens, either what was there before or the whole new
// content: beside it under a temporary name, flushed to the disk, renamed, and the folder flushed. A
// symbolic link keeps pointing where it points; an existing file's permissions are kept. Every failure
// throws Error with the path, the system's reason and what to do, and leaves no temporary file.
class AtomicFile
{
public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile(); // without commit(): removes the temporary file
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t bytes);
  void commit();

private:
  [[noreturn]] void fail(int code);
  void discard() noexcept;

  std::string path_;      // as the user gave it, for messages
  std::string target_;    // links resolved
  std::string temporary_; // empty once it is gone
  int file_ = -1;
};
}
