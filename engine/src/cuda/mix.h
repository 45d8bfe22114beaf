#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

// The mixer's CUDA kernels behind a plain interface: raw pointers on one device and a stream, no torch.
// Nothing here allocates, synchronises or reads device memory on the host, so every call can be captured in a
// graph. Mathematics: docs/model.md; what limits each kernel: docs/performance.md.
namespace flare::cuda
{
enum class Type
{
  Half,
  BFloat16,
  Float,
  Double
};

constexpr int widestHead = 128;

// The batch and the inputs. "Sums" below are double for Type::Double, else float.
struct Mix
{
  Type type = Type::Float;
  int heads = 0, latents = 0, width = 0;               // H, M, D
  std::int64_t segments = 0;                           // meshes laid end to end
  const std::int64_t* offsets = nullptr;               // [segments + 1], on the host
  double scale = 1.0;                                  // s
  const void *q = nullptr, *k = nullptr, *v = nullptr; // [H, M, D], [T, H*D], [T, H*D]
};

// What the forward pass leaves behind. Logarithms are natural; an empty segment has z = 0, latentLogSum =
// -inf.
struct Encoded
{
  void* z = nullptr;            // sums [segments, H, M, D]
  void* latentLogSum = nullptr; // sums [segments, H, M]: L_m, over the points
  void* pointLogSum = nullptr;  // sums [H, T]: c_n, over the latents
};

struct Gradients
{
  void* q = nullptr; // sums [H, M, D], over all segments
  void *k = nullptr, *v = nullptr;
};

// Bytes that the calls below need as their workspace, aligned to 256.
std::size_t workspaceBytes(const Mix& mix);
std::size_t gramWorkspaceBytes(const Mix& mix);

// Whether kernels take these sizes: width at most widestHead, at least one latent.
bool supports(std::int64_t heads, std::int64_t latents, std::int64_t width);
// Whether the current GPU is one that the kernels were compiled for.
bool builtForGpu();

// y [T, H*D].
cudaError_t forward(const Mix& mix, void* y, const Encoded& encoded, void* workspace, cudaStream_t stream);

cudaError_t backward(const Mix& mix, const void* y, const void* dy, const Encoded& encoded,
  const Gradients& out, void* workspace, cudaStream_t stream);

// Gram matrix B B^T of every head, sums [segments, H, M, M], with the log-sum-exps it is made of; v is not
// read. Type::Float or Type::Double; everything is computed in that type.
cudaError_t gram(
  const Mix& mix, void* matrix, void* latentLogSum, void* pointLogSum, void* workspace, cudaStream_t stream);
}
