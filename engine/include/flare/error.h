#pragma once

#include <stdexcept>
#include <string>

namespace flare
{
// Thrown for everything that a user can put right: bad data, files, settings.
// what() says what was wrong, where (file, case, array, property) and what to do.
class Error : public std::runtime_error
{
public:
  using std::runtime_error::runtime_error;
};
}
