#pragma once

#include "flare/architecture.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace flare::nn
{
using StateShapes = std::map<std::string, std::vector<std::int64_t>>;

// The names and shapes of all weights of a network, as the published code's state has them. Throws Error
// for an architecture that is not valid, or that has more than 100,000 tensors or 2^40 numbers: such a
// description is damaged, and nothing may be allocated for it.
StateShapes expectedState(const Architecture& architecture);

// Total number of weights.
std::int64_t parameterCount(const StateShapes& shapes);

// "[64, 3]"
std::string shapeText(const std::vector<std::int64_t>& shape);

// An empty text when the shapes are those expected; else what is missing, left over or of another shape
// (the first of each).
std::string compareState(const StateShapes& expected, const StateShapes& actual);
}
