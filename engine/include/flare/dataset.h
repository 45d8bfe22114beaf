#pragma once

#include "flare/array.h"
#include "flare/communicator.h"
#include "flare/signature.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace flare
{
// One mesh with its fields: N points (this rank's part of them under MPI).
struct Case
{
  std::string name;               // as the user knows it: a file's name, "time step 3", "block wing"
  ArrayView points;               // N x 3 coordinates
  std::vector<ArrayView> inputs;  // one per Signature::inputs, N tuples each
  std::vector<double> parameters; // one per Signature::parameters, the same on all ranks
  double time = 0.0;              // used when Signature::useTime is set
  std::vector<ArrayView> targets; // one per Signature::targets, N tuples; empty when unknown
  // Optional, N values (UInt8): 0 for points that another rank or block owns and that must not be
  // counted twice. They are predicted, but take no part in sums.
  ArrayView owned;

  std::int64_t count() const { return points.tuples; }
};

// Cases of different sizes with one signature.
class DataSet
{
public:
  explicit DataSet(Signature signature = {});

  // Checks the case against the signature and throws Error naming the case, the array and the first
  // offending index (wrong tuple or component count, NaN or infinity). Under MPI this is collective:
  // every rank adds its part, all throw or none. A case without points on any rank is an error.
  void add(Case c);

  const Signature& signature() const;
  std::size_t size() const;
  const Case& operator[](std::size_t index) const;

  // 32 hexadecimal digits that change when a number, an array's name or the order changes (XXH3, 128 bit).
  // What the cases are called does not count.
  // Independent of the scalar types' widths: 1.5f and 1.5 are the same number.
  std::string fingerprint() const;

  void setCommunicator(std::shared_ptr<Communicator> communicator);
  const std::shared_ptr<Communicator>& communicator() const;

  // Data set files (safetensors; design: docs/files.md). Loading maps the file into memory.
  // Saving writes beside, flushes and renames.
  void save(const std::string& path) const;
  static DataSet load(const std::string& path);
  // Throws Error when a file is there that saving would cost the user: one that is not empty and no data set.
  static void requireReplaceable(const std::string& path);

private:
  Signature signature_;
  std::vector<Case> cases_;
  std::vector<std::string> hashes_; // of the cases; made as they come, because all at once would take seconds
  std::shared_ptr<Communicator> communicator_;
};

// The same checks as DataSet::add for one case that is not kept (targets may be absent).
void check(const Signature& signature, const Case& c, Communicator& communicator);

// Indices 0..cases-1 split by case: a seeded shuffle, the first round(fraction * cases) of it for
// validation, at least 1 and at most cases - 1 when 0 < fraction < 1. Both parts are sorted.
struct Split
{
  std::vector<std::size_t> training;
  std::vector<std::size_t> validation;
};
Split splitCases(std::size_t cases, double validationFraction, std::uint64_t seed);
}
