#pragma once

#include "flare/array.h"
#include "flare/error.h"

namespace flare
{
// Calls visitor(const T*) with the array's own type.
template<typename Visitor>
decltype(auto) visit(const ArrayView& a, Visitor&& visitor)
{
  switch (a.type)
  {
    case ScalarType::Int8:
      return visitor(static_cast<const std::int8_t*>(a.data));
    case ScalarType::UInt8:
      return visitor(static_cast<const std::uint8_t*>(a.data));
    case ScalarType::Int16:
      return visitor(static_cast<const std::int16_t*>(a.data));
    case ScalarType::UInt16:
      return visitor(static_cast<const std::uint16_t*>(a.data));
    case ScalarType::Int32:
      return visitor(static_cast<const std::int32_t*>(a.data));
    case ScalarType::UInt32:
      return visitor(static_cast<const std::uint32_t*>(a.data));
    case ScalarType::Int64:
      return visitor(static_cast<const std::int64_t*>(a.data));
    case ScalarType::UInt64:
      return visitor(static_cast<const std::uint64_t*>(a.data));
    case ScalarType::Float32:
      return visitor(static_cast<const float*>(a.data));
    case ScalarType::Float64:
      return visitor(static_cast<const double*>(a.data));
  }
  throw Error("an array has an unknown type of number");
}
}
