#pragma once

#include "mesh_blocks.h"

#include "flare/dataset.h"
#include "flare/signature.h"

#include <map>
#include <string>
#include <vector>

namespace flare::filters
{
enum class Targets
{
  Required,
  Ignored
};

// What reading a case took notice of.
struct ReadingNotes
{
  std::int64_t sharedPoints = 0; // unmarked points that several ranks hold, counted once
};

// A sentence about shared points for the user.
std::string sharedPointsNote(const ReadingNotes& notes);

// Values by parameter, set in the filter rather than read from the data; the time by the name "time".
using GivenParameters = std::map<std::string, double>;

// Reads what the signature names from a mesh, without copying where the arrays' layout allows it.
// Parameters come from `given` (null for a filter that has no such setting), else from field data on any
// rank. Throws Error on every rank, naming the case, the array and what is there instead. Collective.
Case readCase(const CaseMesh& mesh, const Signature& signature, Targets targets, const GivenParameters* given,
  Communicator& communicator, ReadingNotes* notes = nullptr);

// An array as all ranks together see it.
struct ArrayInfo
{
  std::string name;
  int components = 1;
  std::vector<std::string> componentNames;
  std::string unit;
  bool numeric = true;
  bool ids = false; // ghost marks, global and pedigree ids, VTK's own bookkeeping
};

// What a case offers. The same on every rank.
struct Inventory
{
  std::vector<ArrayInfo> points;
  std::vector<ArrayInfo> cells;
  std::vector<ArrayInfo> parameters; // numeric field arrays with one value
  const std::vector<ArrayInfo>& of(Association association) const
  {
    return association == Association::Points ? points : cells;
  }
};

Inventory takeInventory(const CaseMesh& mesh, Communicator& communicator);

const ArrayInfo* find(const std::vector<ArrayInfo>& arrays, const std::string& name);
// "a, b, c" or "none".
std::string listOf(const std::vector<std::string>& names);
std::string listOf(const std::vector<ArrayInfo>& arrays);
}
