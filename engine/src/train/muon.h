#pragma once

#include <torch/torch.h>

namespace flare::train
{
// Matrices of one shape, stacked: all tensors are [count, rows, columns].
//   b = 0.95 b + g;  u = g + 0.95 b;  w -= rate 0.2 sqrt(max(rows, columns)) orthogonalised(u)
// in place (Muon: Nesterov momentum, orthogonalised).
void muon(torch::Tensor weights, const torch::Tensor& gradient, torch::Tensor momentum, double rate);

// Approximately U V^T for each matrix U S V^T: five Newton-Schulz steps X <- a X + (b A + c A^2) X with
// A = X X^T, on the wide side, from X / (|X|_F + 1e-7), in the matrices' own precision.
torch::Tensor orthogonalised(const torch::Tensor& matrices);
}
