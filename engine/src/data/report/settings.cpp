#include "data/report/settings.h"

#include "device.h"
#include "flare/recipe.h"
#include "io/atomic_file.h"
#include "nn/state_shapes.h"
#include "train/setup.h"

#include <cctype>

namespace flare::report
{
namespace
{
template<typename Check>
bool passes(Entries& entries, const std::string& subject, const std::string& remedy, const Check& check)
{
  try
  {
    check();
    return true;
  }
  catch (const Error& error)
  {
    addError(entries, subject, error, remedy);
    return false;
  }
}

std::string presets()
{
  std::string text;
  const auto names = Recipe::names();
  for (std::size_t i = 0; i < names.size(); ++i)
  {
    text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  }
  return text;
}

bool optionsPass(const DataSet& data, const TrainingOptions& options, Entries& entries)
{
  const auto* subject = data.size() == 0                   ? "cases"
                        : data.signature().targets.empty() ? "targets"
                                                           : "settings";
  const auto remedy = data.size() == 0 ? std::string("Read results of several simulations, or of several "
                                                     "steps of time")
                      : data.signature().targets.empty()
                        ? std::string("Choose a target array")
                        : "Correct this setting, or choose the recipe " + presets();
  return passes(entries, subject, remedy, [&] { train::checkOptions(data, options); });
}
}

void addError(
  Entries& entries, const std::string& subject, const Error& error, const std::string& usualRemedy)
{
  const std::string words = error.what();
  auto end = words.rfind(". ");
  while (end != std::string::npos && end > 0 &&
         !(end + 2 < words.size() && std::isupper(static_cast<unsigned char>(words[end + 2]))))
  {
    end = words.rfind(". ", end - 1);
  }
  const bool two = end != std::string::npos && end > 0;
  addError(
    entries, subject, words.substr(0, two ? end : words.size()), two ? words.substr(end + 2) : usualRemedy);
}

Settings checkSettings(const DataSet& data, const TrainingOptions& options, Entries& entries)
{
  auto& communicator = *data.communicator();
  Settings settings;
  settings.budget = optionsPass(data, options, entries);
  settings.device = passes(entries, "device", "Choose another device or precision",
    [&] {
      onEveryRank(communicator, [&] { requirePrecision(resolveDevice(options.device), options.precision); });
    });
  if (data.size() > 0)
  {
    passes(entries, "validation", "Correct this setting, or leave it at 0.1",
      [&] { settings.split = train::splitOf(data, options); });
  }
  if (!data.signature().targets.empty())
  {
    passes(entries, "network", "Correct this size, or choose the recipe " + presets(),
      [&]
      {
        const auto architecture = train::architectureFor(data.signature(), options);
        nn::expectedState(architecture);
        settings.architecture = architecture;
      });
  }
  if (!options.checkpointPath.empty())
  {
    // As Trainer does: a file that cannot be written is better found before.
    passes(entries, "checkpoint", "Choose another file",
      [&]
      {
        onEveryRank(communicator,
          [&]
          {
            if (communicator.rank() == 0)
            {
              io::AtomicFile probe(options.checkpointPath);
            }
          });
      });
  }
  return settings;
}

void checkRoles(const Signature& signature, Entries& entries)
{
  for (const auto& target : signature.targets)
  {
    for (const auto& input : signature.inputs)
    {
      // An averaged input lives on the other association.
      if (input.name == target.name && !input.averaged)
      {
        addError(entries, "target " + target.name,
          "'" + target.name + "' is an input and a target: the network would be handed the answer",
          "Choose it as one of the two");
      }
    }
  }
}

void checkTargets(const DataSet& data, const Summary& summary, Entries& entries)
{
  for (const auto& sentence : train::constantTargets(data.signature(), summary.targetScaling))
  {
    addError(entries, "targets", Error(sentence), "Choose another target array");
  }
}
}
