#pragma once

#include "flare/dataset.h"

#include <cstddef>
#include <vector>

namespace flare::tools
{
// Picks the arrays and parameters that a model needs, by name, from a case of a data set that may hold more
// of them or in another order. Targets are picked when `withTargets` is set. Throws Error naming what is
// missing and what there is.
class Conform
{
public:
  Conform(const Signature& from, const Signature& to, bool withTargets);
  Case operator()(const Case& c) const;

private:
  std::vector<std::size_t> inputs_;
  std::vector<std::size_t> parameters_;
  std::vector<std::size_t> targets_;
};
}
