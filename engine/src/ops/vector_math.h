#pragma once

namespace flare::ops
{
// Call once before the first arithmetic on tensors. LibTorch's MKL picks the code of exp, log and their like
// at the first call, and when several threads make that call at once, one of them can run code of 26 bits
// (relative errors of 3e-9 in double) on its part of the tensor:
// https://github.com/pytorch/pytorch/issues/188792. This makes the first calls on one thread.
void resolveVectorMath();
}
