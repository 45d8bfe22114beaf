#include "flare/dataset.h"

#include "data/hash.h"
#include "flare/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace flare
{
namespace
{
void add(Hash& hash, const std::vector<FieldSpec>& fields)
{
  hash.add(static_cast<std::int64_t>(fields.size()));
  for (const auto& field : fields)
  {
    hash.add(field.name);
    hash.add(static_cast<std::int64_t>(field.components));
    hash.add(static_cast<std::int64_t>(field.averaged));
  }
}

void add(Hash& hash, const Signature& signature)
{
  hash.add(static_cast<std::int64_t>(signature.association));
  add(hash, signature.inputs);
  add(hash, signature.targets);
  for (const auto& parameter : signature.parameters)
  {
    hash.add(parameter.name);
  }
  hash.add(static_cast<std::int64_t>(signature.useTime));
}

std::string hashOf(const Case& c, bool useTime)
{
  Hash hash;
  hash.add(c.points);
  for (const auto& array : c.inputs)
  {
    hash.add(array);
  }
  for (const auto& array : c.targets)
  {
    hash.add(array);
  }
  for (const auto parameter : c.parameters)
  {
    hash.add(parameter);
  }
  hash.add(useTime ? c.time : 0.0);
  if (c.owned.data != nullptr)
  {
    hash.add(c.owned);
  }
  return hash.text();
}

bool allEqual(const ArrayView& points, Communicator& communicator)
{
  // max of x and of -x over all ranks: equal points have no extent.
  double extent[6];
  std::fill(std::begin(extent), std::end(extent), -std::numeric_limits<double>::infinity());
  for (std::int64_t i = 0; i < points.tuples; ++i)
  {
    for (int d = 0; d < 3; ++d)
    {
      extent[d] = std::max(extent[d], points.at(i, d));
      extent[3 + d] = std::max(extent[3 + d], -points.at(i, d));
    }
  }
  communicator.max(extent, 6);
  return extent[0] == -extent[3] && extent[1] == -extent[4] && extent[2] == -extent[5];
}
}

DataSet::DataSet(Signature signature)
  : signature_(std::move(signature))
  , communicator_(serialCommunicator())
{
}

void DataSet::add(Case c)
{
  std::string problem;
  if (c.targets.empty() && !signature_.targets.empty())
  {
    problem = "case '" + c.name + "': the target arrays are missing";
  }
  agree(*communicator_, problem);
  check(signature_, c, *communicator_);
  if (allEqual(c.points, *communicator_))
  {
    auto points = c.count();
    communicator_->sum(&points, 1);
    throw Error(
      "case '" + c.name + "' has " +
      (points == 1 ? std::string("one point only") : "all its points in one place") +
      ": there is no field to learn on it. Remove it, or check the reader and the filters before it");
  }
  hashes_.push_back(hashOf(c, signature_.useTime));
  cases_.push_back(std::move(c));
}

const Signature& DataSet::signature() const
{
  return signature_;
}

std::size_t DataSet::size() const
{
  return cases_.size();
}

const Case& DataSet::operator[](std::size_t index) const
{
  return cases_.at(index);
}

void DataSet::setCommunicator(std::shared_ptr<Communicator> communicator)
{
  communicator_ = std::move(communicator);
}

const std::shared_ptr<Communicator>& DataSet::communicator() const
{
  return communicator_;
}

std::string DataSet::fingerprint() const
{
  Hash hash;
  flare::add(hash, signature_);
  hash.add(static_cast<std::int64_t>(cases_.size()));
  for (const auto& ofCase : hashes_)
  {
    hash.add(ofCase);
  }
  return hash.text(*communicator_);
}

Split splitCases(std::size_t cases, double validationFraction, std::uint64_t seed)
{
  std::vector<std::size_t> order(cases);
  std::iota(order.begin(), order.end(), std::size_t{ 0 });
  std::size_t held = 0;
  if (validationFraction > 0.0 && cases > 1)
  {
    held = static_cast<std::size_t>(std::llround(validationFraction * static_cast<double>(cases)));
    held = std::clamp<std::size_t>(held, 1, cases - 1);
  }
  std::mt19937_64 random(seed);
  for (std::size_t i = cases; i-- > 1;)
  {
    std::swap(order[i], order[random() % (i + 1)]);
  }
  Split split;
  split.validation.assign(order.begin(), order.begin() + held);
  split.training.assign(order.begin() + held, order.end());
  std::sort(split.validation.begin(), split.validation.end());
  std::sort(split.training.begin(), split.training.end());
  return split;
}
}
