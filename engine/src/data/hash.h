#pragma once

#include "data/array.h"
#include "flare/communicator.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <xxhash.h>

namespace flare
{
// A 128-bit XXH3 hash of texts and numbers. Arrays are widened to double, in blocks, so that a field means
// the same in float32 and float64.
class Hash
{
public:
  Hash()
    : state_(XXH3_createState(), &XXH3_freeState)
  {
    XXH3_128bits_reset(state_.get());
  }

  void add(std::int64_t value) { raw(&value, sizeof value); }
  void add(double value) { raw(&value, sizeof value); }
  void add(const std::string& text)
  {
    add(static_cast<std::int64_t>(text.size()));
    raw(text.data(), text.size());
  }

  void add(const ArrayView& a)
  {
    add(a.tuples);
    add(static_cast<std::int64_t>(a.components));
    visit(a,
      [&](const auto* values)
      {
        constexpr std::int64_t block = 4096;
        double widened[block];
        const auto count = a.tuples * a.components;
        for (std::int64_t begin = 0; begin < count; begin += block)
        {
          const auto n = std::min(block, count - begin);
          std::transform(values + begin, values + begin + n, widened,
            [](auto value) { return static_cast<double>(value); });
          raw(widened, static_cast<std::size_t>(n) * sizeof(double));
        }
      });
  }

  // 32 hexadecimal digits
  std::string text() const
  {
    const auto digest = XXH3_128bits_digest(state_.get());
    char buffer[33];
    std::snprintf(buffer, sizeof buffer, "%016llx%016llx", static_cast<unsigned long long>(digest.high64),
      static_cast<unsigned long long>(digest.low64));
    return buffer;
  }

  // The hashes of all ranks, joined in rank order; the same text on every rank.
  std::string text(Communicator& communicator) const
  {
    const auto own = text();
    if (communicator.size() == 1)
    {
      return own;
    }
    Hash all;
    for (int rank = 0; rank < communicator.size(); ++rank)
    {
      all.add(communicator.broadcast(own, rank));
    }
    return all.text();
  }

private:
  void raw(const void* data, std::size_t bytes) { XXH3_128bits_update(state_.get(), data, bytes); }

  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state_;
};
}
