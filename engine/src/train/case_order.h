#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace flare::train
{
// Which cases a step sees. Every epoch goes through all training cases once, in an order of its own: the
// sorted indices are shuffled by Fisher-Yates from the back with successive numbers of one generator.
class CaseOrder
{
public:
  CaseOrder(std::vector<std::size_t> cases, std::uint64_t seed);

  // The next cases, at most `size` of them: the last batch of an epoch may be smaller.
  std::vector<std::size_t> next(int size);
  // All cases of the epoch that next() began have been handed out.
  bool epochEnded() const { return position_ == order_.size(); }
  // Of the batch that next() gave last; 0 before the first.
  std::int64_t epoch() const { return epoch_; }

  // Everything that the coming batches depend on, as text.
  std::string save() const;
  void restore(const std::string& text);

private:
  std::vector<std::size_t> cases_;
  std::vector<std::size_t> order_;
  std::size_t position_ = 0;
  std::int64_t epoch_ = 0;
  std::mt19937_64 generator_;
};

// Steps of one epoch: batches of `size` cases, the last of which may be smaller.
std::int64_t stepsPerEpoch(std::size_t cases, int size);
}
