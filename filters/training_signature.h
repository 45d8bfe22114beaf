#pragma once

#include "case_reader.h"

#include "flare/signature.h"

#include <string>
#include <vector>

namespace flare::filters
{
// The arrays that a user ticked for training.
struct ArrayChoice
{
  std::vector<std::string> pointTargets;
  std::vector<std::string> cellTargets;
  std::vector<std::string> pointInputs;
  std::vector<std::string> cellInputs;
  std::vector<std::string> parameters;
  bool useTime = false;
};

// What a network learns from the chosen arrays. Without a chosen target the only candidate is taken.
// Throws Error for names that are not there or not numbers, for targets of both associations, for an
// array that is target and input at once, and for several candidates without a choice, which it lists.
Signature signatureFor(const ArrayChoice& choice, const Inventory& inventory);

// The signature with its inputs, parameters and targets in the order in which another one has those of the
// same names; what that does not have comes last. The order in which arrays were chosen means nothing.
Signature inOrderOf(const Signature& model, Signature signature);
}
