#include "data/report/description.h"
#include "data/report/words.h"
#include "nn/state_shapes.h"

#include <cmath>
#include <unistd.h>

namespace flare::report
{
namespace
{
std::string networkText(const Architecture& a)
{
  return counted(nn::parameterCount(nn::expectedState(a)), "weight") + ": " + counted(a.blocks, "block") +
         ", " + counted(a.channels, "channel") + ", " + counted(a.heads, "head") + ", " +
         (a.blockLatents.empty() ? counted(a.latents, "latent") : a.latentsText() + " latents") + "; " +
         counted(a.inputs, "channel") + " in, " + count(a.outputs) + " out";
}

std::string timeText(const Recipe& recipe, const MeasuredCost& cost, const Workload& workload)
{
  const auto epochs = counted(recipe.epochs, "epoch");
  if (std::isnan(cost.secondsPerPoint))
  {
    return epochs + ", whose time could not be measured" + (cost.problem.empty() ? "" : ": " + cost.problem);
  }
  return "about " + duration(secondsOfEpochs(recipe.epochs, cost.secondsPerPoint, workload)) + " for " +
         epochs + ", as a few steps were timed";
}

double physicalMemory()
{
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
}

void describeMemory(
  double needed, Device device, const std::string& where, Entries& entries, Entries& warnings)
{
  addInfo(entries, "memory",
    "about " + bytes(needed) + " on " + where + ", besides the data and the program itself");
  if (device == Device::Cpu && needed > physicalMemory())
  {
    addWarning(warnings, "memory",
      "the training needs about " + bytes(needed) + ", but this machine has " + bytes(physicalMemory()),
      "Choose a smaller batch or network, or coarser meshes");
  }
}
}

bool describeTraining(const DataSet& data, const TrainingOptions& options, const Settings& settings,
  const Summary& summary, Watch& watch, Entries& entries, Entries& warnings)
{
  if (!settings.architecture)
  {
    return true;
  }
  addInfo(entries, "network", networkText(*settings.architecture));
  if (!settings.split || !settings.budget || !settings.device)
  {
    return true;
  }
  auto& communicator = *data.communicator();
  const auto device = resolveDevice(options.device);
  const auto where =
    communicator.broadcast(describeDevice(device), 0) +
    (communicator.size() > 1 ? ", in each of " + std::to_string(communicator.size()) + " processes" : "");
  const auto workload = workloadOf(summary, options.recipe.batchSize);
  if (options.recipe.timeBudget > 0.0)
  {
    addInfo(entries, "training time",
      duration(options.recipe.timeBudget) + " on " + where + ", the recipe's budget");
  }
  else if (!hasErrors(entries)) // of which a few steps would stop, too
  {
    const auto cost = measureStep(data, options, summary, watch);
    if (watch.stoppedAnywhere())
    {
      return false;
    }
    addInfo(entries, "training time", timeText(options.recipe, cost, workload) + " on " + where);
  }
  const double tensors = tensorBytes(*settings.architecture, options, device, workload);
  describeMemory(residentBytes(tensors, device), device, where, entries, warnings);
  return true;
}
}
