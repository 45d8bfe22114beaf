#include "train/training_run.h"

#include "device.h"
#include "flare/error.h"
#include "flare/spectrum.h"
#include "nn/state_shapes.h"
#include "train/growth.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

namespace flare::train
{
namespace
{
constexpr std::int64_t goodStateInterval = 50; // steps
constexpr int mostHalvings = 3;

// A time budget is measured over so many steps, or one per cent of it, whichever ends first.
constexpr int fewestMeasured = 3;
constexpr int mostMeasured = 200;
constexpr double measuredShare = 0.01;

// Validation passes may take so long in all, however short the run.
constexpr double freeValidationSeconds = 2.0;

double now()
{
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

nn::FlareModel makeNetwork(const ModelInfo& info, const TrainingOptions& options)
{
  const auto device = resolveDevice(options.device);
  nn::FlareModel network(info.architecture);
  network->to(torchDevice(device), torchType(options.precision));
  network->setNarrowBlocks(options.precision == Precision::BFloat16);
  return network;
}

TrainingState firstState(
  nn::FlareModel& network, const ParameterLayout& layout, CaseOrder order, std::uint64_t seed)
{
  nn::initialise(network, at::make_generator<at::CPUGeneratorImpl>(seed));
  return TrainingState::initial(layout, layout.flatten(network), std::move(order));
}

double mean(const std::vector<double>& values)
{
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Per field, over the cases.
std::vector<double> mean(const std::vector<std::vector<double>>& cases)
{
  std::vector<double> means(cases.front().size(), 0.0);
  for (const auto& ofCase : cases)
  {
    for (std::size_t f = 0; f < means.size(); ++f)
    {
      means[f] += ofCase[f] / static_cast<double>(cases.size());
    }
  }
  return means;
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

// Summed in double: over all weights at once, a sum in float32 is wrong by 1e-5, and clipping by it is felt.
double twoNorm(const torch::Tensor& flat)
{
  return at::linalg_vector_norm(flat, 2, std::nullopt, false, torch::kFloat64).item<double>();
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
  , averagedNetwork_(makeNetwork(info_, options_))
  , layout_(averagedNetwork_, options_.recipe.optimizer)
  , store_(data_, info_, torchDevice(resolveDevice(options_.device)), torchType(options_.precision))
  , error_(data_, split_.training, info_.normalisation.targets)
  , state_(firstState(averagedNetwork_, layout_, CaseOrder(split_.training, options_.seed), options_.seed))
  , pass_(layout_, state_.weights, [this] { return makeNetwork(info_, options_); })
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
  const double time = now();
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
  lastTick_ = now();
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

bool TrainingRun::validationIsDue() const
{
  if (split_.validation.empty())
  {
    return false;
  }
  const double limit = std::max(freeValidationSeconds, validationShare * seconds_);
  const bool due = finished() || lastValidation_ == 0.0 || validationSeconds_ + lastValidation_ <= limit;
  return onAnyRank(due && communicator().rank() == 0);
}

void TrainingRun::endEpoch()
{
  EpochRecord epoch;
  epoch.epoch = state_.order.epoch();
  epoch.step = state_.step;
  epoch.loss = state_.lossSum / static_cast<double>(state_.lossSteps);
  epoch.learningRate = rule_.learningRate(state_.step - 1);
  state_.lossSum = 0.0;
  state_.lossSteps = 0;
  ++state_.epochs;
  tick();
  const auto unknown = std::numeric_limits<double>::quiet_NaN();
  epoch.validationError = unknown;
  epoch.fieldErrors.assign(data_.signature().targets.size(), unknown);
  if (validationIsDue())
  {
    const auto byCase = caseErrors(split_.validation);
    epoch.fieldErrors = mean(byCase);
    epoch.validationError = mean(epoch.fieldErrors);
    validationErrors_.clear();
    for (const auto& ofCase : byCase)
    {
      validationErrors_.push_back(mean(ofCase));
    }
    const double before = seconds_;
    tick();
    lastValidation_ = seconds_ - before;
    validationSeconds_ += lastValidation_;
  }
  storeSpectra(epoch.epoch);
  epoch.seconds = seconds_;
  info_.training.history.push_back(epoch);
}

void TrainingRun::storeSpectra(std::int64_t epoch)
{
  const auto every = options_.spectraEvery;
  if (every == 0 || (epoch % every != 0 && !finished()) || !spectra_.isLater(epoch, info_.training))
  {
    return;
  }
  tick();
  const double before = seconds_;
  const auto& c = data_[(split_.validation.empty() ? split_.training : split_.validation).front()];
  info_.training.spectraCase = c.name;
  try
  {
    spectra_.add(
      epoch, flare::spectra(model(), c, options_.device, {}, data_.communicator()), info_.training);
  }
  catch (const Error& error) // scores that overflow, on all ranks alike: the run may still recover
  {
    info_.training.notes.push_back(
      "after epoch " + std::to_string(epoch) + " no spectra could be stored: " + error.what());
  }
  tick();
  lastSpectra_ = seconds_ - before;
}

std::vector<std::vector<double>> TrainingRun::caseErrors(const std::vector<std::size_t>& cases)
{
  torch::NoGradGuard guard;
  std::vector<std::vector<double>> errors;
  for (const auto index : cases)
  {
    const auto batch = store_.batch({ index });
    const auto prediction = averagedNetwork_->forward(batch.input, batch.segments);
    errors.push_back(error_.errors(prediction, batch).errors.front());
  }
  return errors;
}

std::vector<double> TrainingRun::errors(const std::vector<std::size_t>& cases)
{
  const auto unknown = std::numeric_limits<double>::quiet_NaN();
  return cases.empty() ? std::vector<double>(data_.signature().targets.size(), unknown)
                       : mean(caseErrors(cases));
}

void TrainingRun::adopt(
  const Architecture& architecture, const std::function<TrainingState(const ParameterLayout&)>& state)
{
  info_.architecture = architecture;
  info_.parameters = nn::parameterCount(nn::expectedState(architecture));
  averagedNetwork_ = makeNetwork(info_, options_);
  averagedNetwork_->eval();
  layout_ = ParameterLayout(averagedNetwork_, options_.recipe.optimizer);
  state_ = state(layout_);
  layout_.bind(averagedNetwork_, state_.averaged, {});
  gradient_ = torch::zeros_like(state_.weights);
  pass_ = BatchPass(layout_, state_.weights, [this] { return makeNetwork(info_, options_); });
  good_.reset();
}

void TrainingRun::grow()
{
  const auto before = layout_;
  auto architecture = info_.architecture;
  architecture.latents *= 2;
  auto& made = info_.training.latentDoublings;
  adopt(architecture, [&, old = info_.architecture](const ParameterLayout& layout)
    { return grown(state_, before, layout, old, options_.seed + static_cast<std::uint64_t>(made)); });
  ++made;
}

void TrainingRun::growIfDue()
{
  const auto all = options_.recipe.latentDoublings;
  const auto due = finished() ? all : doublingsBefore(state_.step, planned_, all);
  while (info_.training.latentDoublings < due)
  {
    grow();
  }
}

Costs TrainingRun::measure()
{
  const auto pointsOf = [&](const std::vector<std::size_t>& cases)
  {
    double points = 0.0;
    for (const auto index : cases)
    {
      points += static_cast<double>(store_.points(index));
    }
    return points;
  };
  double time = 0.0;
  std::vector<MeasuredStep> measured;
  for (int i = 0; i <= mostMeasured; ++i)
  {
    const double begin = now();
    const auto cases = state_.order.next(options_.recipe.batchSize);
    forwardBackward(cases);
    const double size = twoNorm(gradient_);
    update(state_, gradient_, size, layout_, rule_);
    twoNorm(state_.weights);
    if (i == 0)
    {
      continue; // memory and threads are warm after the first
    }
    measured.push_back({ now() - begin, pointsOf(cases) });
    time += measured.back().seconds;
    const bool enough = i >= fewestMeasured && time > measuredShare * options_.recipe.timeBudget;
    if (onAnyRank(enough && communicator().rank() == 0))
    {
      break;
    }
  }
  const auto perEpoch = stepsPerEpoch(split_.training.size(), options_.recipe.batchSize);
  Costs costs;
  costs.step = secondsPerPoint(measured) * pointsOf(split_.training) / static_cast<double>(perEpoch);
  if (!split_.validation.empty())
  {
    const auto count = std::min<std::size_t>(split_.validation.size(), fewestMeasured);
    const std::vector<std::size_t> some(split_.validation.begin(), split_.validation.begin() + count);
    const double begin = now();
    errors(some);
    costs.validation = (now() - begin) / pointsOf(some) * pointsOf(split_.validation);
  }
  return costs;
}

// Steps are made, timed, and undone: the run that follows is that of a recipe with so many steps.
void TrainingRun::planFromTime()
{
  const auto start = state_.clone();
  const auto first = info_.architecture;
  rule_.stepsPlanned = 1000000; // the first steps of a long cycle hardly move the weights
  auto costs = measure();
  if (const auto doublings = options_.recipe.latentDoublings; doublings > 0)
  {
    while (info_.training.latentDoublings < doublings)
    {
      grow();
    }
    const auto last = measure();
    costs = { meanCost(costs.step, last.step, doublings), last.validation };
    info_.training.latentDoublings = 0;
    adopt(first, [&](const ParameterLayout&) { return start.clone(); });
  }
  if (options_.spectraEvery > 0)
  {
    costs.spectra = lastSpectra_;
    costs.spectraEvery = options_.spectraEvery;
  }
  state_.assign(start);
  tick();
  const auto perEpoch = stepsPerEpoch(split_.training.size(), options_.recipe.batchSize);
  std::int64_t steps =
    communicator().rank() == 0 ? stepsWithin(options_.recipe.timeBudget - seconds_, costs, perEpoch) : 0;
  communicator().sum(&steps, 1);
  plan(steps);
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
