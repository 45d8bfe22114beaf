#pragma once

#include "cuda/plain_points.cuh"
#include "cuda/plain_sums.cuh"
#include "cuda/runs.cuh"

namespace flare::cuda
{
// The launches of one batch in full precision
template<class P>
class PlainRuns
{
  using T = typename P::Storage;
  using A = typename P::Sum;

public:
  // Latents and points of a lane group: what registers hold.
  static constexpr bool wide = sizeof(A) == 8;
  static constexpr int sumLatents = wide ? 2 : 4, queryLatents = wide ? 1 : 2;
  static constexpr int decodePoints = wide ? 2 : 4, gradientPoints = wide ? 1 : 2;

  explicit PlainRuns(const Mix& mix)
    : mix_(mix)
  {
  }

  std::size_t workspaceBytes() const
  {
    return largestWorkspace<A>(mix_, [&](Workspace& space, const Group<A>& group) { takeAll(space, group); });
  }

  // y may be null: then only the sums are wanted.
  cudaError_t forward(void* y, const Encoded& encoded, void* workspace, cudaStream_t stream) const
  {
    return forEachGroup<A>(mix_, encoded,
      [&](const Group<A>& group)
      {
        Workspace space(workspace);
        const auto pieces = takeAll(space, group);
        const auto sums = sumPlan(group);
        FLARE_CUDA_TRY(launch(plainEncodeKernel<P, sumLatents>, sums.grid, sums.threads, sums.shared, stream,
          operands(sums.chunks), pieces.sums));
        FLARE_CUDA_TRY(launch(mergeEncodedKernel<A>, mergeGrid(rows(group)), mergeThreads, 0, stream,
          mergeShape(mix_, sums.chunks), pieces.sums, group.z, group.latentLogSum));
        const int latents = resident(2 * P::width);
        const auto bytes = latents * 2 * P::width * sizeof(A);
        const PointPlan points(mix_, group.offsets, group.segments, PlainPoints<P, decodePoints>::perBlock,
          plainDecodeKernel<P, decodePoints>, pointThreads, bytes);
        return launch(plainDecodeKernel<P, decodePoints>, points.grid, pointThreads, bytes, stream,
          operands(points.chunks), group.z, static_cast<T*>(y), group.pointLogSum, latents);
      });
  }

  cudaError_t backward(const void* y, const void* dy, const Encoded& encoded, const Gradients& out,
    void* workspace, cudaStream_t stream) const
  {
    const auto *result = static_cast<const T*>(y), *gradient = static_cast<const T*>(dy);
    return forEachGroup<A>(mix_, encoded,
      [&](const Group<A>& group)
      {
        Workspace space(workspace);
        const auto pieces = takeAll(space, group);
        const PlainTerms<A> terms{ group.z, pieces.dz, pieces.delta, group.latentLogSum, group.pointLogSum,
          pieces.pointDelta };
        const auto sums = sumPlan(group);
        FLARE_CUDA_TRY(launch(plainLatentGradientKernel<P, sumLatents>, sums.grid, sums.threads,
          staged<PlainLatentStage<P>>, stream, operands(sums.chunks), gradient, group.pointLogSum,
          pieces.sums));
        FLARE_CUDA_TRY(launch(mergeLatentGradientKernel<A>, mergeGrid(rows(group)), mergeThreads, 0, stream,
          mergeShape(mix_, sums.chunks), pieces.sums, group.z, pieces.dz, pieces.delta));

        const int latents = resident(3 * P::width + 2);
        const auto bytes = latents * (3 * P::width + 2) * sizeof(A);
        const PointPlan points(mix_, group.offsets, group.segments, PlainPoints<P, gradientPoints>::perBlock,
          plainPointGradientKernel<P, gradientPoints>, pointThreads, bytes);
        FLARE_CUDA_TRY(launch(plainPointGradientKernel<P, gradientPoints>, points.grid, pointThreads, bytes,
          stream, operands(points.chunks), result, gradient, terms, static_cast<T*>(out.k),
          static_cast<T*>(out.v), latents));

        const auto query = queryPlan(group);
        FLARE_CUDA_TRY(launch(plainQueryGradientKernel<P, queryLatents>, query.grid, query.threads,
          query.shared, stream, operands(query.chunks), gradient, terms, pieces.query));
        return launch(mergeQueryGradientKernel<A>,
          mergeGrid(static_cast<std::int64_t>(mix_.heads) * mix_.latents), mergeThreads, 0, stream,
          mergeShape(mix_, query.chunks), pieces.query, static_cast<A>(mix_.scale),
          static_cast<const HeadTerms*>(nullptr), !group.first, static_cast<A*>(out.q));
      });
  }

private:
  struct Pieces
  {
    Partial<A> sums, query;
    A *dz, *delta, *pointDelta;
  };

  Pieces takeAll(Workspace& space, const Group<A>& group) const
  {
    const auto sums = sumPlan(group), query = queryPlan(group);
    Pieces pieces;
    pieces.sums = takePartial<A>(space, mix_, sums.chunks.count(), P::width);
    pieces.query = takePartial<A>(space, mix_, query.chunks.count(), P::width);
    pieces.dz = space.take<A>(rows(group) * mix_.width);
    pieces.delta = space.take<A>(rows(group));
    pieces.pointDelta = space.take<A>(mix_.heads * points());
    return pieces;
  }

  // One plan for both sums of the first kind, whose partial results share their place
  PointSumPlan sumPlan(const Group<A>& group) const
  {
    return { mix_, group.offsets, group.segments, P::perWarp * sumLatents, plainEncodeKernel<P, sumLatents>,
      staged<PlainEncodeStage<P>> };
  }

  PointSumPlan queryPlan(const Group<A>& group) const
  {
    return { mix_, group.offsets, group.segments, P::perWarp * queryLatents,
      plainQueryGradientKernel<P, queryLatents>, staged<PlainQueryStage<P>> };
  }

  std::int64_t points() const { return mix_.offsets[mix_.segments]; }

  std::int64_t rows(const Group<A>& group) const
  {
    return static_cast<std::int64_t>(group.segments) * mix_.heads * mix_.latents;
  }

  // Shared memory of a block of warps with stages of their own
  template<class Stage>
  static constexpr std::size_t staged = pointSumWarps* Stage::values * sizeof(A);

  // Latents of `values` numbers each that 32 KiB hold, in whole batches
  int resident(int values) const
  {
    const int fit = std::max(1, static_cast<int>(32 * 1024 / (values * sizeof(A))) / plainBatch) * plainBatch;
    return std::min(fit, static_cast<int>(dividedUp(mix_.latents, plainBatch)) * plainBatch);
  }

  PlainOperands<T, A> operands(const Chunks& chunks) const
  {
    return { chunks, mix_.heads, mix_.latents, mix_.width, mix_.heads * mix_.width, points(),
      static_cast<A>(mix_.scale * log2eDouble), static_cast<const T*>(mix_.q), static_cast<const T*>(mix_.k),
      static_cast<const T*>(mix_.v) };
  }

  const Mix& mix_;
};
}
