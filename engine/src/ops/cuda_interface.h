#pragma once

#include "nn/segments.h"

#include <torch/torch.h>

#include <tuple>

// The mixer on a GPU as tensors, in a module of its own (libflare_cuda.so), which is loaded when a GPU is
// asked for: the engine links nothing of CUDA.
namespace flare::cuda
{
struct MixForward
{
  torch::Tensor y; // [T, H*D]
  torch::Tensor z; // [segments, H, M, D]; this and what follows float32, for float64 inputs float64
  torch::Tensor latentLogSum; // [segments, H, M], over the points
  torch::Tensor pointLogSum;  // [H, T], over the latents
};

struct MixBackward
{
  torch::Tensor dq; // [H, M, D], float32 or float64
  torch::Tensor dk, dv;
};

// What the module offers. q [H, M, D], k, v, y and dy [T, H*D] of one type and on one GPU, contiguous.
// Nothing waits for the GPU, so that calls can be captured in a graph.
struct MixModule
{
  // Whether the current GPU is one that the module has kernels for.
  bool (*fitsGpu)();
  bool (*supports)(const torch::Tensor& q, const torch::Tensor& k);
  MixForward (*forward)(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, double scale,
    const Segments& segments);
  MixBackward (*backward)(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
    const torch::Tensor& dy, const MixForward& saved, double scale, const Segments& segments);

  // B B^T [segments, H, M, M] with its log-sum-exps; float32 or float64, computed in the type of k.
  std::tuple<torch::Tensor, torch::Tensor, torch::Tensor> (*gram)(
    const torch::Tensor& q, const torch::Tensor& k, double scale, const Segments& segments);

  // The autograd operator on these kernels; q may be of another type than k and v.
  torch::Tensor (*mix)(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, double scale,
    const Segments& segments);
};
}

// The module's one entry point, found by dlsym.
extern "C" const flare::cuda::MixModule* flareCudaMixModule();
