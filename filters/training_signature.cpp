#include "training_signature.h"

#include "array_views.h"

#include "flare/error.h"

#include <algorithm>

namespace flare::filters
{
namespace
{
FieldSpec specOf(const ArrayInfo& array, bool averaged)
{
  FieldSpec spec;
  spec.name = array.name;
  spec.components = array.components;
  spec.componentNames = array.componentNames;
  spec.unit = array.unit;
  spec.averaged = averaged;
  return spec;
}

std::string propertyOf(Association association, const char* role)
{
  return std::string(association == Association::Points ? "Point" : "Cell") + role + "Arrays";
}

const ArrayInfo& require(
  const Inventory& inventory, Association association, const std::string& name, const char* role)
{
  const auto property = propertyOf(association, role);
  const auto* array = find(inventory.of(association), name);
  if (!array && find(inventory.of(otherThan(association)), name))
  {
    throw Error(property + " names '" + name + "', which is a " + nameOf(otherThan(association)) +
                " array. Choose it in " + propertyOf(otherThan(association), role));
  }
  if (!array)
  {
    throw Error(property + " names '" + name + "', but there is no such " + nameOf(association) +
                " array. There are: " + listOf(inventory.of(association)));
  }
  if (!array->numeric)
  {
    throw Error(property + " names '" + name + "', which does not hold numbers. Choose another array");
  }
  return *array;
}

std::vector<ArrayInfo> candidates(
  const std::vector<ArrayInfo>& arrays, const std::vector<std::string>& inputs)
{
  std::vector<ArrayInfo> result;
  std::copy_if(arrays.begin(), arrays.end(), std::back_inserter(result),
    [&](const ArrayInfo& array)
    {
      return array.numeric && !array.ids &&
             std::find(inputs.begin(), inputs.end(), array.name) == inputs.end();
    });
  return result;
}

void takeOnlyCandidate(Signature& signature, const ArrayChoice& choice, const Inventory& inventory)
{
  const auto points = candidates(inventory.points, choice.pointInputs);
  const auto cells = candidates(inventory.cells, choice.cellInputs);
  if (points.empty() && cells.empty())
  {
    throw Error("there is no array that could be learnt: the first case has no numeric point or cell array "
                "besides the inputs");
  }
  if (points.size() + cells.size() > 1)
  {
    throw Error("no target is chosen. Choose in PointTargetArrays (candidates: " + listOf(points) +
                ") or in CellTargetArrays (candidates: " + listOf(cells) + ")");
  }
  signature.association = points.empty() ? Association::Cells : Association::Points;
  signature.targets.push_back(specOf(points.empty() ? cells.front() : points.front(), false));
}

void addTargets(Signature& signature, const ArrayChoice& choice, const Inventory& inventory)
{
  if (!choice.pointTargets.empty() && !choice.cellTargets.empty())
  {
    throw Error("point targets (" + listOf(choice.pointTargets) + ") and cell targets (" +
                listOf(choice.cellTargets) +
                ") are chosen together. One model predicts at the points or at the cells: convert one kind "
                "with 'Cell Data to Point Data' "
                "or 'Point Data to Cell Data', or train two models");
  }
  if (choice.pointTargets.empty() && choice.cellTargets.empty())
  {
    takeOnlyCandidate(signature, choice, inventory);
    return;
  }
  signature.association = choice.pointTargets.empty() ? Association::Cells : Association::Points;
  for (const auto& name : choice.pointTargets.empty() ? choice.cellTargets : choice.pointTargets)
  {
    signature.targets.push_back(specOf(require(inventory, signature.association, name, "Target"), false));
  }
}

void addInputs(Signature& signature, const std::vector<std::string>& names, Association association,
  const Inventory& inventory)
{
  for (const auto& name : names)
  {
    const auto& array = require(inventory, association, name, "Input");
    for (const auto& target : signature.targets)
    {
      if (target.name == name && signature.association == association)
      {
        throw Error("'" + name +
                    "' is chosen as input and as target: the network would be handed the answer. Choose one");
      }
    }
    for (const auto& other : signature.inputs)
    {
      if (other.name == name)
      {
        throw Error("the input '" + name + "' is chosen as point array and as cell array. Choose one");
      }
    }
    signature.inputs.push_back(specOf(array, association != signature.association));
  }
}
}

Signature signatureFor(const ArrayChoice& choice, const Inventory& inventory)
{
  Signature signature;
  addTargets(signature, choice, inventory);
  addInputs(signature, choice.pointInputs, Association::Points, inventory);
  addInputs(signature, choice.cellInputs, Association::Cells, inventory);
  for (const auto& name : choice.parameters)
  {
    const auto* parameter = find(inventory.parameters, name);
    if (!parameter)
    {
      throw Error("ParameterArrays names '" + name +
                  "', but the first case has no numeric field array of that name with one value. "
                  "There are: " +
                  listOf(inventory.parameters));
    }
    signature.parameters.push_back({ parameter->name, parameter->unit });
  }
  signature.useTime = choice.useTime;
  return signature;
}

namespace
{
template<typename Spec>
void orderLike(const std::vector<Spec>& model, std::vector<Spec>& specs)
{
  const auto place = [&](const Spec& spec)
  {
    return std::find_if(
             model.begin(), model.end(), [&](const Spec& other) { return other.name == spec.name; }) -
           model.begin();
  };
  std::stable_sort(
    specs.begin(), specs.end(), [&](const Spec& a, const Spec& b) { return place(a) < place(b); });
}
}

Signature inOrderOf(const Signature& model, Signature signature)
{
  orderLike(model.inputs, signature.inputs);
  orderLike(model.parameters, signature.parameters);
  orderLike(model.targets, signature.targets);
  return signature;
}
}
