#pragma once

#include <cstdint>
#include <memory>

namespace flare
{
enum class ScalarType
{
  Int8,
  UInt8,
  Int16,
  UInt16,
  Int32,
  UInt32,
  Int64,
  UInt64,
  Float32,
  Float64
};

// Bytes of one value.
int sizeOf(ScalarType type);

// A row-major table of numbers, tuples x components, that somebody else owns.
// `owner`, when set, keeps the memory alive for as long as a copy of the view lives,
// so that a mesh's arrays and memory-mapped files are read where they lie.
struct ArrayView
{
  const void* data = nullptr;
  ScalarType type = ScalarType::Float64;
  std::int64_t tuples = 0;
  int components = 1;
  std::shared_ptr<const void> owner;

  // The value at a position, widened to double (64-bit integers round beyond 2^53).
  double at(std::int64_t tuple, int component) const;
};

// The same for results: Float32 or Float64 only.
struct MutableArrayView
{
  void* data = nullptr;
  ScalarType type = ScalarType::Float32;
  std::int64_t tuples = 0;
  int components = 1;
};
}
