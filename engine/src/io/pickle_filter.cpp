#include "io/pickle_filter.h"

#include "flare/error.h"

#include <cstdint>
#include <set>

namespace flare::io
{
namespace
{
// Opcodes by the names of Python's pickletools.
enum Opcode : unsigned char
{
  MARK = '(',
  EMPTY_TUPLE = ')',
  STOP = '.',
  BINFLOAT = 'G',
  BININT = 'J',
  BININT1 = 'K',
  BININT2 = 'M',
  NONE = 'N',
  BINPERSID = 'Q',
  REDUCE = 'R',
  BINUNICODE = 'X',
  EMPTY_LIST = ']',
  APPEND = 'a',
  BUILD = 'b',
  GLOBAL = 'c',
  DICT = 'd',
  APPENDS = 'e',
  BINGET = 'h',
  LONG_BINGET = 'j',
  LIST = 'l',
  BINPUT = 'q',
  LONG_BINPUT = 'r',
  SETITEM = 's',
  TUPLE = 't',
  SETITEMS = 'u',
  EMPTY_DICT = '}',
  PROTO = 0x80,
  NEWOBJ = 0x81, // LibTorch: drops the top of the stack, and nothing else
  TUPLE1 = 0x85,
  TUPLE2 = 0x86,
  TUPLE3 = 0x87,
  NEWTRUE = 0x88,
  NEWFALSE = 0x89,
  LONG1 = 0x8a
};
constexpr Opcode dropTop = NEWOBJ;

const std::string orderedDict = "collections\nOrderedDict\n";

// The globals by which torch.save stores tensors.
bool storesTensors(std::string_view global)
{
  static const std::set<std::string_view> known = { "torch\nFloatStorage\n", "torch\nDoubleStorage\n",
    "torch\nHalfStorage\n", "torch\nBFloat16Storage\n", "torch\nLongStorage\n", "torch\nIntStorage\n",
    "torch\nShortStorage\n", "torch\nCharStorage\n", "torch\nByteStorage\n", "torch\nBoolStorage\n",
    "torch._utils\n_rebuild_tensor_v2\n", "torch._utils\n_rebuild_parameter\n" };
  return known.count(global) > 0;
}

class Filter
{
public:
  explicit Filter(std::string_view in)
    : in_(in)
  {
  }

  std::string run()
  {
    if (in_.size() < 2 || peek(0) != PROTO || peek(1) != 2)
    {
      throw Error("it is not a pickle of protocol 2, as torch.save writes by default; save it again so");
    }
    copy(2);
    while (!stopped_)
    {
      step();
    }
    return std::move(out_);
  }

private:
  unsigned char peek(std::size_t ahead) const
  {
    if (position_ + ahead >= in_.size())
    {
      throw Error("its pickle ends in the middle");
    }
    return static_cast<unsigned char>(in_[position_ + ahead]);
  }

  std::uint64_t littleEndian(std::size_t ahead, int bytes) const
  {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i)
    {
      value |= static_cast<std::uint64_t>(peek(ahead + i)) << (8 * i);
    }
    return value;
  }

  void copy(std::size_t bytes)
  {
    if (bytes > in_.size() - position_)
    {
      throw Error("its pickle ends in the middle");
    }
    out_.append(in_.substr(position_, bytes));
    position_ += bytes;
  }

  void replace(std::size_t bytes, Opcode opcode)
  {
    out_ += static_cast<char>(opcode);
    position_ += bytes;
  }

  void step();
  void global();
  void longInteger();
  void put(int bytes);
  void get(int bytes);
  void callOfDictionary();

  std::string_view in_;
  std::size_t position_ = 0;
  std::string out_;
  bool stopped_ = false;
  bool dictionaryClass_ = false;         // OrderedDict itself is on top of the stack
  std::set<std::uint64_t> dictionaries_; // where the memo holds OrderedDict itself
};

void Filter::step()
{
  const auto opcode = peek(0);
  switch (opcode)
  {
    case GLOBAL:
      return global();
    case LONG1:
      return longInteger();
    case BINPUT:
      return put(1);
    case LONG_BINPUT:
      return put(4);
    case BINGET:
      return get(1);
    case LONG_BINGET:
      return get(4);
    case BUILD:
    case APPEND:
      return replace(1, dropTop);
    case BINUNICODE:
      return copy(5 + littleEndian(1, 4));
    case BINFLOAT:
      return copy(9);
    case BININT:
      return copy(5);
    case BININT2:
      return copy(3);
    case BININT1:
      return copy(2);
    case STOP:
      stopped_ = true;
      return copy(1);
    case MARK:
    case EMPTY_TUPLE:
    case NONE:
    case BINPERSID:
    case REDUCE:
    case EMPTY_LIST:
    case DICT:
    case APPENDS:
    case LIST:
    case SETITEM:
    case TUPLE:
    case SETITEMS:
    case EMPTY_DICT:
    case NEWOBJ:
    case TUPLE1:
    case TUPLE2:
    case TUPLE3:
    case NEWTRUE:
    case NEWFALSE:
      return copy(1);
    default:
      throw Error(
        "its pickle holds the opcode " + std::to_string(opcode) + ", which torch.save does not write");
  }
}

void Filter::global()
{
  const auto module = in_.find('\n', position_ + 1);
  const auto name = module == std::string_view::npos ? module : in_.find('\n', module + 1);
  if (name == std::string_view::npos)
  {
    throw Error("its pickle ends in the middle");
  }
  const auto text = in_.substr(position_ + 1, name - position_);
  const bool isDictionary = text == orderedDict;
  out_ += static_cast<char>(GLOBAL);
  out_ += storesTensors(text) ? std::string(text) : orderedDict;
  position_ = name + 1;
  if (isDictionary)
  {
    dictionaryClass_ = true;
    if (peek(0) == BINPUT || peek(0) == LONG_BINPUT)
    {
      put(peek(0) == BINPUT ? 1 : 4);
    }
    callOfDictionary();
  }
}

void Filter::put(int bytes)
{
  const auto place = littleEndian(1, bytes);
  if (dictionaryClass_)
  {
    dictionaries_.insert(place);
  }
  else
  {
    dictionaries_.erase(place);
  }
  copy(1 + bytes);
}

void Filter::get(int bytes)
{
  dictionaryClass_ = dictionaries_.count(littleEndian(1, bytes)) > 0;
  copy(1 + bytes);
  if (dictionaryClass_)
  {
    callOfDictionary();
  }
}

// With OrderedDict on top of the stack: its call without arguments, in place of it, a dictionary.
void Filter::callOfDictionary()
{
  dictionaryClass_ = false;
  if (peek(0) == EMPTY_TUPLE && peek(1) == REDUCE)
  {
    replace(2, dropTop);
    out_ += static_cast<char>(EMPTY_DICT);
  }
}

void Filter::longInteger()
{
  const std::size_t size = peek(1);
  if (size > 8)
  {
    peek(1 + size);
    return replace(2 + size, NONE);
  }
  out_ += static_cast<char>(LONG1);
  out_ += '\x08';
  const bool negative = size > 0 && (peek(1 + size) & 0x80) != 0;
  for (std::size_t i = 0; i < 8; ++i)
  {
    out_ += i < size ? static_cast<char>(peek(2 + i)) : (negative ? '\xff' : '\0');
  }
  position_ += 2 + size;
}
}

std::string filterPickle(std::string_view pickle)
{
  return Filter(pickle).run();
}
}
