#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace flare::filters
{
// For a worker: the window's thread comes first where there are no more cores than training takes. On Linux
// the priority is a thread's own, and the threads that it starts inherit it.
inline void yieldToTheWindow()
{
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 5);
}
}
