#include "io/safetensors.h"

#include "flare/error.h"

#include <array>

namespace flare::io
{
namespace
{
struct TypeEntry
{
  DType type;
  const char* name;
  int size;
};
constexpr std::array<TypeEntry, 13> types = { { { DType::Bool, "BOOL", 1 }, { DType::U8, "U8", 1 },
  { DType::I8, "I8", 1 }, { DType::I16, "I16", 2 }, { DType::U16, "U16", 2 }, { DType::F16, "F16", 2 },
  { DType::BF16, "BF16", 2 }, { DType::I32, "I32", 4 }, { DType::U32, "U32", 4 }, { DType::F32, "F32", 4 },
  { DType::I64, "I64", 8 }, { DType::U64, "U64", 8 }, { DType::F64, "F64", 8 } } };

const TypeEntry& entry(DType type)
{
  for (const auto& t : types)
  {
    if (t.type == type)
    {
      return t;
    }
  }
  throw Error("a tensor has an unknown type of number");
}
}

int sizeOf(DType type)
{
  return entry(type).size;
}

const char* nameOf(DType type)
{
  return entry(type).name;
}

std::optional<DType> dtypeNamed(const std::string& name)
{
  for (const auto& t : types)
  {
    if (name == t.name)
    {
      return t.type;
    }
  }
  return std::nullopt;
}
}
