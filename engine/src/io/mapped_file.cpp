#include "io/mapped_file.h"

#include "flare/error.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flare::io
{
namespace
{
[[noreturn]] void refuse(const std::string& path, int code)
{
  std::string advice;
  if (code == ENOENT || code == ENOTDIR)
  {
    advice = " Check the path.";
  }
  else if (code == EACCES || code == EPERM)
  {
    advice = " Give yourself permission to read it.";
  }
  throw Error("'" + path + "' cannot be read: " + std::strerror(code) + "." + advice);
}

// Closes the descriptor on every way out; the mapping does not need it.
struct Descriptor
{
  int value;
  ~Descriptor()
  {
    if (value >= 0)
    {
      ::close(value);
    }
  }
};
}

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path)
{
  // Without O_NONBLOCK a named pipe would wait for a writer.
  const Descriptor file{ ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK) };
  if (file.value < 0)
  {
    refuse(path, errno);
  }
  struct stat status = {};
  if (::fstat(file.value, &status) != 0)
  {
    refuse(path, errno);
  }
  if (S_ISDIR(status.st_mode))
  {
    throw Error("'" + path + "' is a folder. Name a file in it.");
  }
  if (!S_ISREG(status.st_mode))
  {
    throw Error("'" + path + "' is not an ordinary file.");
  }
  if (status.st_size == 0)
  {
    throw Error("'" + path + "' is empty. Whatever wrote it was interrupted: write it again.");
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value, 0);
  if (data == MAP_FAILED)
  {
    refuse(path, errno);
  }
  return std::shared_ptr<const MappedFile>(new MappedFile(path, static_cast<const std::byte*>(data), size));
}

MappedFile::MappedFile(std::string path, const std::byte* data, std::uint64_t size)
  : path_(std::move(path))
  , data_(data)
  , size_(size)
{
}

MappedFile::~MappedFile()
{
  ::munmap(const_cast<std::byte*>(data_), size_);
}
}
