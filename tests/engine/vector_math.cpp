#include "ops/vector_math.h"

#include <gtest/gtest.h>

namespace flare
{
namespace
{
// Oracles and expectations use LibTorch's functions, too, often before the engine does.
class VectorMath : public testing::Environment
{
public:
  void SetUp() override { ops::resolveVectorMath(); }
};

const auto* vectorMath = testing::AddGlobalTestEnvironment(new VectorMath);
}
}
