#pragma once

#include "flare/communicator.h"
#include "flare/error.h"

#include <c10/util/Exception.h>

#include <exception>
#include <string>

namespace flare::spectrum
{
// Runs a step that is not collective. Where it fails on some rank (memory, a solver), all ranks throw
// Error, so that none waits for one that has left.
template<typename Step>
void together(Communicator& communicator, Step&& step)
{
  std::string problem;
  try
  {
    step();
  }
  catch (const c10::Error& error)
  {
    problem = error.what_without_backtrace();
  }
  catch (const std::exception& error)
  {
    problem = error.what();
  }
  agree(communicator, problem);
}
}
