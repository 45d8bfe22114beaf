#include "data/report/summary.h"

#include "data/batch.h"
#include "data/hash.h"
#include "data/moments.h"

#include <algorithm>
#include <cmath>

namespace flare::report
{
namespace
{
constexpr std::size_t hashLength = 32;

// What this rank's part of a case gives.
struct Part
{
  std::vector<Moments> inputs; // of channels that are fields
  std::vector<Moments> targets;
  std::vector<Range> inputRanges;
  std::vector<Range> targetRanges;
  std::int64_t points = 0;
  std::string hashes; // mesh, inputs, targets
};

std::string hashOf(const std::vector<ArrayView>& arrays, const ArrayView& owned)
{
  Hash hash;
  for (const auto& array : arrays)
  {
    hash.add(array);
  }
  if (owned.data != nullptr)
  {
    hash.add(owned);
  }
  return hash.text();
}

std::string hashesOf(const Case& c)
{
  return hashOf({ c.points }, c.owned) + hashOf(c.inputs, {}) + hashOf(c.targets, {});
}

Range rangeOf(const Case& c, const Channel& channel)
{
  Range range;
  forEachValue(c, channel, [&](double value) { range.add({ value, value }); });
  return range;
}

// Channels of a case, each read a few times. False when the user stopped it.
bool look(const Case& c, const std::vector<Channel>& channels, std::vector<Moments>& moments,
  std::vector<Range>& ranges, const std::function<bool()>& goOn)
{
  for (const auto& channel : channels)
  {
    if (!goOn())
    {
      return false;
    }
    const bool field = channel.array != nullptr && channel.array != &c.points;
    moments.push_back(field ? momentsOf(c, channel) : Moments());
    ranges.push_back(rangeOf(c, channel));
  }
  return true;
}

Part lookAt(const Signature& signature, const Case& c, const std::function<bool()>& goOn)
{
  Part part;
  for (std::int64_t i = 0; i < c.count(); ++i)
  {
    part.points += isOwned(c, i) ? 1 : 0;
  }
  if (look(c, inputChannels(signature, c), part.inputs, part.inputRanges, goOn) &&
      look(c, targetChannels(signature, c), part.targets, part.targetRanges, goOn))
  {
    part.hashes = hashesOf(c);
  }
  return part;
}

template<typename T, typename Merge>
void mergeInto(std::vector<T>& all, const std::vector<T>& part, const Merge& merge)
{
  all.resize(part.size());
  for (std::size_t i = 0; i < part.size(); ++i)
  {
    merge(all[i], part[i]);
  }
}

void join(std::vector<Range>& ranges, Communicator& communicator)
{
  std::vector<double> ends;
  for (const auto& range : ranges)
  {
    ends.insert(ends.end(), { -range.smallest, range.largest });
  }
  communicator.max(ends.data(), static_cast<std::int64_t>(ends.size()));
  for (std::size_t i = 0; i < ranges.size(); ++i)
  {
    ranges[i] = { -ends[2 * i], ends[2 * i + 1] };
  }
}

// The part of one rank after the other; one text for all cases, so that many cases cost few messages.
void joinHashes(std::vector<CaseSummary>& cases, const std::string& own, Communicator& communicator)
{
  std::vector<Hash> all(3 * cases.size());
  for (int rank = 0; rank < communicator.size(); ++rank)
  {
    const auto theirs = communicator.broadcast(own, rank);
    for (std::size_t i = 0; i < all.size(); ++i)
    {
      all[i].add(theirs.substr(i * hashLength, hashLength));
    }
  }
  for (std::size_t i = 0; i < cases.size(); ++i)
  {
    cases[i].mesh = all[3 * i].text();
    cases[i].inputs = all[3 * i + 1].text();
    cases[i].targets = all[3 * i + 2].text();
  }
}

// The scan of all cases on this rank, and what follows from all ranks' scans.
class Scan
{
public:
  Scan(const DataSet& data, const Split& split)
    : data_(data)
    , offsets_(fieldOffsets(data.signature()))
    , trains_(data.size(), false)
  {
    summary_.split = split;
    for (const auto index : split.training)
    {
      trains_[index] = true;
    }
  }

  void add(std::size_t index, const Part& part)
  {
    const auto merge = [](auto& all, const auto& one) { all.add(one); };
    const auto mergeMoments = [](Moments& all, const Moments& one) { all.merge(one); };
    mergeInto(summary_.inputs, part.inputRanges, merge);
    mergeInto(summary_.targets, part.targetRanges, merge);
    if (trains_[index])
    {
      mergeInto(summary_.trainingInputs, part.inputRanges, merge);
      mergeInto(inputs_, part.inputs, mergeMoments);
      mergeInto(targets_, part.targets, mergeMoments);
    }
    points_.push_back(part.points);
    boxes_.insert(boxes_.end(), part.inputRanges.begin(), part.inputRanges.begin() + 3);
    for (std::size_t f = 0; f + 1 < offsets_.size(); ++f)
    {
      double squares = 0.0;
      for (int c = offsets_[f]; c < offsets_[f + 1]; ++c)
      {
        const auto& m = part.targets[c];
        squares += m.squares + m.count * m.mean * m.mean;
      }
      squares_.push_back(squares);
    }
    hashes_ += part.hashes;
  }

  Summary finish()
  {
    auto& communicator = *data_.communicator();
    join(summary_.inputs, communicator);
    join(summary_.trainingInputs, communicator);
    join(summary_.targets, communicator);
    join(boxes_, communicator);
    joinOverRanks(inputs_, communicator);
    joinOverRanks(targets_, communicator);
    summary_.inputScaling = scalingOf(inputs_, 1.0);
    summary_.targetScaling = scalingOf(targets_, 0.0);
    std::vector<double> most(points_.begin(), points_.end());
    communicator.max(most.data(), static_cast<std::int64_t>(most.size()));
    communicator.sum(points_.data(), static_cast<std::int64_t>(points_.size()));
    communicator.sum(squares_.data(), static_cast<std::int64_t>(squares_.size()));
    for (std::size_t i = 0; i < points_.size(); ++i)
    {
      summary_.cases.push_back(caseAt(i, most[i]));
    }
    joinHashes(summary_.cases, hashes_, communicator);
    return std::move(summary_);
  }

private:
  CaseSummary caseAt(std::size_t index, double most) const
  {
    CaseSummary c;
    c.points = points_[index];
    c.pointsOfRank = static_cast<std::int64_t>(most);
    const auto extent = [&](std::size_t d)
    { return boxes_[3 * index + d].largest - boxes_[3 * index + d].smallest; };
    c.diagonal = std::hypot(extent(0), extent(1), extent(2));
    const auto fields = offsets_.size() - 1;
    for (std::size_t f = 0; f < fields; ++f)
    {
      c.targetSizes.push_back(
        std::sqrt(squares_[index * fields + f] / static_cast<double>(std::max<std::int64_t>(c.points, 1))));
    }
    return c;
  }

  const DataSet& data_;
  std::vector<int> offsets_;
  std::vector<bool> trains_;
  Summary summary_;
  std::vector<Moments> inputs_, targets_;
  std::vector<std::int64_t> points_;
  std::vector<Range> boxes_;
  std::vector<double> squares_;
  std::string hashes_;
};
}

void Range::add(const Range& other)
{
  smallest = std::min(smallest, other.smallest);
  largest = std::max(largest, other.largest);
}

Summary summarise(const DataSet& data, const Split& split, Watch& watch)
{
  auto& communicator = *data.communicator();
  const auto& signature = data.signature();
  const double channels = signature.inputChannels() + signature.targetChannels();
  Scan scan(data, split);
  for (std::size_t i = 0; i < data.size(); ++i)
  {
    check(signature, data[i], communicator);
    double seen = 0.0;
    const auto goOn = [&]
    { return watch.tell((static_cast<double>(i) + seen++ / channels) / static_cast<double>(data.size())); };
    Part part;
    onEveryRank(communicator, [&] { part = lookAt(signature, data[i], goOn); });
    if (watch.stoppedAnywhere())
    {
      return {};
    }
    scan.add(i, part);
  }
  return scan.finish();
}
}
