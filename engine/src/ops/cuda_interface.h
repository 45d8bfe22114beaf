#pragma once

#include "nn/segments.h"

#include <torch/torch.h>

#include <tuple>

// The mixer on a GPU as tensors, in a module of its own (libflare_cuda.so), which is loaded when a GPU is
// asked for: the engine links nothing of CUDA.
namespace flare::cuda
{
// What the module offers. q [H, M, D], k and v [T, H*D] on one GPU, contiguous. Nothing waits for the GPU, so
// that calls can be captured in a graph.
struct MixModule
{
  // Whether the kernels were compiled for the current GPU.
  bool (*builtForGpu)();
  // Whether the current GPU computes in double at a quarter of float32's rate or more. GPUs made for
  // computing do so; the others have a 32nd or a 64th.
  bool (*doubleIsFast)();
  bool (*supports)(const torch::Tensor& q, const torch::Tensor& k);

  // The autograd operator: y [T, H*D]. k and v are of one type, float16, bfloat16, float32 or float64; q may
  // be of another one.
  torch::Tensor (*mix)(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, double scale,
    const Segments& segments);

  // B B^T [segments, H, M, M] with its log-sum-exps by latent [segments, H, M] and by point [H, T]; float32
  // or float64, computed in the type of k, which is also that of q.
  std::tuple<torch::Tensor, torch::Tensor, torch::Tensor> (*gram)(
    const torch::Tensor& q, const torch::Tensor& k, double scale, const Segments& segments);
};
}

// The module's one entry point, found by dlsym.
extern "C" const flare::cuda::MixModule* flareCudaMixModule();
