#include "train/setup.h"

#include "flare/error.h"
#include "training_data.h"

#include <gtest/gtest.h>

namespace flare::train
{
namespace
{
using test::smallData;
using test::smallOptions;

std::string messageOf(const DataSet& data, const TrainingOptions& options)
{
  try
  {
    prepare(data, options);
  }
  catch (const Error& error)
  {
    return error.what();
  }
  return "";
}

bool mentions(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

TEST(Setup, ValidationCasesBeatTheFraction)
{
  auto options = smallOptions();
  options.validationCases = { 4, 1, 4 };
  const auto setup = prepare(smallData(6), options);
  EXPECT_EQ(setup.split.validation, (std::vector<std::size_t>{ 1, 4 }));
  EXPECT_EQ(setup.split.training, (std::vector<std::size_t>{ 0, 2, 3, 5 }));
  EXPECT_EQ(setup.info.training.validationCases, (std::vector<std::string>{ "case 1", "case 4" }));
}

TEST(Setup, RefusesASplitThatCannotBe)
{
  auto options = smallOptions();
  options.validationCases = { 0, 6 };
  EXPECT_TRUE(mentions(messageOf(smallData(6), options), "case 6"));
  options.validationCases = { 0, 1, 2 };
  EXPECT_TRUE(mentions(messageOf(smallData(3), options), "none is left to train on"));
  options.validationCases = {};
  for (const double fraction : { -0.1, 1.0, std::nan("") })
  {
    options.validationFraction = fraction;
    EXPECT_TRUE(mentions(messageOf(smallData(3), options), "ValidationFraction"));
  }
}

TEST(Setup, RefusesNoCasesNoTargetsAndAWrongArchitecture)
{
  EXPECT_TRUE(mentions(messageOf(DataSet(test::smallSignature()), smallOptions()), "no cases"));

  auto signature = test::smallSignature();
  signature.targets.clear();
  DataSet untargeted(signature);
  auto c = test::smallCase(0, 10);
  c.targets.clear();
  untargeted.add(c);
  EXPECT_TRUE(mentions(messageOf(untargeted, smallOptions()), "no target"));

  auto options = smallOptions();
  options.architecture.heads = 3;
  EXPECT_TRUE(mentions(messageOf(smallData(3), options), "heads"));
  options = smallOptions();
  options.recipe.learningRate = -1.0;
  EXPECT_TRUE(mentions(messageOf(smallData(3), options), "learning rate"));
}

TEST(Setup, RefusesAConstantTargetButNotAConstantComponent)
{
  DataSet constant(test::smallSignature()), plane(test::smallSignature());
  for (int i = 0; i < 4; ++i)
  {
    auto c = test::smallCase(i, 12);
    auto p = c;
    c.targets[0] = test::owningView(std::vector<double>(12, 101325.0), 1);
    constant.add(c);
    std::vector<double> shift;
    for (int k = 0; k < 12; ++k)
    {
      shift.insert(shift.end(), { p.targets[1].at(k, 0), 0.0 });
    }
    p.targets[1] = test::owningView(shift, 2);
    plane.add(p);
  }
  const auto message = messageOf(constant, smallOptions());
  EXPECT_TRUE(mentions(message, "'stress'") && mentions(message, "101325")) << message;

  const auto setup = prepare(plane, smallOptions());
  ASSERT_FALSE(setup.info.training.notes.empty());
  EXPECT_TRUE(mentions(setup.info.training.notes[0], "constant"));
}

TEST(Setup, OneCaseTrainsWithoutValidationAndSaysSo)
{
  const auto setup = prepare(smallData(1), smallOptions());
  EXPECT_TRUE(setup.split.validation.empty());
  bool said = false;
  for (const auto& note : setup.info.training.notes)
  {
    said = said || mentions(note, "only one case");
  }
  EXPECT_TRUE(said);
}

TEST(Setup, KeepsTheMeanFieldWhereAllMeshesAreTheSame)
{
  EXPECT_FALSE(prepare(smallData(4), smallOptions()).meanField.defined());

  DataSet data(test::smallSignature());
  const auto mesh = test::smallCase(0, 10);
  for (int i = 0; i < 4; ++i)
  {
    auto c = test::smallCase(i, 10);
    c.points = mesh.points;
    data.add(c);
  }
  const auto setup = prepare(data, smallOptions());
  EXPECT_FALSE(setup.info.training.meshFingerprint.empty());
  ASSERT_TRUE(setup.meanField.defined());
  ASSERT_EQ(setup.meanField.size(0), 10);
  double mean = 0.0;
  for (const auto index : setup.split.training)
  {
    mean += data[index].targets[0].at(7, 0) / static_cast<double>(setup.split.training.size());
  }
  const auto& scaling = setup.info.normalisation.targets;
  const double stored = scaling.mean[0] + scaling.scale[0] * setup.meanField[7][0].item<double>();
  // Stored in float32.
  EXPECT_TRUE(std::abs(stored - mean) <= 1e-6 * std::abs(mean));
}
}
}
