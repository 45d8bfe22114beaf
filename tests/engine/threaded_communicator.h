#pragma once

#include "flare/communicator.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace flare::test
{
// Ranks as threads of one process: what tests use in the place of MPI. Sums run in rank order.
class ThreadedRanks
{
public:
  // Runs body(communicator) on `size` threads; the first exception of the lowest rank is thrown again.
  static void run(int size, const std::function<void(std::shared_ptr<Communicator>)>& body)
  {
    auto shared = std::make_shared<Shared>(size);
    std::vector<std::thread> threads;
    std::vector<std::exception_ptr> errors(size);
    for (int rank = 0; rank < size; ++rank)
    {
      threads.emplace_back(
        [&, rank]
        {
          try
          {
            body(std::make_shared<Rank>(shared, rank));
          }
          catch (...)
          {
            errors[rank] = std::current_exception();
          }
        });
    }
    for (auto& thread : threads)
    {
      thread.join();
    }
    for (const auto& error : errors)
    {
      if (error)
      {
        std::rethrow_exception(error);
      }
    }
  }

private:
  struct Shared
  {
    explicit Shared(int size)
      : size(size)
      , slots(size)
    {
    }

    void wait()
    {
      std::unique_lock<std::mutex> lock(mutex);
      const auto mine = generation;
      if (++arrived == size)
      {
        arrived = 0;
        ++generation;
        changed.notify_all();
      }
      else
      {
        changed.wait(lock, [&] { return generation != mine; });
      }
    }

    int size;
    std::mutex mutex;
    std::condition_variable changed;
    int arrived = 0;
    long generation = 0;
    std::vector<const void*> slots;
  };

  class Rank : public Communicator
  {
  public:
    Rank(std::shared_ptr<Shared> shared, int rank)
      : shared_(std::move(shared))
      , rank_(rank)
    {
    }
    int rank() const override { return rank_; }
    int size() const override { return shared_->size; }
    void sum(double* v, std::int64_t n) override { reduce(v, n, add); }
    void sum(float* v, std::int64_t n) override { reduce(v, n, add); }
    void sum(std::int64_t* v, std::int64_t n) override { reduce(v, n, add); }
    void max(double* v, std::int64_t n) override { reduce(v, n, larger); }
    void max(float* v, std::int64_t n) override { reduce(v, n, larger); }
    std::string broadcast(const std::string& text, int root) override
    {
      const auto own = text;
      shared_->slots[rank_] = &own;
      shared_->wait();
      const auto result = *static_cast<const std::string*>(shared_->slots[root]);
      shared_->wait();
      return result;
    }

  private:
    static constexpr auto add = [](auto a, auto b) { return a + b; };
    static constexpr auto larger = [](auto a, auto b) { return std::max(a, b); };

    template<typename T, typename Operation>
    void reduce(T* values, std::int64_t count, Operation operation)
    {
      const std::vector<T> own(values, values + count);
      shared_->slots[rank_] = own.data();
      shared_->wait();
      for (int rank = 0; rank < shared_->size; ++rank)
      {
        const auto* other = static_cast<const T*>(shared_->slots[rank]);
        for (std::int64_t i = 0; i < count; ++i)
        {
          values[i] = rank == 0 ? other[i] : operation(values[i], other[i]);
        }
      }
      shared_->wait();
    }

    std::shared_ptr<Shared> shared_;
    int rank_;
  };
};
}
