#include "train/training_run.h"

#include "device.h"
#include "flare/error.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

namespace flare::train
{
namespace
{
constexpr std::int64_t goodStateInterval = 50; // steps
constexpr int mostHalvings = 3;

TrainingState firstState(
  nn::FlareModel& network, const ParameterLayout& layout, CaseOrder order, std::uint64_t seed)
{
  nn::initialise(network, at::make_generator<at::CPUGeneratorImpl>(seed));
  return TrainingState::initial(layout, layout.flatten(network), std::move(order));
}

std::string caseNames(const DataSet& data, const std::vector<std::size_t>& cases)
{
  std::string names;
  for (const auto index : cases)
  {
    names += (names.empty() ? "'" : ", '") + data[index].name + "'";
  }
  return names;
}
}

TrainingRun::TrainingRun(DataSet data, TrainingOptions options)
  : TrainingRun(data, options, prepare(data, options))
{
}

TrainingRun::TrainingRun(DataSet data, TrainingOptions options, Setup setup)
  : data_(std::move(data))
  , options_(std::move(options))
  , info_(std::move(setup.info))
  , split_(std::move(setup.split))
  , meanField_(std::move(setup.meanField))
  , averagedNetwork_(makeNetwork())
  , layout_(averagedNetwork_, options_.recipe.optimizer)
  , store_(data_, info_, torchDevice(resolveDevice(options_.device)), torchType(options_.precision))
  , error_(data_, split_.training, info_.normalisation.targets)
  , state_(firstState(averagedNetwork_, layout_, CaseOrder(split_.training, options_.seed), options_.seed))
  , pass_(layout_, state_.weights, [this] { return makeNetwork(); })
{
  gradient_ = torch::zeros_like(state_.weights);
  layout_.bind(averagedNetwork_, state_.averaged, {});
  averagedNetwork_->eval();

  if (options_.start)
  {
    setWeights(options_.start->weights());
  }
  auto& record = info_.training;
  record.device = resolveDevice(options_.device) == Device::Cuda ? "CUDA" : "CPU";
  record.precision = name(options_.precision);
  record.stopReason = "interrupted";
  record.normFloors = error_.floors();
  record.notes.insert(record.notes.end(), error_.nearZero().begin(), error_.nearZero().end());
  rule_.recipe = options_.recipe;
  if (!(options_.recipe.timeBudget > 0.0))
  {
    plan(options_.recipe.epochs * stepsPerEpoch(split_.training.size(), options_.recipe.batchSize));
  }
}

nn::FlareModel TrainingRun::makeNetwork() const
{
  const auto device = resolveDevice(options_.device);
  nn::FlareModel network(info_.architecture);
  network->to(torchDevice(device), torchType(options_.precision));
  network->setNarrowBlocks(options_.precision == Precision::BFloat16);
  return network;
}

void TrainingRun::plan(std::int64_t steps)
{
  rule_.stepsPlanned = planned_ = info_.training.stepsPlanned = steps;
}

bool TrainingRun::onAnyRank(bool value) const
{
  std::int64_t count = value ? 1 : 0;
  communicator().sum(&count, 1);
  return count > 0;
}

void TrainingRun::tick()
{
  const double time = clockSeconds();
  seconds_ += time - lastTick_;
  lastTick_ = time;
}

double TrainingRun::forwardBackward(const std::vector<std::size_t>& cases)
{
  const auto batch = store_.batch(cases);
  const auto result = error_.lossAndGradient(pass_.forward(batch), batch);
  if (!std::isfinite(result.loss))
  {
    return result.loss;
  }
  gradient_ = pass_.backward(result.gradient);
  if (communicator().size() > 1)
  {
    auto host = gradient_.to(torch::kCPU);
    host.scalar_type() == torch::kFloat64 ? communicator().sum(host.data_ptr<double>(), host.numel())
                                          : communicator().sum(host.data_ptr<float>(), host.numel());
    gradient_.copy_(host);
  }
  return result.loss;
}

double TrainingRun::step()
{
  if (finished())
  {
    throw Error("the training run is complete: there is no step left");
  }
  lastTick_ = clockSeconds();
  if (state_.step == 0)
  {
    storeSpectra(0);
  }
  if (planned_ == 0)
  {
    planFromTime();
  }
  growIfDue();
  if (!good_)
  {
    good_ = std::make_unique<TrainingState>(state_.clone());
  }
  double loss = 0.0;
  while (!attempt(loss))
  {
  }
  info_.training.stepsDone = state_.step;
  epochEnded_ = state_.order.epochEnded() || finished();
  if (finished())
  {
    growIfDue(); // a run of very few steps
    info_.training.completed = true;
    info_.training.stopReason.clear();
  }
  if (epochEnded_)
  {
    endEpoch();
  }
  tick();
  return loss;
}

bool TrainingRun::attempt(double& loss)
{
  const auto orderBefore = state_.order;
  const auto cases = state_.order.next(options_.recipe.batchSize);
  loss = forwardBackward(cases);
  if (hook_)
  {
    hook_(state_.step, loss, gradient_);
  }
  const double size = std::isfinite(loss) ? twoNorm(gradient_) : 0.0;
  if (onAnyRank(!std::isfinite(loss) || !std::isfinite(size)))
  {
    rollBack(std::isfinite(loss) ? "the gradient" : "the loss", cases);
    return false;
  }
  // Loss and gradient being finite, the state that they belong to is a good one.
  if (state_.step % goodStateInterval == 0 && good_->step != state_.step)
  {
    good_->assign(state_);
    good_->order = orderBefore;
  }
  update(state_, gradient_, size, layout_, rule_);
  if (onAnyRank(!std::isfinite(twoNorm(state_.weights))))
  {
    rollBack("a weight", cases);
    return false;
  }
  state_.lossSum += loss;
  ++state_.lossSteps;
  return true;
}

void TrainingRun::rollBack(const std::string& what, const std::vector<std::size_t>& cases)
{
  const auto where = "step " + std::to_string(state_.step + 1) + " (epoch " +
                     std::to_string(state_.order.epoch()) + ", cases " + caseNames(data_, cases) + ")";
  state_.assign(*good_);
  auto& record = info_.training;
  record.stepsDone = state_.step;
  record.history.resize(static_cast<std::size_t>(state_.epochs));
  spectra_.forgetAfter(record.history.empty() ? 0 : record.history.back().epoch, record);
  if (halvings_ == mostHalvings)
  {
    failed_ = true;
    record.stopReason =
      "training diverged at " + where + ": " + what +
      " is NaN or infinite, and halving the "
      "learning rates three times did not help. Train with lower learning rates, and look at these cases for "
      "values far from all others";
    throw Error(record.stopReason);
  }
  ++halvings_;
  rule_.rateFactor *= 0.5;
  record.notes.push_back("at " + where + " " + what + " was NaN or infinite: training went back to step " +
                         std::to_string(state_.step) + " and halved its learning rates");
}

Model TrainingRun::model() const
{
  auto impl = std::make_shared<Model::Impl>();
  impl->info = info_;
  impl->state = layout_.state(state_.averaged);
  impl->meanField = meanField_;
  impl->spectra = spectra_.tensor();
  return Model(impl);
}

std::map<std::string, std::vector<double>> TrainingRun::weights() const
{
  std::map<std::string, std::vector<double>> result;
  for (const auto& [name, tensor] : layout_.state(state_.weights))
  {
    const auto wide = tensor.to(torch::kFloat64).contiguous();
    result[name].assign(wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel());
  }
  return result;
}

void TrainingRun::setWeights(const std::map<std::string, std::vector<double>>& weights)
{
  if (state_.step != 0)
  {
    throw Error(
      "weights can be set before the first step only; this run has made " + std::to_string(state_.step));
  }
  State state;
  for (const auto& entry : layout_.entries())
  {
    const auto found = weights.find(entry.name);
    if (found == weights.end() || found->second.size() != static_cast<std::size_t>(entry.size))
    {
      throw Error(
        "the weights '" + entry.name + "' must be " + std::to_string(entry.size) + " numbers" +
        (found == weights.end() ? ", but are missing" : ", but are " + std::to_string(found->second.size())));
    }
    state[entry.name] = torch::tensor(found->second, torch::kFloat64).view(entry.shape);
  }
  for (const auto& [name, values] : weights)
  {
    if (state.count(name) == 0)
    {
      throw Error("this network has no weights called '" + name + "'");
    }
  }
  layout_.load(state, state_.weights);
  layout_.load(state, state_.averaged);
  good_.reset();
}
}
