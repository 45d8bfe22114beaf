#include "training_decision.h"

#include "model_cache.h"
#include "parallel.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace flare::filters
{
namespace
{
namespace fs = std::filesystem;
using Action = TrainingDecision::Action;

ModelInfo informationOf(const std::string& path, Communicator& communicator)
{
  ModelInfo info;
  onEveryRank(communicator, [&] { info = ModelCache::instance().information(path); });
  return info;
}

bool existsOnFirstRank(const std::string& path, Communicator& communicator)
{
  return communicator.broadcast(identify(path).exists() ? "yes" : "no", 0) == "yes";
}

std::string list(const std::vector<std::string>& sentences)
{
  std::string text;
  for (const auto& sentence : sentences)
  {
    text += "\n  " + sentence;
  }
  return text;
}

[[noreturn]] void refuse(const TrainingRequest& request, const std::string& path, const char* what,
  const std::vector<std::string>& differing)
{
  const char* advice =
    request.neverTrain    ? "switch NeverTrain off and set IfModelExists to Overwrite to train anew"
    : request.overwritten ? "move that file away: this filter has overwritten it once already"
                          : "set IfModelExists to Overwrite to train anew";
  throw Error(std::string(what) + " '" + path + "' belongs to other data or settings:" + list(differing) +
              "\nChoose another ModelFile, or " + advice);
}

// Overwriting replaces models; whatever else is there was not meant.
void requireModel(const TrainingRequest& request, Communicator& communicator)
{
  try
  {
    onEveryRank(communicator,
      [&]
      {
        std::error_code gone;
        if (!fs::is_empty(request.modelFile, gone))
        {
          ModelCache::instance().information(request.modelFile);
        }
      });
  }
  catch (const Error& e)
  {
    throw Error(
      std::string(
        "IfModelExists is Overwrite, but ModelFile is no model that can be read, and is left as it is. "
        "Choose another ModelFile, or remove that file: ") +
      e.what());
  }
}

// A result of the same data and settings, which is read as it is.
TrainingDecision read(const std::string& path, const ModelInfo& info)
{
  TrainingDecision decision{ Action::Read, path, {} };
  if (!info.training.completed)
  {
    decision.warning = "'" + path + "' is the result of a run that did not complete (" +
                       std::to_string(info.training.stepsDone) + " of " +
                       std::to_string(info.training.stepsPlanned) +
                       " steps). It is used as it is; set IfModelExists to Resume to continue the run";
  }
  return decision;
}

TrainingDecision readIfSame(const TrainingRequest& request, const std::string& path, const char* what,
  const DataSet& data, const TrainingOptions& options)
{
  const auto info = informationOf(path, *data.communicator());
  const auto differing = differences(info, data, options);
  if (!differing.empty())
  {
    refuse(request, path, what, differing);
  }
  return read(path, info);
}

TrainingDecision decideResume(const TrainingRequest& request, bool modelThere, bool checkpointThere,
  const DataSet& data, const TrainingOptions& options)
{
  if (modelThere)
  {
    const auto info = informationOf(request.modelFile, *data.communicator());
    const auto differing = differences(info, data, options);
    if (differing.empty() && (info.training.completed || request.neverTrain))
    {
      return read(request.modelFile, info);
    }
    if (!checkpointThere && differing.empty())
    {
      throw Error("the run of '" + request.modelFile + "' was stopped, but its checkpoint '" +
                  request.checkpoint +
                  "' is gone, so it cannot be continued. Set IfModelExists to Reuse to take the model as it "
                  "is, or to Overwrite to train anew");
    }
    if (!checkpointThere)
    {
      refuse(request, request.modelFile, "the model file", differing);
    }
  }
  if (checkpointThere)
  {
    return request.neverTrain ? readIfSame(request, request.checkpoint, "the checkpoint", data, options)
                              : TrainingDecision{ Action::Resume, request.checkpoint, {} };
  }
  return { Action::Train, {}, {} };
}
}

TrainingDecision decide(const TrainingRequest& request, const DataSet& data, const TrainingOptions& options)
{
  auto& communicator = *data.communicator();
  const bool modelThere = existsOnFirstRank(request.modelFile, communicator);
  const bool checkpointThere = existsOnFirstRank(request.checkpoint, communicator);
  TrainingDecision decision{ Action::Train, {}, {} };
  if (request.ifExists == IfModelExists::Resume)
  {
    decision = decideResume(request, modelThere, checkpointThere, data, options);
  }
  else if (request.ifExists == IfModelExists::Overwrite && !request.neverTrain)
  {
    if (modelThere && request.writtenHere)
    {
      const auto info = informationOf(request.modelFile, communicator);
      decision = differences(info, data, options).empty() ? read(request.modelFile, info) : decision;
    }
    else if (modelThere && request.overwritten)
    {
      decision = readIfSame(request, request.modelFile, "the model file", data, options);
    }
    else if (modelThere)
    {
      requireModel(request, communicator);
    }
  }
  else if (modelThere)
  {
    decision = readIfSame(request, request.modelFile, "the model file", data, options);
  }
  else if (checkpointThere)
  {
    decision = readIfSame(request, request.checkpoint, "the checkpoint", data, options);
  }
  if (decision.action != Action::Read && request.neverTrain)
  {
    throw Error("there is no model '" + request.modelFile +
                "', and NeverTrain is on. Switch it off to train, or choose the file of a trained model");
  }
  return decision;
}

void requireWritable(
  const char* property, const std::string& path, bool makeFolder, Communicator& communicator)
{
  onEveryRank(communicator,
    [&]
    {
      if (communicator.rank() != 0)
      {
        return;
      }
      const auto named = std::string(property) + " is '";
      const fs::path file(path);
      const auto folder = file.parent_path();
      if (makeFolder)
      {
        std::error_code ignored; // the next question finds out
        fs::create_directories(folder, ignored);
      }
      if (!fs::is_directory(folder))
      {
        throw Error(named + path + "', but the folder '" + folder.string() +
                    "' does not exist. Create it, or choose "
                    "another file");
      }
      if (fs::is_directory(file))
      {
        throw Error(named + path + "', which is a folder. Name a file in it");
      }
      auto probe = folder.string() + "/.flare-XXXXXX";
      const int descriptor = mkstemp(probe.data());
      if (descriptor < 0)
      {
        throw Error(named + path + "', but nothing can be written to '" + folder.string() + "' (" +
                    std::strerror(errno) + "). Choose another folder, or change its permissions");
      }
      close(descriptor);
      unlink(probe.c_str());
    });
}

std::string defaultModelFile(const std::string& inputFile)
{
  std::error_code ignored;
  const fs::path input = fs::absolute(inputFile, ignored);
  const auto name =
    (inputFile.empty() ? std::string("model") : input.filename().string()) + ".flare.safetensors";
  if (!inputFile.empty() && access(input.parent_path().c_str(), W_OK) == 0)
  {
    return (input.parent_path() / name).string();
  }
  const char* data = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  const fs::path base = data && *data ? fs::path(data) : fs::path(home ? home : "/tmp") / ".local" / "share";
  return (base / "ParaFLARE" / name).string();
}
}
