#pragma once

#include <string>
#include <string_view>

namespace flare::io
{
// Rewrites a pickle stream so that LibTorch's unpickler can read a trainer's snapshot. It makes None of
// collections.OrderedDict(), which is what a state dictionary is, sets attributes on nothing, and stops at
// every class that it does not know. Here, opcode by opcode:
//   - OrderedDict() becomes an empty dictionary, which the items that follow then fill;
//   - attributes (BUILD) and single appended list items, neither of which an import needs, are dropped;
//   - every class and function that is not one of those by which tensors are stored becomes the
//     OrderedDict of LibTorch, whose result is None. So nothing but tensors, dictionaries, lists, tuples,
//     texts and numbers can come out, and no code that the file names is looked up;
//   - whole numbers of up to eight bytes get the one width that LibTorch reads, larger ones become None.
// Throws Error (without a path) for anything but a pickle of protocol 2, which torch.save writes.
std::string filterPickle(std::string_view pickle);
}
