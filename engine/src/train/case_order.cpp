#include "train/case_order.h"

#include "flare/error.h"

#include <algorithm>
#include <sstream>
#include <utility>

namespace flare::train
{
CaseOrder::CaseOrder(std::vector<std::size_t> cases, std::uint64_t seed)
  : cases_(std::move(cases))
  , generator_(seed)
{
  std::sort(cases_.begin(), cases_.end());
}

std::vector<std::size_t> CaseOrder::next(int size)
{
  if (epochEnded())
  {
    order_ = cases_;
    for (std::size_t i = order_.size() - 1; i > 0; --i)
    {
      std::swap(order_[i], order_[generator_() % (i + 1)]);
    }
    position_ = 0;
    ++epoch_;
  }
  const auto count = std::min(static_cast<std::size_t>(size), order_.size() - position_);
  const auto first = order_.begin() + static_cast<std::ptrdiff_t>(position_);
  position_ += count;
  return { first, first + static_cast<std::ptrdiff_t>(count) };
}

std::string CaseOrder::save() const
{
  std::ostringstream text;
  text << epoch_ << ' ' << position_ << ' ' << order_.size();
  for (const auto index : order_)
  {
    text << ' ' << index;
  }
  text << ' ' << generator_;
  return text.str();
}

void CaseOrder::restore(const std::string& text)
{
  std::istringstream in(text);
  std::size_t size = 0;
  in >> epoch_ >> position_ >> size;
  bool fits = !in.fail() && (size == 0 || size == cases_.size()) && position_ <= size;
  if (fits)
  {
    order_.resize(size);
    for (auto& index : order_)
    {
      in >> index;
    }
    in >> generator_;
    auto sorted = order_;
    std::sort(sorted.begin(), sorted.end());
    fits = !in.fail() && (size == 0 || sorted == cases_);
  }
  if (!fits)
  {
    throw Error("the checkpoint's order of cases is damaged or belongs to other data; train anew");
  }
}

std::int64_t stepsPerEpoch(std::size_t cases, int size)
{
  const auto n = static_cast<std::int64_t>(cases);
  return (n + size - 1) / size;
}
}
