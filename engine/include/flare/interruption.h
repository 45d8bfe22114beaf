#pragma once

#include <atomic>
#include <exception>

namespace flare
{
class Interrupted : public std::exception
{
public:
  const char* what() const noexcept override { return "the computation was broken off"; }
};

// While one lives, the engine's computations on this thread throw Interrupted once the flag is set: between
// two layers of a network, and between two cases of a data set. A pass over a large mesh takes a minute, and
// who closes a window does not wait for it. What was computed is to be thrown away, a trainer included.
//
// Where a pass is divided among threads, each of them needs its own scope. Autograd works on the calling
// thread on a CPU; on a GPU it does not, and there steps are short. Ranks that work together must not be
// interrupted one by one: they would wait for each other.
class InterruptionScope
{
public:
  explicit InterruptionScope(const std::atomic<bool>* flag);
  ~InterruptionScope();
  InterruptionScope(const InterruptionScope&) = delete;
  InterruptionScope& operator=(const InterruptionScope&) = delete;

private:
  const std::atomic<bool>* before_;
};

// This thread's flag, to be handed on to others; nullptr outside of scopes.
const std::atomic<bool>* interruptionFlag();

void throwIfInterrupted();
}
