#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

namespace flare
{
// The engine's view of parallel ranks that hold parts of the same meshes. Every call is collective.
// Sums must be the same bits on every rank (reduce in rank order, then broadcast, does it).
class Communicator
{
public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual void sum(double* values, std::int64_t count) = 0;
  virtual void sum(float* values, std::int64_t count) = 0;
  virtual void sum(std::int64_t* values, std::int64_t count) = 0;
  virtual void max(double* values, std::int64_t count) = 0;
  virtual void max(float* values, std::int64_t count) = 0;
  // Rank `root`'s text, on every rank.
  virtual std::string broadcast(const std::string& text, int root) = 0;
};

// One process alone; every operation is the identity.
std::shared_ptr<Communicator> serialCommunicator();

// Throws on every rank when `message` is not empty on at least one; the text is that of the lowest
// rank that failed, with its number when there are several ranks. No rank is left waiting.
void agree(Communicator& communicator, const std::string& message);

// Does this rank's part of something. When it fails on any rank, all ranks throw and none is left waiting.
template<typename Work>
void onEveryRank(Communicator& communicator, Work&& work)
{
  std::string problem;
  try
  {
    work();
  }
  catch (const std::exception& e)
  {
    problem = *e.what() ? e.what() : "an unknown error";
  }
  agree(communicator, problem);
}
}
