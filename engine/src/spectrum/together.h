#pragma once

#include "flare/communicator.h"
#include "flare/error.h"

#include <c10/util/Exception.h>

namespace flare::spectrum
{
// onEveryRank for a step of LibTorch's, whose errors (memory, a solver) come without their backtrace.
template<typename Step>
void together(Communicator& communicator, Step&& step)
{
  onEveryRank(communicator,
    [&]
    {
      try
      {
        step();
      }
      catch (const c10::Error& error)
      {
        throw Error(error.what_without_backtrace());
      }
    });
}
}
