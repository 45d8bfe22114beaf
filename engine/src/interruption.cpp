#include "flare/interruption.h"

namespace flare
{
namespace
{
thread_local const std::atomic<bool>* flagOfThread = nullptr;
}

InterruptionScope::InterruptionScope(const std::atomic<bool>* flag)
  : before_(flagOfThread)
{
  flagOfThread = flag;
}

InterruptionScope::~InterruptionScope()
{
  flagOfThread = before_;
}

const std::atomic<bool>* interruptionFlag()
{
  return flagOfThread;
}

void throwIfInterrupted()
{
  if (flagOfThread && flagOfThread->load(std::memory_order_relaxed))
  {
    throw Interrupted();
  }
}
}
