#pragma once

#include "flare/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace flare::test
{
// The message of the flare::Error that a call throws; a failure of the test when it throws none, or
// anything else.
template<typename Call>
std::string errorOf(Call&& call)
{
  try
  {
    call();
  }
  catch (const Error& error)
  {
    return error.what();
  }
  catch (const std::exception& error)
  {
    ADD_FAILURE() << "another exception: " << error.what();
    return {};
  }
  ADD_FAILURE() << "no error";
  return {};
}
}

// The call throws flare::Error whose message contains the text.
#define EXPECT_ERROR(call, text)                                                                             \
  EXPECT_THAT(flare::test::errorOf([&] { (void)(call); }), testing::HasSubstr(text))
