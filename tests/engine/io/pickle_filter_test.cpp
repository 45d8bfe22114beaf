#include "io/pickle_filter.h"

#include "io/expect_error.h"

namespace flare::io
{
namespace
{
// Streams as pickletools would show them; what comes out is what LibTorch reads.
TEST(PickleFilter, TurnsOrderedDictIntoDictionaries)
{
  const std::string begin("\x80\x02", 2);
  const std::string ordered = "ccollections\nOrderedDict\n";
  EXPECT_EQ(filterPickle(begin + ordered + ")R."), begin + ordered + "\x81}.");
  EXPECT_EQ(
    filterPickle(begin + ordered + "q\x01)Rq\x02h\x01)R."), begin + ordered + "q\x01\x81}q\x02h\x01\x81}.");
  // Something else takes the place in the memo.
  EXPECT_EQ(
    filterPickle(begin + ordered + "q\x01)R}q\x01h\x01)R."), begin + ordered + "q\x01\x81}}q\x01h\x01)R.");
}

TEST(PickleFilter, LetsOnlyTensorsThrough)
{
  const std::string begin("\x80\x02", 2);
  const std::string tensors = "ctorch._utils\n_rebuild_tensor_v2\n";
  EXPECT_EQ(filterPickle(begin + tensors + "."), begin + tensors + ".");
  const std::string call("X\x02\0\0\0ls\x85R.", 10);
  EXPECT_EQ(filterPickle(begin + "cposix\nsystem\n" + call), begin + "ccollections\nOrderedDict\n" + call);
}

TEST(PickleFilter, GivesWholeNumbersEightBytes)
{
  const std::string begin("\x80\x02", 2);
  const auto filtered = [&](const std::string& digits)
  { return filterPickle(begin + "\x8a" + static_cast<char>(digits.size()) + digits + ".").substr(2); };
  EXPECT_EQ(filtered(""), std::string("\x8a\x08\0\0\0\0\0\0\0\0.", 11));
  EXPECT_EQ(filtered(std::string("\x00\x01\x02\x03\x04", 5)), std::string("\x8a\x08\0\1\2\3\4\0\0\0.", 11));
  EXPECT_EQ(filtered("\x01\x02\x03\x04\xff"), std::string("\x8a\x08\1\2\3\4\xff\xff\xff\xff.", 11));
  EXPECT_EQ(filtered(std::string(9, '\x7f')), "N.");
}

TEST(PickleFilter, RefusesEverythingElse)
{
  EXPECT_ERROR(filterPickle(""), "protocol 2");
  EXPECT_ERROR(filterPickle("\x80\x04."), "protocol 2");
  const std::string begin("\x80\x02", 2);
  for (const auto& rest :
    { std::string(), std::string("X\xff\xff\xff\xff."), std::string("X\x01"), std::string("G123"),
      std::string("cabc\nde"), std::string("q"), std::string("\x8a\x10."), std::string("}") })
  {
    EXPECT_ERROR(filterPickle(begin + rest), "ends in the middle");
  }
  EXPECT_ERROR(filterPickle(begin + "iposix\nsystem\n."), "opcode 105");
}
}
}
