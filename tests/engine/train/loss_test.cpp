#include "train/loss.h"

#include "train/setup.h"

#include "relative_error.h"
#include "training_data.h"

#include <gtest/gtest.h>

#include <cmath>

namespace flare::train
{
namespace
{
using test::relativeError;

constexpr double lossPrecision = 1.1e-16; // of double

struct Problem
{
  explicit Problem(DataSet d, const TrainingOptions& options = test::smallOptions())
    : data(std::move(d))
    , setup(prepare(data, options))
    , store(data, setup.info, torch::kCPU, torch::kFloat64)
    , error(data, setup.split.training, setup.info.normalisation.targets)
  {
  }

  torch::Tensor draw(const Batch& batch) const
  {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(11);
    return torch::randn(batch.target.sizes(), generator, torch::dtype(torch::kFloat64));
  }

  DataSet data;
  Setup setup;
  CaseStore store;
  RelativeError error;
};

// Straight from the definition, on decoded fields.
double definition(const Problem& p, const torch::Tensor& prediction, const Batch& batch, std::size_t i,
  const std::vector<int>& channels, double floor)
{
  const auto& scaling = p.setup.info.normalisation.targets;
  const auto begin = batch.segments.offsets[i], end = batch.segments.offsets[i + 1];
  const auto& c = p.data[batch.cases[i]];
  double above = 0.0, below = 0.0;
  for (auto row = begin; row < end; ++row)
  {
    for (const int channel : channels)
    {
      const double truth =
        channel == 0 ? c.targets[0].at(row - begin, 0) : c.targets[1].at(row - begin, channel - 1);
      const double value =
        scaling.mean[channel] + scaling.scale[channel] * prediction[row][channel].item<double>();
      above += (value - truth) * (value - truth);
      below += truth * truth;
    }
  }
  return std::sqrt(above) / std::max(std::sqrt(below), floor);
}

TEST(Loss, IsTheMeanOverCasesOfTheMeanOverFields)
{
  Problem p(test::smallData(5));
  const auto batch = p.store.batch({ 3, 0, 4 });
  const auto prediction = p.draw(batch);
  const auto result = p.error.lossAndGradient(prediction, batch);
  double loss = 0.0;
  for (std::size_t i = 0; i < 3; ++i)
  {
    const double stress = definition(p, prediction, batch, i, { 0 }, p.error.floors()[0]);
    const double shift = definition(p, prediction, batch, i, { 1, 2 }, p.error.floors()[1]);
    // Decoding loses mean/scale of a field, below 10 here; sums have 60 terms.
    EXPECT_TRUE(std::abs(result.errors[i][0] - stress) <= 10 * 60 * lossPrecision * stress);
    EXPECT_TRUE(std::abs(result.errors[i][1] - shift) <= 10 * 60 * lossPrecision * shift);
    loss += (stress + shift) / 6.0;
  }
  EXPECT_TRUE(std::abs(result.loss - loss) <= 10 * 60 * lossPrecision * loss);
  EXPECT_TRUE(std::abs(p.error.errors(prediction, batch).loss - loss) <= 10 * 60 * lossPrecision * loss);
}

TEST(Loss, GradientIsThatOfAutograd)
{
  Problem p(test::smallData(4));
  const auto batch = p.store.batch({ 1, 2 });
  const auto prediction = p.draw(batch).requires_grad_(true);
  const auto scale = torch::tensor(p.setup.info.normalisation.targets.scale, torch::kFloat64);
  torch::Tensor loss = torch::zeros({}, torch::kFloat64);
  for (std::int64_t i = 0; i < 2; ++i)
  {
    const auto begin = batch.segments.offsets[i], end = batch.segments.offsets[i + 1];
    const auto difference = scale * (prediction.slice(0, begin, end) - batch.target.slice(0, begin, end));
    const auto truth = scale * batch.target.slice(0, begin, end) +
                       torch::tensor(p.setup.info.normalisation.targets.mean, torch::kFloat64);
    loss = loss + difference.slice(1, 0, 1).norm() / truth.slice(1, 0, 1).norm() / 4 +
           difference.slice(1, 1, 3).norm() / truth.slice(1, 1, 3).norm() / 4;
  }
  loss.backward();
  const auto result = p.error.lossAndGradient(prediction, batch);
  EXPECT_TRUE(relativeError(result.gradient, prediction.grad()) <= 200 * lossPrecision);
}

TEST(Loss, OfAPerfectPredictionIsZeroWithAZeroGradient)
{
  Problem p(test::smallData(4));
  const auto batch = p.store.batch({ 0, 1 });
  const auto result = p.error.lossAndGradient(batch.target.clone(), batch);
  EXPECT_EQ(result.loss, 0.0);
  EXPECT_TRUE((result.gradient == 0.0).all().item<bool>());
}

// As if they were not there.
TEST(Loss, LeavesOutPointsThatAnotherRankOwns)
{
  DataSet marked(test::smallSignature()), cut(test::smallSignature());
  for (int i = 0; i < 3; ++i)
  {
    auto c = test::smallCase(i, 30);
    auto less = c;
    less.points.tuples = 25;
    for (auto& target : less.targets)
    {
      target.tuples = 25;
    }
    cut.add(less);
    auto marks = std::make_shared<std::vector<unsigned char>>(30, 1);
    std::fill(marks->begin() + 25, marks->end(), 0);
    c.owned = { marks->data(), ScalarType::UInt8, 30, 1, marks };
    marked.add(c);
  }
  Problem a(std::move(marked)), b(std::move(cut));
  const auto batch = a.store.batch({ 2, 1 }), expected = b.store.batch({ 2, 1 });
  EXPECT_EQ(batch.segments.offsets, (std::vector<std::int64_t>{ 0, 25, 50 }));
  EXPECT_TRUE(torch::equal(batch.input, expected.input) && torch::equal(batch.target, expected.target));
  const auto prediction = a.draw(batch);
  EXPECT_EQ(
    a.error.lossAndGradient(prediction, batch).errors, b.error.lossAndGradient(prediction, expected).errors);
}

// A channel that is constant in training is predicted as that constant, and is wrong where a case differs.
TEST(Loss, CountsWhatAConstantChannelMisses)
{
  DataSet data(test::smallSignature());
  for (int i = 0; i < 4; ++i)
  {
    auto c = test::smallCase(i, 30);
    std::vector<double> shift;
    for (int n = 0; n < 30; ++n)
    {
      shift.insert(shift.end(), { c.targets[1].at(n, 0), i == 3 ? 0.5 : 0.25 });
    }
    c.targets[1] = test::owningView(shift, 2);
    data.add(c);
  }
  auto options = test::smallOptions();
  options.validationCases = { 3 };
  Problem p(std::move(data), options);
  const auto batch = p.store.batch({ 3 });
  const auto prediction = p.draw(batch);
  const auto result = p.error.lossAndGradient(prediction, batch);
  const double shift = definition(p, prediction, batch, 0, { 1, 2 }, p.error.floors()[1]);
  EXPECT_TRUE(std::abs(result.errors[0][1] - shift) <= 10 * 60 * lossPrecision * shift);
  EXPECT_TRUE((result.gradient.select(1, 2) == 0.0).all().item<bool>());
}

TEST(Loss, MeasuresCasesThatAreAlmostZeroAgainstAFloorAndNamesThem)
{
  DataSet data(test::smallSignature());
  for (int i = 0; i < 5; ++i)
  {
    auto c = test::smallCase(i, 30);
    if (i == 2)
    {
      c.targets[0] = test::owningView(std::vector<double>(30, 0.0), 1);
    }
    data.add(c);
  }
  Problem p(std::move(data));
  std::vector<double> norms;
  for (const auto index : p.setup.split.training)
  {
    double squares = 0.0;
    for (int i = 0; i < 30; ++i)
    {
      squares += std::pow(p.data[index].targets[0].at(i, 0), 2);
    }
    norms.push_back(std::sqrt(squares));
  }
  EXPECT_TRUE(
    std::abs(p.error.floors()[0] - 1e-3 * median(norms)) <= 60 * lossPrecision * p.error.floors()[0]);
  ASSERT_EQ(p.error.nearZero().size(), 1u);
  EXPECT_NE(p.error.nearZero()[0].find("'case 2'"), std::string::npos);
  EXPECT_NE(p.error.nearZero()[0].find("'stress'"), std::string::npos);
  const auto batch = p.store.batch({ 2 });
  const auto prediction = p.draw(batch);
  const double stress = definition(p, prediction, batch, 0, { 0 }, p.error.floors()[0]);
  const auto result = p.error.lossAndGradient(prediction, batch);
  EXPECT_TRUE(std::abs(result.errors[0][0] - stress) <= 10 * 60 * lossPrecision * stress);
}

TEST(Loss, KeepsItsDigitsInFloat32UnderALargeOffset)
{
  DataSet data(test::smallSignature());
  for (int i = 0; i < 3; ++i)
  {
    auto c = test::smallCase(i, 30);
    std::vector<double> pressure;
    for (int k = 0; k < 30; ++k)
    {
      pressure.push_back(1e8 + 1e-6 * c.targets[0].at(k, 0));
    }
    c.targets[0] = test::owningView(pressure, 1);
    data.add(c);
  }
  Problem p(std::move(data));
  CaseStore narrow(p.data, p.setup.info, torch::kCPU, torch::kFloat32);
  const auto wide = p.store.batch({ 1 });
  const auto prediction = p.draw(wide);
  const auto exact = p.error.lossAndGradient(prediction, wide);
  const auto result = p.error.lossAndGradient(prediction.to(torch::kFloat32), narrow.batch({ 1 }));
  // Differences of numbers of order 1 in float32, a sum of 30.
  EXPECT_TRUE(std::abs(result.errors[0][0] - exact.errors[0][0]) <= 40 * 6e-8 * exact.errors[0][0]);
}

TEST(Loss, MedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo)
{
  EXPECT_EQ(median({ 3.0, 1.0, 2.0 }), 2.0);
  EXPECT_EQ(median({ 4.0, 1.0, 2.0, 3.0 }), 2.5);
  EXPECT_EQ(median({ 7.0 }), 7.0);
}
}
}
