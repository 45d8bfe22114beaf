#include "io/atomic_file.h"

#include "io/expect_error.h"
#include "io/scratch_folder.h"

#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>

namespace flare::io
{
namespace
{
using test::bytesOf;
using test::writeBytes;
namespace fs = std::filesystem;

class AtomicFileTest : public test::ScratchFolder
{
};

void writeFile(const std::string& path, const std::string& content)
{
  AtomicFile file(path);
  file.write(content.data(), content.size());
  file.commit();
}

// While it lives, no file of this process may grow beyond a few bytes: what a full disk looks like.
class FileSizeLimit
{
public:
  explicit FileSizeLimit(rlim_t bytes)
  {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{ bytes, old_.rlim_max };
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit()
  {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, handler_);
  }

private:
  rlimit old_{};
  void (*handler_)(int) = nullptr;
};

TEST_F(AtomicFileTest, WritesAndReplaces)
{
  writeFile(path("a"), "first");
  EXPECT_EQ(bytesOf(path("a")), "first");
  writeFile(path("a"), "second, longer");
  EXPECT_EQ(bytesOf(path("a")), "second, longer");
  EXPECT_EQ(fileCount(), 1u);
}

TEST_F(AtomicFileTest, NothingChangesBeforeCommit)
{
  writeBytes(path("a"), "old");
  {
    AtomicFile file(path("a"));
    file.write("new", 3);
    EXPECT_EQ(bytesOf(path("a")), "old");
  }
  EXPECT_EQ(bytesOf(path("a")), "old");
  EXPECT_EQ(fileCount(), 1u);
}

TEST_F(AtomicFileTest, AFullDiskLeavesTheOldFile)
{
  writeBytes(path("a"), "old");
  {
    const FileSizeLimit limit(4096);
    const std::string content(100000, 'x');
    EXPECT_ERROR(writeFile(path("a"), content), "File too large");
    EXPECT_ERROR(writeFile(path("a"), content), "the file that was there is unchanged");
    EXPECT_ERROR(writeFile(path("b"), content), path("b"));
  }
  EXPECT_EQ(bytesOf(path("a")), "old");
  EXPECT_EQ(fileCount(), 1u);
}

TEST_F(AtomicFileTest, NamesPathReasonAndAdvice)
{
  const auto message = test::errorOf([&] { AtomicFile file(path("no/such/folder/a")); });
  EXPECT_EQ(
    message, "'" + path("no/such/folder/a") +
               "' cannot be written: No such file or directory. Make the folder first, or check the path.");
  fs::create_directory(path("folder"));
  EXPECT_ERROR(AtomicFile(path("folder")), "Is a directory");
  EXPECT_ERROR(AtomicFile(path("folder/")), "Is a directory");
  writeBytes(path("file"), "x");
  EXPECT_ERROR(AtomicFile(path("file/a")), "Not a directory");
  EXPECT_ERROR(AtomicFile(""), "cannot be written");
  EXPECT_ERROR(AtomicFile("/dev/full"), "not an ordinary file");
  if (::geteuid() != 0) // root may write everywhere
  {
    fs::permissions(path("folder"), fs::perms::owner_read | fs::perms::owner_exec);
    EXPECT_ERROR(AtomicFile(path("folder/a")), "Permission denied");
  }
}

TEST_F(AtomicFileTest, KeepsPermissionsAndLinks)
{
  writeBytes(path("a"), "old");
  fs::permissions(path("a"), fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  fs::create_symlink("a", path("link"));
  writeFile(path("link"), "new");
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(bytesOf(path("a")), "new");
  EXPECT_EQ(fs::status(path("a")).permissions(),
    fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);

  fs::create_symlink("later", path("ahead"));
  writeFile(path("ahead"), "made");
  EXPECT_EQ(bytesOf(path("later")), "made");
}

TEST_F(AtomicFileTest, TakesTheLongestNames)
{
  const std::string name(255, 'n');
  writeFile(path(name), "x");
  EXPECT_EQ(bytesOf(path(name)), "x");
  EXPECT_ERROR(writeFile(path(name + "n"), "x"), "File name too long");
  EXPECT_EQ(fileCount(), 1u);
}

TEST_F(AtomicFileTest, WritersOfOneFileDoNotMeet)
{
  AtomicFile first(path("a"));
  AtomicFile second(path("a"));
  first.write("first", 5);
  second.write("second", 6);
  first.commit();
  EXPECT_EQ(bytesOf(path("a")), "first");
  second.commit();
  EXPECT_EQ(bytesOf(path("a")), "second");
  EXPECT_EQ(fileCount(), 1u);
}
}
}
