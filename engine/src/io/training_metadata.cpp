#include "io/training_metadata.h"

#include <algorithm>
#include <limits>

namespace flare::io
{
namespace
{
using Json = nlohmann::json;

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
// Of those with spectra: filters show them as int.
constexpr double largestEpoch = std::numeric_limits<int>::max();

Json toJson(const Recipe& r)
{
  return { { "name", r.name }, { "optimizer", r.optimizer == Optimizer::Muon ? "muon" : "adamw" },
    { "epochs", r.epochs }, { "time_budget", r.timeBudget }, { "batch_size", r.batchSize },
    { "warmup", r.warmup }, { "learning_rate", r.learningRate }, { "muon_learning_rate", r.muonLearningRate },
    { "weight_decay", r.weightDecay }, { "beta1", r.beta1 }, { "beta2", r.beta2 }, { "epsilon", r.epsilon },
    { "momentum_cycle", r.momentumCycle }, { "gradient_clip", r.gradientClip }, { "ema_decay", r.emaDecay },
    { "ema_warmup", r.emaWarmup }, { "latent_doublings", r.latentDoublings }, { "channels", r.channels },
    { "blocks", r.blocks }, { "heads", r.heads }, { "latents", r.latents },
    { "encoding", io::toJson(r.encoding) } };
}

Recipe recipeFrom(const JsonObject& o)
{
  Recipe r;
  r.name = o.text("name");
  const auto optimizer = o.text("optimizer");
  if (optimizer != "muon" && optimizer != "adamw")
  {
    o.refuse("optimizer", "must be 'muon' or 'adamw', not '" + optimizer + "'");
  }
  r.optimizer = optimizer == "muon" ? Optimizer::Muon : Optimizer::AdamW;
  r.epochs = o.integer("epochs");
  r.timeBudget = o.number("time_budget");
  r.batchSize = static_cast<int>(o.integer("batch_size", 0, std::numeric_limits<int>::max()));
  r.warmup = o.number("warmup");
  r.learningRate = o.number("learning_rate");
  r.muonLearningRate = o.number("muon_learning_rate");
  r.weightDecay = o.number("weight_decay");
  r.beta1 = o.number("beta1");
  r.beta2 = o.number("beta2");
  r.epsilon = o.number("epsilon");
  r.momentumCycle = o.boolean("momentum_cycle");
  r.gradientClip = o.number("gradient_clip");
  r.emaDecay = o.number("ema_decay");
  r.emaWarmup = o.boolean("ema_warmup");
  r.latentDoublings = o.has("latent_doublings") ? static_cast<int>(o.integer("latent_doublings", 0, 20)) : 0;
  r.channels = o.integer("channels");
  r.blocks = o.integer("blocks");
  r.heads = o.integer("heads");
  r.latents = o.integer("latents");
  r.encoding = encodingFrom(o.object("encoding"));
  return r;
}

// Errors that are not known (no validation) and losses that overflowed are null.
Json toJson(const EpochRecord& e)
{
  return { { "epoch", e.epoch }, { "step", e.step }, { "loss", e.loss },
    { "validation_error", e.validationError }, { "field_errors", e.fieldErrors },
    { "learning_rate", e.learningRate }, { "seconds", e.seconds } };
}

// Whole numbers in ascending order.
std::vector<std::int64_t> epochsFrom(const JsonObject& o, const std::string& key)
{
  std::vector<std::int64_t> epochs;
  for (const double number : o.numbers(key))
  {
    const auto epoch = static_cast<std::int64_t>(std::clamp(number, -1.0, largestEpoch));
    if (!(number >= 0.0 && number <= largestEpoch) || static_cast<double>(epoch) != number ||
        (!epochs.empty() && epoch <= epochs.back()))
    {
      o.refuse(key, "must be epochs, whole numbers from 0 on in ascending order");
    }
    epochs.push_back(epoch);
  }
  return epochs;
}

EpochRecord epochFrom(const JsonObject& o)
{
  EpochRecord e;
  e.epoch = o.integer("epoch", 0, largest);
  e.step = o.integer("step", 0, largest);
  e.loss = o.numberOrUnknown("loss");
  e.validationError = o.numberOrUnknown("validation_error");
  e.fieldErrors = o.numbersOrUnknown("field_errors");
  e.learningRate = o.number("learning_rate");
  e.seconds = o.number("seconds");
  return e;
}
}

Json toJson(const InputEncoding& encoding)
{
  return { { "octaves", encoding.octaves }, { "base_frequency", encoding.baseFrequency } };
}

InputEncoding encodingFrom(const JsonObject& o)
{
  InputEncoding encoding;
  // sin(2^k x) of a float32 x carries nothing from some thirty octaves on.
  encoding.octaves = static_cast<int>(o.integer("octaves", 0, 64));
  encoding.baseFrequency = o.number("base_frequency");
  return encoding;
}

Json toJson(const TrainingRecord& t)
{
  Json history = Json::array();
  for (const auto& epoch : t.history)
  {
    history.push_back(toJson(epoch));
  }
  return { { "recipe", toJson(t.recipe) }, { "seed", t.seed }, { "device", t.device },
    { "precision", t.precision }, { "steps_done", t.stepsDone }, { "steps_planned", t.stepsPlanned },
    { "completed", t.completed }, { "stop_reason", t.stopReason }, { "data_fingerprint", t.dataFingerprint },
    { "settings_fingerprint", t.settingsFingerprint }, { "start_fingerprint", t.startFingerprint },
    { "training_cases", t.trainingCases }, { "validation_cases", t.validationCases },
    { "validation_indices", t.validationIndices }, { "history", std::move(history) }, { "notes", t.notes },
    { "norm_floors", t.normFloors }, { "mesh_fingerprint", t.meshFingerprint },
    { "latent_doublings", t.latentDoublings }, { "spectra_every", t.spectraEvery },
    { "spectra_case", t.spectraCase }, { "spectra_epochs", t.spectraEpochs } };
}

TrainingRecord trainingFrom(const JsonObject& o)
{
  TrainingRecord t;
  t.recipe = recipeFrom(o.object("recipe"));
  t.seed = o.unsignedInteger("seed");
  t.device = o.text("device");
  t.precision = o.text("precision");
  t.stepsDone = o.integer("steps_done", 0, largest);
  t.stepsPlanned = o.integer("steps_planned", 0, largest);
  t.completed = o.boolean("completed");
  t.stopReason = o.text("stop_reason");
  t.dataFingerprint = o.text("data_fingerprint");
  t.settingsFingerprint = o.text("settings_fingerprint");
  t.startFingerprint = o.has("start_fingerprint") ? o.text("start_fingerprint") : std::string();
  t.trainingCases = o.texts("training_cases");
  t.validationCases = o.texts("validation_cases");
  for (const double index : o.numbers("validation_indices"))
  {
    t.validationIndices.push_back(static_cast<std::size_t>(index));
  }
  for (const auto& epoch : o.objects("history"))
  {
    t.history.push_back(epochFrom(epoch));
  }
  t.notes = o.texts("notes");
  t.normFloors = o.numbers("norm_floors");
  t.meshFingerprint = o.text("mesh_fingerprint");
  t.latentDoublings = o.has("latent_doublings")
                        ? static_cast<int>(o.integer("latent_doublings", 0, t.recipe.latentDoublings))
                        : 0;
  if (o.has("spectra_every")) // files that were written before there were such spectra have none
  {
    t.spectraEvery = o.integer("spectra_every", 0, largest);
    t.spectraCase = o.text("spectra_case");
    t.spectraEpochs = epochsFrom(o, "spectra_epochs");
  }
  return t;
}
}
