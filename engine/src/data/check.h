#pragma once

#include "flare/signature.h"

#include <string>
#include <vector>

namespace flare
{
// What is wrong with a case's parameters and time, or nothing.
std::string constantProblem(const Signature& signature, const std::vector<double>& parameters, double time);
}
