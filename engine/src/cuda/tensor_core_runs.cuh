#pragma once

#include "cuda/point_gradient.cuh"
#include "cuda/query_gradient.cuh"
#include "cuda/runs.cuh"

#include <cmath>

namespace flare::cuda
{
// The launches of one batch with heads of S slices of 8 channels
template<class T, int S>
class TensorCoreRuns
{
public:
  // Latents of a warp in units of 16, and points in units of 16: what registers hold.
  static constexpr int encodeTiles = S == 1 ? 4 : S == 2 ? 2 : 1;
  static constexpr int gradientTiles = S == 1 ? 4 : 1;
  static constexpr int pointTiles = S == 1 ? 2 : 1;

  explicit TensorCoreRuns(const Mix& mix)
    : mix_(mix)
  {
  }

  std::size_t workspaceBytes() const
  {
    std::size_t most = 0;
    forEachGroup<float>(mix_, {},
      [&](const Group<float>& group)
      {
        Workspace space(nullptr);
        takeAll(space, group);
        most = std::max(most, space.used());
        return cudaSuccess;
      });
    return most;
  }

  cudaError_t forward(void* y, const Encoded& encoded, void* workspace, cudaStream_t stream) const
  {
    return forEachGroup<float>(mix_, encoded,
      [&](const Group<float>& group)
      {
        Workspace space(workspace);
        const auto pieces = takeAll(space, group);
        const auto sums = encodePlan(group);
        FLARE_CUDA_TRY(launch(encodeKernel<T, S, encodeTiles>, sums.grid, sums.threads, 0, stream,
          operands(sums.chunks), pieces.encode));
        FLARE_CUDA_TRY(launch(mergeEncodedKernel<float>, mergeGrid(rows(group)), mergeThreads, 0, stream,
          mergeShape(mix_, sums.chunks), pieces.encode, group.z, group.latentLogSum));
        const int resident = std::min(1024 / S, static_cast<int>(dividedUp(mix_.latents, 64)) * 64);
        const auto bytes = decodeBytes<S>(resident);
        const PointPlan points(
          mix_, group.offsets, group.segments, 16 * pointWarps, decodeKernel<T, S>, bytes);
        return launch(decodeKernel<T, S>, points.grid, pointThreads, bytes, stream, operands(points.chunks),
          group.z, static_cast<T*>(y), group.pointLogSum, resident);
      });
  }

  cudaError_t backward(const void* y, const void* dy, const Encoded& encoded, const Gradients& out,
    void* workspace, cudaStream_t stream) const
  {
    return forEachGroup<float>(mix_, encoded,
      [&](const Group<float>& group)
      {
        Workspace space(workspace);
        const auto pieces = takeAll(space, group);
        FLARE_CUDA_TRY(latentTerms(group, pieces, static_cast<const T*>(dy), stream));
        FLARE_CUDA_TRY(
          pointGradients(group, pieces, static_cast<const T*>(y), static_cast<const T*>(dy), out, stream));
        return queryGradients(group, pieces, static_cast<const T*>(dy), static_cast<float*>(out.q), stream);
      });
  }

private:
  struct Pieces
  {
    Partial<float> encode, query;
    float *dz, *delta, *logFactor, *base, *logScale, *pointDelta;
  };

  Pieces takeAll(Workspace& space, const Group<float>& group) const
  {
    const auto chunks = std::max(encodePlan(group).chunks.count(), latentPlan(group).chunks.count());
    const auto blocks = static_cast<std::int64_t>(group.segments) * mix_.heads;
    Pieces pieces;
    pieces.encode = takePartial<float>(space, mix_, chunks, 8 * S);
    pieces.query = takePartial<float>(space, mix_, queryPlan(group).chunks.count(), 8 * S);
    pieces.dz = space.take<float>(blocks * mix_.latents * mix_.width);
    pieces.delta = space.take<float>(blocks * mix_.latents);
    pieces.logFactor = space.take<float>(blocks * mix_.latents);
    pieces.base = space.take<float>(blocks);
    pieces.logScale = space.take<float>(blocks);
    pieces.pointDelta = space.take<float>(mix_.heads * points());
    return pieces;
  }

  PointSumPlan encodePlan(const Group<float>& group) const
  {
    return { mix_, group.offsets, group.segments, 16 * encodeTiles, encodeKernel<T, S, encodeTiles> };
  }

  PointSumPlan latentPlan(const Group<float>& group) const
  {
    return { mix_, group.offsets, group.segments, 16 * encodeTiles, latentGradientKernel<T, S, encodeTiles> };
  }

  PointSumPlan queryPlan(const Group<float>& group) const
  {
    return { mix_, group.offsets, group.segments, 16 * gradientTiles,
      queryGradientKernel<T, S, gradientTiles> };
  }

  std::int64_t points() const { return mix_.offsets[mix_.segments]; }

  std::int64_t rows(const Group<float>& group) const
  {
    return static_cast<std::int64_t>(group.segments) * mix_.heads * mix_.latents;
  }

  Operands<T> operands(const Chunks& chunks) const
  {
    Operands<T> o;
    o.chunks = chunks;
    o.heads = mix_.heads;
    o.latents = mix_.latents;
    o.width = mix_.width;
    o.stride = mix_.heads * mix_.width;
    o.points = points();
    o.scale2 = static_cast<float>(std::abs(mix_.scale) * log2eDouble);
    o.flip = mix_.scale < 0 ? 0x80008000u : 0u;
    o.q = static_cast<const T*>(mix_.q);
    o.k = static_cast<const T*>(mix_.k);
    o.v = static_cast<const T*>(mix_.v);
    return o;
  }

  LatentTerms terms(const Group<float>& group, const Pieces& pieces) const
  {
    return { group.z, pieces.dz, pieces.delta, pieces.logFactor, pieces.base, pieces.logScale };
  }

  // First pass over the points: dZ, and what follows from it
  cudaError_t latentTerms(
    const Group<float>& group, const Pieces& pieces, const T* dy, cudaStream_t stream) const
  {
    const auto sums = latentPlan(group);
    const auto shape = mergeShape(mix_, sums.chunks);
    FLARE_CUDA_TRY(launch(latentGradientKernel<T, S, encodeTiles>, sums.grid, sums.threads, 0, stream,
      operands(sums.chunks), dy, group.pointLogSum, pieces.encode));
    FLARE_CUDA_TRY(launch(mergeLatentGradientKernel<float>, mergeGrid(rows(group)), mergeThreads, 0, stream,
      shape, pieces.encode, std::exp2(-weightShift), group.z, pieces.dz, pieces.delta));
    return launch(latentTermsKernel<float>, mergeGrid(rows(group)), mergeThreads, 0, stream, shape,
      pieces.encode.peak, group.latentLogSum, pieces.dz, pieces.delta, pieces.logFactor, pieces.base,
      pieces.logScale);
  }

  cudaError_t pointGradients(const Group<float>& group, const Pieces& pieces, const T* y, const T* dy,
    const Gradients& out, cudaStream_t stream) const
  {
    // 512 latents take 88 KiB, and two blocks still fit a multiprocessor. More of them pass through in
    // pieces.
    const int resident =
      mix_.latents <= 512 / S ? static_cast<int>(dividedUp(mix_.latents, 16)) * 16 : 256 / S;
    const auto bytes = resident / 16 * GradientTables<S>::bytesPerGroup;
    const PointPlan plan(mix_, group.offsets, group.segments, 16 * pointTiles * pointWarps,
      pointGradientKernel<T, S, pointTiles>, bytes);
    const PointGradientArguments<T> arguments{ y, dy, group.pointLogSum, terms(group, pieces),
      static_cast<T*>(out.k), static_cast<T*>(out.v), pieces.pointDelta, resident };
    return launch(pointGradientKernel<T, S, pointTiles>, plan.grid, pointThreads, bytes, stream,
      operands(plan.chunks), arguments);
  }

  cudaError_t queryGradients(
    const Group<float>& group, const Pieces& pieces, const T* dy, float* dq, cudaStream_t stream) const
  {
    const auto sums = queryPlan(group);
    FLARE_CUDA_TRY(launch(queryGradientKernel<T, S, gradientTiles>, sums.grid, sums.threads, 0, stream,
      operands(sums.chunks), dy, group.pointLogSum, pieces.pointDelta, terms(group, pieces), pieces.query));
    return launch(mergeQueryGradientKernel<float>,
      mergeGrid(static_cast<std::int64_t>(mix_.heads) * mix_.latents), mergeThreads, 0, stream,
      mergeShape(mix_, sums.chunks), pieces.query, static_cast<float>(mix_.scale), pieces.logScale,
      !group.first, dq);
  }

  const Mix& mix_;
};
}
