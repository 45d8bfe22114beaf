#include "interrupt.h"

#include <atomic>
#include <csignal>

namespace flare::filters
{
namespace
{
std::atomic<int> requests{ 0 };
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may not wait");

std::atomic<int> guards{ 0 };
struct sigaction earlier;

void onInterrupt(int)
{
  requests.fetch_add(1);
}
}

InterruptGuard::InterruptGuard()
{
  if (guards.fetch_add(1) == 0)
  {
    requests = 0;
    struct sigaction action = {};
    action.sa_handler = onInterrupt;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, &earlier);
  }
}

InterruptGuard::~InterruptGuard()
{
  if (active_ && guards.fetch_sub(1) == 1)
  {
    sigaction(SIGINT, &earlier, nullptr);
  }
}

bool InterruptGuard::requested() const
{
  return requests > 0;
}

void InterruptGuard::passOn()
{
  if (active_ && guards.fetch_sub(1) == 1)
  {
    sigaction(SIGINT, &earlier, nullptr);
    if (requests.exchange(0) > 0)
    {
      std::raise(SIGINT);
    }
  }
  active_ = false;
}
}
