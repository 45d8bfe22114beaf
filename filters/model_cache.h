#pragma once

#include "flare/communicator.h"
#include "flare/device.h"
#include "flare/model.h"
#include "flare/predictor.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

class vtkMultiProcessController;

namespace flare::filters
{
// What tells one version of a file from another. A missing file has size -1.
struct FileIdentity
{
  std::string path; // absolute
  std::uint64_t device = 0;
  std::uint64_t node = 0;
  std::int64_t size = -1;
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;

  bool exists() const { return size >= 0; }
  std::string text() const;
};
bool operator==(const FileIdentity& a, const FileIdentity& b);
bool operator!=(const FileIdentity& a, const FileIdentity& b);

// Relative paths are taken from the process's working folder.
FileIdentity identify(const std::string& path);

// A predictor that several filters use, one at a time.
struct SharedPredictor
{
  std::mutex mutex;
  Predictor predictor;
};

// The models of this process: each version of a file is read once, and its network is set up once per
// device and precision. All functions are collective where there are several ranks, and throw Error on all.
class ModelCache
{
public:
  static ModelCache& instance();

  Model model(const std::string& path, Communicator& communicator);
  std::shared_ptr<SharedPredictor> predictor(
    const std::string& path, Device device, Precision precision, vtkMultiProcessController* controller);

  // What a file says, without its tensors, on this rank alone.
  ModelInfo information(const std::string& path);

  // Forgets a file, so that it is read again.
  void forget(const std::string& path);

  // How many files were read since the process began.
  std::size_t loads() const;

private:
  ModelCache();
  struct Entries;
  std::unique_ptr<Entries> entries_;
};
}
