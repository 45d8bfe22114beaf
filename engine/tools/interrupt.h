#pragma once

#include <stdexcept>

namespace flare::tools
{
// Thrown when the user stopped a command and something was left behind that can be continued.
class Interrupted : public std::runtime_error
{
public:
  using std::runtime_error::runtime_error;
};

// From now on the first SIGINT (Ctrl-C) or SIGTERM (a batch system's warning) is only remembered; a second
// one ends the program at once.
void catchInterrupts();
bool interrupted();
}
