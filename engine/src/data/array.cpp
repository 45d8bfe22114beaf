#include "data/array.h"

namespace flare
{
int sizeOf(ScalarType type)
{
  switch (type)
  {
    case ScalarType::Int8:
    case ScalarType::UInt8:
      return 1;
    case ScalarType::Int16:
    case ScalarType::UInt16:
      return 2;
    case ScalarType::Int32:
    case ScalarType::UInt32:
    case ScalarType::Float32:
      return 4;
    case ScalarType::Int64:
    case ScalarType::UInt64:
    case ScalarType::Float64:
      return 8;
  }
  throw Error("an array has an unknown type of number");
}

double ArrayView::at(std::int64_t tuple, int component) const
{
  return visit(
    *this, [&](const auto* values) { return static_cast<double>(values[tuple * components + component]); });
}
}
