#include "model_cache.h"

#include "parallel.h"

#include <sys/stat.h>

#include <filesystem>
#include <list>
#include <map>
#include <optional>
#include <tuple>

namespace flare::filters
{
namespace
{
// Versions of files that are kept; more than a session works with at a time.
constexpr std::size_t capacity = 8;

using PredictorKey = std::tuple<Device, Precision, vtkMultiProcessController*>;

struct Entry
{
  FileIdentity identity;
  Model model;
  std::map<PredictorKey, std::shared_ptr<SharedPredictor>> predictors;
};

struct Header
{
  FileIdentity identity;
  ModelInfo info;
};
}

bool operator==(const FileIdentity& a, const FileIdentity& b)
{
  return std::tie(a.path, a.device, a.node, a.size, a.seconds, a.nanoseconds) ==
         std::tie(b.path, b.device, b.node, b.size, b.seconds, b.nanoseconds);
}

bool operator!=(const FileIdentity& a, const FileIdentity& b)
{
  return !(a == b);
}

std::string FileIdentity::text() const
{
  return path + ":" + std::to_string(device) + ":" + std::to_string(node) + ":" + std::to_string(size) + ":" +
         std::to_string(seconds) + ":" + std::to_string(nanoseconds);
}

FileIdentity identify(const std::string& path)
{
  FileIdentity identity;
  if (path.empty())
  {
    return identity;
  }
  std::error_code ignored;
  identity.path = std::filesystem::absolute(path, ignored).lexically_normal().string();
  struct stat status = {};
  if (stat(identity.path.c_str(), &status) == 0)
  {
    identity.device = status.st_dev;
    identity.node = status.st_ino;
    identity.size = status.st_size;
    identity.seconds = status.st_mtim.tv_sec;
    identity.nanoseconds = status.st_mtim.tv_nsec;
  }
  return identity;
}

struct ModelCache::Entries
{
  std::recursive_mutex mutex;
  std::list<Entry> recent; // the latest used first
  std::list<Header> headers;
  std::size_t loads = 0;

  Entry* find(const FileIdentity& identity)
  {
    for (auto it = recent.begin(); it != recent.end(); ++it)
    {
      if (it->identity == identity)
      {
        recent.splice(recent.begin(), recent, it);
        return &recent.front();
      }
    }
    return nullptr;
  }

  void forget(const std::string& path)
  {
    recent.remove_if([&](const Entry& entry) { return entry.identity.path == path; });
    headers.remove_if([&](const Header& header) { return header.identity.path == path; });
  }

  Entry& load(const std::string& path)
  {
    if (path.empty())
    {
      throw Error("ModelFile is empty. Choose the model file that FLARETrain wrote");
    }
    const auto identity = identify(path);
    if (auto* known = find(identity))
    {
      return *known;
    }
    auto model = Model::load(identity.path);
    ++loads;
    forget(identity.path);
    recent.push_front({ identity, std::move(model), {} });
    while (recent.size() > capacity)
    {
      recent.pop_back();
    }
    return recent.front();
  }
};

ModelCache::ModelCache()
  : entries_(std::make_unique<Entries>())
{
}

ModelCache& ModelCache::instance()
{
  // Never destroyed: at the end of the process LibTorch may be gone before a static object of ours.
  static auto* cache = new ModelCache;
  return *cache;
}

Model ModelCache::model(const std::string& path, Communicator& communicator)
{
  const std::lock_guard<std::recursive_mutex> lock(entries_->mutex);
  std::optional<Model> model;
  onEveryRank(communicator, [&] { model = entries_->load(path).model; });
  // A file that is being replaced can look different to different ranks.
  const auto& record = model->info().training;
  const auto mine = record.dataFingerprint + record.settingsFingerprint + std::to_string(record.stepsDone) +
                    "/" + std::to_string(model->info().parameters);
  agree(communicator, communicator.broadcast(mine, 0) == mine
                        ? ""
                        : "'" + path + "' is not the same file on every rank. Try again");
  return *model;
}

std::shared_ptr<SharedPredictor> ModelCache::predictor(
  const std::string& path, Device device, Precision precision, vtkMultiProcessController* controller)
{
  const std::lock_guard<std::recursive_mutex> lock(entries_->mutex);
  const auto communicator = communicatorOf(controller);
  model(path, *communicator);
  std::shared_ptr<SharedPredictor> result;
  onEveryRank(*communicator,
    [&]
    {
      auto& entry = entries_->load(path);
      auto& slot = entry.predictors[{ device, precision, controller }];
      if (!slot)
      {
        slot.reset(new SharedPredictor{ {}, Predictor(entry.model, device, precision, communicator) });
      }
      result = slot;
    });
  return result;
}

ModelInfo ModelCache::information(const std::string& path)
{
  const std::lock_guard<std::recursive_mutex> lock(entries_->mutex);
  const auto identity = identify(path);
  if (auto* known = entries_->find(identity))
  {
    return known->model.info();
  }
  for (const auto& header : entries_->headers)
  {
    if (header.identity == identity)
    {
      return header.info;
    }
  }
  entries_->headers.push_front({ identity, Model::inspect(identity.path) });
  while (entries_->headers.size() > capacity)
  {
    entries_->headers.pop_back();
  }
  return entries_->headers.front().info;
}

void ModelCache::forget(const std::string& path)
{
  const std::lock_guard<std::recursive_mutex> lock(entries_->mutex);
  entries_->forget(identify(path).path);
}

std::size_t ModelCache::loads() const
{
  const std::lock_guard<std::recursive_mutex> lock(entries_->mutex);
  return entries_->loads;
}
}
