#include "flare/error.h"
#include "io/model_file.h"
#include "train/training_run.h"

#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>

namespace flare::train
{
namespace
{
using nlohmann::json;

// The counters of a state as JSON, and its tensors as entries of a file under names with a prefix. The
// weights and their averages are in the file by their own names for the present state, and flat for the last
// good one.
json counters(const TrainingState& state)
{
  return { { "step", state.step }, { "order", state.order.save() }, { "lossSum", state.lossSum },
    { "lossSteps", state.lossSteps }, { "epochs", state.epochs } };
}

void setCounters(TrainingState& state, const json& values)
{
  values.at("step").get_to(state.step);
  values.at("lossSum").get_to(state.lossSum);
  values.at("lossSteps").get_to(state.lossSteps);
  values.at("epochs").get_to(state.epochs);
  state.order.restore(values.at("order").get<std::string>());
}

using NamedTensor = std::pair<const char*, torch::Tensor TrainingState::*>;
constexpr std::array<NamedTensor, 3> moments = { { { "first", &TrainingState::first },
  { "second", &TrainingState::second }, { "momentum", &TrainingState::momentum } } };
constexpr std::array<NamedTensor, 2> weightTensors = { { { "weights", &TrainingState::weights },
  { "averaged", &TrainingState::averaged } } };

const char* const ofPresent = "optimiser.";
const char* const ofGood = "rollback.";

template<std::size_t Size>
void put(State& file, const std::string& prefix, const TrainingState& state,
  const std::array<NamedTensor, Size>& tensors)
{
  for (const auto& [name, member] : tensors)
  {
    file[prefix + name] = state.*member;
  }
}

template<std::size_t Size>
void takeTensors(const State& file, const std::string& prefix, TrainingState& state,
  const std::array<NamedTensor, Size>& tensors)
{
  torch::NoGradGuard guard;
  for (const auto& [name, member] : tensors)
  {
    const auto found = file.find(prefix + name);
    if (found == file.end() || found->second.sizes() != (state.*member).sizes())
    {
      throw Error("the tensor '" + prefix + name + "' is missing or of another size");
    }
    (state.*member).copy_(found->second);
  }
}

std::string joined(const std::vector<std::string>& sentences)
{
  std::string text;
  for (const auto& sentence : sentences)
  {
    text += (text.empty() ? "" : "; ") + sentence;
  }
  return text;
}

// A run has not done more than was planned, except where nothing is planned yet.
void requirePossible(
  const TrainingState& state, const TrainingState* good, std::int64_t planned, const TrainingRecord& record)
{
  const auto epochs = static_cast<std::int64_t>(record.history.size());
  const bool goodFits = good == nullptr || (good->step >= 0 && good->step <= state.step &&
                                             good->epochs >= 0 && good->epochs <= epochs);
  if (state.step < 0 || state.step > planned || state.epochs != epochs || !goodFits)
  {
    throw Error("its numbers of steps and epochs do not fit each other");
  }
}

State averagedWeights(const State& file)
{
  const std::string prefix = "ema.";
  State result;
  for (const auto& [name, tensor] : file)
  {
    if (name.rfind(prefix, 0) == 0)
    {
      result[name.substr(prefix.size())] = tensor;
    }
  }
  return result;
}
}

void TrainingRun::save(const std::string& path) const
{
  std::string problem;
  if (communicator().rank() == 0)
  {
    io::ModelFile file;
    file.info = info_;
    file.state = layout_.state(state_.weights);
    file.meanField = meanField_;
    file.spectra = spectra_.tensor();
    for (const auto& [name, tensor] : layout_.state(state_.averaged))
    {
      file.extra["ema." + name] = tensor;
    }
    put(file.extra, ofPresent, state_, moments);
    json text = { { "state", counters(state_) }, { "planned", planned_ }, { "halvings", halvings_ },
      { "seconds", seconds_ }, { "validationSeconds", validationSeconds_ },
      { "lastValidation", lastValidation_ }, { "threads", at::get_num_threads() } };
    if (good_)
    {
      text["good"] = counters(*good_);
      put(file.extra, ofGood, *good_, moments);
      put(file.extra, ofGood, *good_, weightTensors);
    }
    file.checkpoint = text.dump();
    try
    {
      io::writeModelFile(path, file);
    }
    catch (const std::exception& error)
    {
      problem = error.what();
    }
  }
  agree(communicator(), problem);
}

void TrainingRun::restore(const std::string& path)
{
  onEveryRank(communicator(), [&] { load(path); });
}

void TrainingRun::load(const std::string& path)
{
  const auto file = io::readModelFile(path);
  if (file.checkpoint.empty())
  {
    throw Error("'" + path +
                "' is a finished model, not a checkpoint: there is no run to continue. Overwrite it "
                "to train anew");
  }
  const auto differing = differences(file.info, data_, options_);
  if (!differing.empty())
  {
    throw Error("the checkpoint '" + path + "' belongs to another run (" + joined(differing) +
                "). Continue with the same data and settings, or overwrite it to train anew");
  }
  try
  {
    take(file);
  }
  catch (const json::exception&)
  {
    throw Error("the checkpoint '" + path +
                "' is damaged: its description of the run cannot be read. Overwrite "
                "it to train anew");
  }
  catch (const Error& error)
  {
    throw Error(
      "the checkpoint '" + path + "' is damaged (" + error.what() + "). Overwrite it to train anew");
  }
}

void TrainingRun::take(const io::ModelFile& file)
{
  const auto text = json::parse(file.checkpoint);
  while (info_.training.latentDoublings < file.info.training.latentDoublings)
  {
    grow();
  }
  layout_.load(file.state, state_.weights);
  layout_.load(averagedWeights(file.extra), state_.averaged);
  takeTensors(file.extra, ofPresent, state_, moments);
  setCounters(state_, text.at("state"));
  good_.reset();
  if (text.contains("good"))
  {
    good_ = std::make_unique<TrainingState>(state_.clone());
    takeTensors(file.extra, ofGood, *good_, moments);
    takeTensors(file.extra, ofGood, *good_, weightTensors);
    setCounters(*good_, text.at("good"));
  }
  const auto planned = text.at("planned").get<std::int64_t>();
  requirePossible(state_, good_.get(), planned, file.info.training);
  text.at("halvings").get_to(halvings_);
  text.at("seconds").get_to(seconds_);
  text.at("validationSeconds").get_to(validationSeconds_);
  text.at("lastValidation").get_to(lastValidation_);
  rule_.rateFactor = std::ldexp(1.0, -halvings_);

  spectra_ = SpectraHistory(file.spectra);
  auto record = file.info.training;
  if (record.device != info_.training.device || text.at("threads") != at::get_num_threads())
  {
    record.notes.push_back("resumed at step " + std::to_string(state_.step) + " on " + info_.training.device +
                           " with " + std::to_string(at::get_num_threads()) + " threads, begun on " +
                           record.device + " with " + std::to_string(text.at("threads").get<int>()) +
                           ": rounding may differ from that of an unbroken run");
    record.device = info_.training.device;
  }
  info_.training = record;
  plan(planned);
}
}
