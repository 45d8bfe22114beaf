#include "flare/predictor.h"

#include "flare/error.h"
#include "flare/evaluation.h"
#include "flare/spectrum.h"
#include "flare/trainer.h"
#include "threaded_communicator.h"
#include "train/training_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace flare
{
namespace
{
using Fields = std::vector<std::vector<double>>;

const Model& trained()
{
  static const Model model = []
  {
    auto options = test::smallOptions();
    options.architecture.blocks = 2;
    Trainer trainer(test::smallData(4), options);
    trainer.run();
    return trainer.model();
  }();
  return model;
}

Fields predicted(const Case& c, const Model& model = trained(),
  std::shared_ptr<Communicator> communicator = serialCommunicator())
{
  Predictor predictor(model, Device::Cpu, Precision::Float64, std::move(communicator));
  Fields fields;
  std::vector<MutableArrayView> outputs;
  for (const auto& target : model.info().signature.targets)
  {
    fields.emplace_back(c.count() * target.components);
    outputs.push_back({ fields.back().data(), ScalarType::Float64, c.count(), target.components });
  }
  predictor.predict(c, outputs);
  return fields;
}

double fieldDistance(const std::vector<double>& a, const std::vector<double>& b)
{
  double difference = 0.0, size = 0.0;
  for (std::size_t i = 0; i < b.size(); ++i)
  {
    difference = std::max(difference, std::abs(a[i] - b[i]));
    size = std::max(size, std::abs(b[i]));
  }
  return a.size() == b.size() ? difference / size : std::numeric_limits<double>::infinity();
}

std::vector<double> numbers(const ArrayView& a, std::int64_t begin, std::int64_t end)
{
  std::vector<double> result;
  for (auto row = begin; row < end; ++row)
  {
    for (int d = 0; d < a.components; ++d)
    {
      result.push_back(a.at(row, d));
    }
  }
  return result;
}

// The points begin .. end, of which the first `unowned` belong to somebody else.
Case shareOf(const Case& whole, std::int64_t begin, std::int64_t end, std::int64_t unowned)
{
  auto c = whole;
  c.points = test::owningView(numbers(whole.points, begin, end), 3);
  for (auto& target : c.targets)
  {
    target = test::owningView(numbers(target, begin, end), target.components);
  }
  auto marks = std::make_shared<std::vector<unsigned char>>(end - begin, 1);
  std::fill_n(marks->begin(), unowned, 0);
  c.owned = { marks->data(), ScalarType::UInt8, end - begin, 1, marks };
  return c;
}

// Sums over 40 points in another order, through two blocks.
constexpr double sameInDouble = 40 * 2 * 100 * 0x1p-53;

// Two ranks that share ten points predict, score and analyse what one does.
// Parameters and time of a prepared mesh can change; the bits are those of a whole prediction.
TEST(Predictor, APreparedMeshGivesTheSameBits)
{
  auto c = test::smallCase(1, 40);
  for (const auto precision : { Precision::Float32, Precision::Float64 })
  {
    Predictor predictor(trained(), Device::Cpu, precision);
    const auto prepared = predictor.prepare(c);
    EXPECT_EQ(prepared.count(), 40);
    for (const double load : { 1.3, 2.0, 1e300, 1.3 })
    {
      c.parameters = { load };
      std::vector<double> whole[2] = { std::vector<double>(40), std::vector<double>(80) };
      std::vector<double> again[2] = { std::vector<double>(40), std::vector<double>(80) };
      predictor.predict(c,
        { { whole[0].data(), ScalarType::Float64, 40, 1 }, { whole[1].data(), ScalarType::Float64, 40, 2 } });
      predictor.predict(prepared, c.parameters, c.time,
        { { again[0].data(), ScalarType::Float64, 40, 1 }, { again[1].data(), ScalarType::Float64, 40, 2 } });
      for (int f = 0; f < 2; ++f)
      {
        EXPECT_EQ(std::memcmp(whole[f].data(), again[f].data(), whole[f].size() * sizeof(double)), 0);
      }
    }
    EXPECT_EQ(predictor.preparations(), 5u);
  }
}

TEST(Predictor, APreparedMeshRefusesBadParameters)
{
  Predictor predictor(trained(), Device::Cpu);
  const auto prepared = predictor.prepare(test::smallCase(1, 40));
  std::vector<double> stress(40), shift(80);
  const std::vector<MutableArrayView> outputs = { { stress.data(), ScalarType::Float64, 40, 1 },
    { shift.data(), ScalarType::Float64, 40, 2 } };
  EXPECT_THROW(predictor.predict(prepared, {}, 0.0, outputs), Error);
  EXPECT_THROW(predictor.predict(prepared, { std::nan("") }, 0.0, outputs), Error);
  EXPECT_THROW(predictor.predict(prepared, { 1.0 }, 0.0, { outputs[0] }), Error);
  predictor.predict(prepared, { 1.0 }, 0.0, outputs);
}

TEST(Predictor, PointsOfTwoRanksCountOnce)
{
  const auto whole = test::smallCase(1, 40);
  const auto expected = predicted(whole);
  Predictor alone(trained(), Device::Cpu, Precision::Float64);
  const auto score = evaluate(alone, whole);
  SpectrumOptions precise;
  precise.precision = SpectrumPrecision::Precise;
  const auto spectrum = spectra(trained(), whole, Device::Cpu, precise);
  test::ThreadedRanks::run(2,
    [&](std::shared_ptr<Communicator> communicator)
    {
      const bool first = communicator->rank() == 0;
      const auto c = first ? shareOf(whole, 0, 25, 0) : shareOf(whole, 15, 40, 10);
      const auto fields = predicted(c, trained(), communicator);
      for (std::size_t f = 0; f < fields.size(); ++f)
      {
        const auto width = expected[f].size() / 40;
        const std::vector<double> mine(expected[f].begin() + (first ? 0 : 15 * width),
          expected[f].begin() + (first ? 25 * width : 40 * width));
        EXPECT_TRUE(fieldDistance(fields[f], mine) <= sameInDouble);
      }
      Predictor predictor(trained(), Device::Cpu, Precision::Float64, communicator);
      const auto parts = evaluate(predictor, c);
      for (std::size_t f = 0; f < parts.fields.size(); ++f)
      {
        const double error = score.fields[f].relativeL2;
        EXPECT_TRUE(std::abs(parts.fields[f].relativeL2 - error) <= sameInDouble * std::max(1.0, error));
      }
      const auto joined = spectra(trained(), c, Device::Cpu, precise, communicator);
      ASSERT_EQ(joined.size(), spectrum.size());
      for (std::size_t i = 0; i < joined.size(); ++i)
      {
        EXPECT_TRUE(fieldDistance(joined[i].eigenvalues, spectrum[i].eigenvalues) <= 1e-12);
      }
    });
}

TEST(Predictor, OrderOfThePointsDoesNotMatter)
{
  const auto c = test::smallCase(2, 40);
  auto reversed = c;
  std::vector<double> x;
  for (int i = 39; i >= 0; --i)
  {
    x.insert(x.end(), { c.points.at(i, 0), c.points.at(i, 1), c.points.at(i, 2) });
  }
  reversed.points = test::owningView(x, 3);
  const auto a = predicted(c)[0];
  auto b = predicted(reversed)[0];
  std::reverse(b.begin(), b.end());
  EXPECT_TRUE(fieldDistance(b, a) <= sameInDouble);
}

// Coordinates of 1e6 with detail of 1e-3: float32 holds no such number, so they are centred in double.
TEST(Predictor, KeepsItsAccuracyFarFromTheOrigin)
{
  const auto moved = [](Case c)
  {
    auto x = numbers(c.points, 0, c.count());
    for (auto& value : x)
    {
      value = 1e6 + std::round(value * 0x1p10) * 0x1p-20; // exact in double; at most 1e-3 wide
    }
    c.points = test::owningView(x, 3);
    return c;
  };
  const auto near = [](Case c)
  {
    auto x = numbers(c.points, 0, c.count());
    for (auto& value : x)
    {
      value = std::round(value * 0x1p10) * 0x1p-20;
    }
    c.points = test::owningView(x, 3);
    return c;
  };
  DataSet far(test::smallSignature()), close(test::smallSignature());
  for (int i = 0; i < 4; ++i)
  {
    far.add(moved(test::smallCase(i, 40)));
    close.add(near(test::smallCase(i, 40)));
  }
  auto options = test::smallOptions();
  options.precision = Precision::Float32;
  Trainer a(std::move(far), options), b(std::move(close), options);
  a.run();
  b.run();
  const auto farFields = predicted(moved(test::smallCase(5, 40)), a.model());
  const auto nearFields = predicted(near(test::smallCase(5, 40)), b.model());
  for (std::size_t f = 0; f < farFields.size(); ++f)
  {
    // The mean over 1e6 keeps 2^-53 * 1e6 / 1e-3 = 1e-7 of the width; a dozen steps in float32 amplify that.
    EXPECT_TRUE(fieldDistance(farFields[f], nearFields[f]) <= 1e-3) << f;
  }
}

TEST(Predictor, SaysWhatDoesNotFit)
{
  auto c = test::smallCase(1, 40);
  c.parameters = { std::numeric_limits<double>::quiet_NaN() };
  EXPECT_THROW(predicted(c), Error);
  c = test::smallCase(1, 40);
  auto x = numbers(c.points, 0, 40);
  x[3 * 7 + 1] = std::numeric_limits<double>::infinity();
  c.points = test::owningView(x, 3);
  try
  {
    predicted(c);
    FAIL();
  }
  catch (const Error& error)
  {
    const std::string text = error.what();
    EXPECT_TRUE(text.find("case 1") != std::string::npos && text.find("7") != std::string::npos) << text;
  }
  auto empty = test::smallCase(1, 40);
  empty.points.tuples = 0;
  EXPECT_THROW(predicted(empty), Error);
}

TEST(Predictor, OnePointAndEqualPointsArePredicted)
{
  auto c = test::smallCase(1, 40);
  c.targets.clear();
  c.points.tuples = 1;
  EXPECT_TRUE(std::isfinite(predicted(c)[0][0]));
  c.points = test::owningView(std::vector<double>(3 * 12, 0.25), 3);
  const auto fields = predicted(c);
  for (const auto value : fields[0])
  {
    EXPECT_TRUE(std::isfinite(value));
  }
}

TEST(Predictor, NamesTheInputsThatLieOutsideOfTraining)
{
  auto c = test::smallCase(1, 40);
  std::vector<std::string> outside;
  c.parameters = { 100.0 };
  const auto inside = insideEnvelope(trained().info(), c, &outside);
  EXPECT_EQ(std::count(inside.begin(), inside.end(), 0), 40);
  EXPECT_TRUE(std::count(outside.begin(), outside.end(), "load") == 1);
}

TEST(Predictor, BFloat16IsForGpus)
{
  EXPECT_THROW(Predictor(trained(), Device::Cpu, Precision::BFloat16), Error);
  auto options = test::smallOptions();
  options.precision = Precision::BFloat16;
  EXPECT_THROW(Trainer(test::smallData(4), options), Error);
}

TEST(Evaluation, ErrorsAreThoseOfTheDecodedFields)
{
  const auto c = test::smallCase(3, 40);
  const auto fields = predicted(c);
  Predictor predictor(trained(), Device::Cpu, Precision::Float64);
  const auto score = evaluate(predictor, c);
  for (std::size_t f = 0; f < fields.size(); ++f)
  {
    const auto truth = numbers(c.targets[f], 0, 40);
    double above = 0.0, below = 0.0;
    for (std::size_t i = 0; i < truth.size(); ++i)
    {
      above += std::pow(fields[f][i] - truth[i], 2);
      below += truth[i] * truth[i];
    }
    // Decoding rounds values of up to a few times their mean.
    EXPECT_TRUE(std::abs(score.fields[f].relativeL2 - std::sqrt(above / below)) <= 1e-12);
  }
}
}
}
