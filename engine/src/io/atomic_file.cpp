#include "io/atomic_file.h"

#include "flare/error.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace flare::io
{
namespace
{
// Where a path leads when it is a symbolic link, even to a file that is not there yet.
std::string resolved(const std::string& path)
{
  fs::path target = path;
  std::error_code ignored;
  for (int links = 0; links < 40 && fs::is_symlink(target, ignored); ++links)
  {
    target = target.parent_path() / fs::read_symlink(target, ignored); // an absolute one replaces all
  }
  return target.string();
}

std::string folderOf(const std::string& path)
{
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

std::string advice(int code)
{
  switch (code)
  {
    case ENOSPC:
    case EDQUOT:
      return "Free some space or choose another disk";
    case EFBIG:
      return "Raise the limit on the size of files (ulimit -f) or choose another disk";
    case ENOENT:
    case ENOTDIR:
      return "Make the folder first, or check the path";
    case EACCES:
    case EPERM:
    case EROFS:
      return "Choose a folder that you may write to";
    case EISDIR:
      return "Name a file in it";
    case ENAMETOOLONG:
      return "Choose a shorter name";
    default:
      return "Choose another place";
  }
}

// A name beside the target that no other writer, in this process or another, uses. Long names are cut:
// the temporary one must not be refused where the final one is not.
std::string temporaryName(const std::string& target)
{
  static std::atomic<unsigned> counter{ 0 };
  const std::string name = fs::path(target).filename().string().substr(0, 100);
  return (fs::path(folderOf(target)) /
          ("." + name + "." + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp"))
    .string();
}

void flushFolder(const std::string& folder)
{
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0)
  {
    // Some file systems cannot flush a folder; the file itself is safe by then.
    ::fsync(descriptor);
    ::close(descriptor);
  }
}
}

AtomicFile::AtomicFile(const std::string& path)
  : path_(path)
  , target_(resolved(path))
{
  if (fs::path(target_).filename().empty())
  {
    fail(EISDIR);
  }
  struct stat old = {};
  const bool exists = ::stat(target_.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode))
  {
    fail(EISDIR);
  }
  if (exists && !S_ISREG(old.st_mode))
  {
    throw Error("'" + path_ + "' cannot be written: it is not an ordinary file. Choose another name.");
  }
  do
  {
    temporary_ = temporaryName(target_);
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (file_ < 0 && errno == EEXIST);
  if (file_ < 0)
  {
    const int code = errno;
    temporary_.clear();
    fail(code);
  }
  if (exists && ::fchmod(file_, old.st_mode & 07777) != 0)
  {
    fail(errno);
  }
}

AtomicFile::~AtomicFile()
{
  discard();
}

void AtomicFile::write(const void* data, std::size_t bytes)
{
  const char* position = static_cast<const char*>(data);
  while (bytes > 0)
  {
    const ssize_t written = ::write(file_, position, bytes);
    if (written < 0)
    {
      if (errno == EINTR)
      {
        continue;
      }
      fail(errno);
    }
    position += written;
    bytes -= static_cast<std::size_t>(written);
  }
}

void AtomicFile::commit()
{
  if (::fsync(file_) != 0)
  {
    fail(errno);
  }
  const int descriptor = file_;
  file_ = -1;
  if (::close(descriptor) != 0) // network file systems report a full disk only here
  {
    fail(errno);
  }
  if (::rename(temporary_.c_str(), target_.c_str()) != 0)
  {
    fail(errno);
  }
  temporary_.clear();
  flushFolder(folderOf(target_));
}

void AtomicFile::fail(int code)
{
  discard();
  std::error_code ignored;
  const bool kept = fs::is_regular_file(target_, ignored);
  throw Error("'" + path_ + "' cannot be written: " + std::strerror(code) + ". " + advice(code) +
              (kept ? "; the file that was there is unchanged." : "."));
}

void AtomicFile::discard() noexcept
{
  if (file_ >= 0)
  {
    ::close(file_);
    file_ = -1;
  }
  if (!temporary_.empty())
  {
    ::unlink(temporary_.c_str());
    temporary_.clear();
  }
}
}
