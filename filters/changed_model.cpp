#include "changed_model.h"

#include "model_cache.h"
#include "training_decision.h"

#include "flare/error.h"
#include "flare/latents.h"

#include <filesystem>

namespace flare::filters
{
namespace
{
namespace fs = std::filesystem;

constexpr const char* property = "ChangedModelFile";

std::string named(const ChangedModelPlace& place)
{
  return std::string(property) + " is '" + place.file + "', ";
}

bool isFree(const std::string& file)
{
  std::error_code gone;
  return !fs::exists(file, gone) || (fs::is_regular_file(file, gone) && fs::file_size(file, gone) == 0);
}

void requirePrunedOrGrown(const ChangedModelPlace& place)
{
  ModelInfo info;
  try
  {
    info = Model::inspect(place.file);
  }
  catch (const Error& e)
  {
    throw Error(named(place) +
                "which holds something else than a model and is left as it is. Choose another "
                "file, or remove that one: " +
                e.what());
  }
  if (!isPrunedOrGrown(info))
  {
    throw Error(named(place) +
                "which holds a model that was trained or imported, and is left as it is. Choose "
                "another file, or remove that one");
  }
}

// On the first rank, with its errors on all.
template<typename Work>
void onFirstRank(Communicator& communicator, Work&& work)
{
  onEveryRank(communicator,
    [&]
    {
      if (communicator.rank() == 0)
      {
        work();
      }
    });
}
}

std::string defaultChangedFile(const std::string& source, const std::string& how)
{
  const std::string extension = ".safetensors";
  const fs::path path(source);
  const auto name = path.extension() == extension ? path.stem() : path.filename();
  return (path.parent_path() / (name.string() + "." + how + extension)).string();
}

void requireReplaceable(const ChangedModelPlace& place, Communicator& communicator)
{
  bool free = true;
  onFirstRank(communicator,
    [&]
    {
      std::error_code notThere;
      if (fs::equivalent(place.file, place.source, notThere))
      {
        throw Error(named(place) + "the model that is changed. It is never overwritten: choose another file");
      }
      free = isFree(place.file) || fs::is_directory(place.file);
      if (!free)
      {
        requirePrunedOrGrown(place);
      }
    });
  if (communicator.broadcast(free ? "free" : "", 0) == "free")
  {
    requireWritable(property, place.file, /*makeFolder=*/false, communicator);
  }
}

bool keepChanged(const Model& model, const ChangedModelPlace& place, Communicator& communicator)
{
  bool written = false;
  onFirstRank(communicator,
    [&]
    {
      // As it is now: the cases have taken a while.
      if (!isFree(place.file))
      {
        requirePrunedOrGrown(place);
        if (Model::load(place.file) == model)
        {
          return;
        }
        if (!place.overwrite)
        {
          throw Error(named(place) +
                      "which holds a model that was pruned or grown from other weights, cases or settings. "
                      "Choose another file, or switch Overwrite on");
        }
      }
      model.save(place.file);
      written = true;
    });
  return communicator.broadcast(written ? "written" : "", 0) == "written";
}
}
