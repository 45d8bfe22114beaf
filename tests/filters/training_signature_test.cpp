#include "training_signature.h"

#include "flare/error.h"

#include <gtest/gtest.h>

namespace flare::filters
{
namespace
{
ArrayInfo array(const std::string& name, int components = 1)
{
  ArrayInfo info;
  info.name = name;
  info.components = components;
  return info;
}

Inventory inventory()
{
  Inventory all;
  all.points = { array("p"), array("U", 3), array("ids") };
  all.points.back().ids = true;
  all.cells = { array("q") };
  all.parameters = { array("Load") };
  all.parameters[0].unit = "N";
  return all;
}

std::string problemOf(const ArrayChoice& choice, const Inventory& all = inventory())
{
  try
  {
    signatureFor(choice, all);
  }
  catch (const Error& e)
  {
    return e.what();
  }
  return {};
}

bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}
}

TEST(TrainingSignature, TakesTheChosenArrays)
{
  ArrayChoice choice;
  choice.pointTargets = { "p" };
  choice.pointInputs = { "U" };
  choice.cellInputs = { "q" };
  choice.parameters = { "Load" };
  choice.useTime = true;
  const auto signature = signatureFor(choice, inventory());
  EXPECT_EQ(signature.association, Association::Points);
  ASSERT_EQ(signature.inputs.size(), 2u);
  EXPECT_FALSE(signature.inputs[0].averaged);
  EXPECT_EQ(signature.inputs[0].components, 3);
  EXPECT_TRUE(signature.inputs[1].averaged);
  EXPECT_EQ(signature.parameters[0].unit, "N");
  EXPECT_TRUE(signature.useTime);
}

TEST(TrainingSignature, PreselectsTheOnlyCandidate)
{
  Inventory one;
  one.points = { array("ids") };
  one.points[0].ids = true;
  one.cells = { array("q") };
  const auto signature = signatureFor({}, one);
  EXPECT_EQ(signature.association, Association::Cells);
  ASSERT_EQ(signature.targets.size(), 1u);
  EXPECT_EQ(signature.targets[0].name, "q");

  one.points.push_back(array("p"));
  ArrayChoice choice;
  choice.pointInputs = { "p" }; // an input is no candidate
  EXPECT_EQ(signatureFor(choice, one).targets[0].name, "q");
}

TEST(TrainingSignature, ListsTheCandidatesWhenNoneIsChosen)
{
  const auto text = problemOf({});
  EXPECT_TRUE(has(text, "no target is chosen")) << text;
  EXPECT_TRUE(has(text, "p, U (3 components)")) << text;
  EXPECT_TRUE(has(text, "q")) << text;
  EXPECT_FALSE(has(text, "ids")) << text;
  EXPECT_TRUE(has(problemOf({}, {}), "no array that could be learnt"));
}

TEST(TrainingSignature, RefusesMixedTargetsWithTheReason)
{
  ArrayChoice choice;
  choice.pointTargets = { "p" };
  choice.cellTargets = { "q" };
  const auto text = problemOf(choice);
  EXPECT_TRUE(
    has(text, "p") && has(text, "q") && has(text, "One model predicts at the points or at the cells"))
    << text;
}

TEST(TrainingSignature, NamesTheProperty)
{
  ArrayChoice choice;
  choice.pointTargets = { "q" };
  auto text = problemOf(choice);
  EXPECT_TRUE(
    has(text, "PointTargetArrays names 'q', which is a cell array") && has(text, "CellTargetArrays"))
    << text;

  choice.pointTargets = { "pp" };
  text = problemOf(choice);
  EXPECT_TRUE(has(text, "no such point array") && has(text, "p, U")) << text;

  choice.pointTargets = { "p" };
  choice.pointInputs = { "p" };
  EXPECT_TRUE(has(problemOf(choice), "input and as target"));

  choice.pointInputs = {};
  choice.parameters = { "Speed" };
  text = problemOf(choice);
  EXPECT_TRUE(has(text, "ParameterArrays names 'Speed'") && has(text, "Load")) << text;
}
}
