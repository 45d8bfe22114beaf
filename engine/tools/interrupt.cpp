#include "interrupt.h"

#include <csignal>

namespace flare::tools
{
namespace
{
volatile std::sig_atomic_t seen = 0;

void remember(int)
{
  seen = 1;
}
}

void catchInterrupts()
{
  struct sigaction action = {};
  action.sa_handler = remember;
  sigemptyset(&action.sa_mask);
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted()
{
  return seen != 0;
}
}
