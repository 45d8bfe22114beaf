#pragma once

#include "cuda/decode.cuh"
#include "cuda/gradients.cuh"
#include "cuda/point_sums.cuh"
#include "cuda/runs.cuh"

#include <cmath>

namespace flare::cuda
{
// The launches of one batch with heads of S slices of 8 channels
template<class T, int S>
class TensorCoreRuns
{
public:
  // Latents of a warp that sums over points, in units of 16: what registers hold.
  static constexpr int sumTiles = S == 1 ? 4 : S == 2 ? 2 : 1;

  explicit TensorCoreRuns(const Mix& mix)
    : mix_(mix)
  {
  }

  std::size_t workspaceBytes() const
  {
    return largestWorkspace<float>(
      mix_, [&](Workspace& space, const Group<float>& group) { takeAll(space, group); });
  }

  cudaError_t forward(void* y, const Encoded& encoded, void* workspace, cudaStream_t stream) const
  {
    return forEachGroup<float>(mix_, encoded,
      [&](const Group<float>& group)
      {
        Workspace space(workspace);
        const auto pieces = takeAll(space, group);
        const auto sums = encodePlan(group);
        FLARE_CUDA_TRY(launch(encodeKernel<T, S, sumTiles>, sums.grid, sums.threads, sums.shared, stream,
          operands(sums.chunks), pieces.sums));
        FLARE_CUDA_TRY(launch(mergeEncodedKernel<float>, mergeGrid(rows(group)), mergeThreads, 0, stream,
          mergeShape(mix_, sums.chunks), pieces.sums, group.z, group.latentLogSum));
        const auto plan = decodePlan(group);
        return launch(decodeKernel<T, S>, plan.grid, plan.threads, plan.shared, stream, operands(plan.chunks),
          group.z, static_cast<T*>(y), group.pointLogSum, decodeResident());
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
        const auto plan = gradientPlan(group);
        const GradientArguments<T> arguments{ static_cast<const T*>(y), static_cast<const T*>(dy),
          group.pointLogSum, pieces.terms.heads, pieces.tables, static_cast<T*>(out.k),
          static_cast<T*>(out.v), pieces.query.sum, gradientSteps() };
        auto o = operands(plan.chunks);
        o.wide = o.wide && aligned(y) && aligned(dy);
        FLARE_CUDA_TRY(
          launch(gradientKernel<T, S>, plan.grid, plan.threads, plan.shared, stream, o, arguments));
        return launch(mergeQueryGradientKernel<float>,
          mergeGrid(static_cast<std::int64_t>(mix_.heads) * mix_.latents), mergeThreads, 0, stream,
          mergeShape(mix_, plan.chunks), pieces.query, static_cast<float>(mix_.scale), pieces.terms.heads,
          !group.first, static_cast<float*>(out.q));
      });
  }

private:
  struct Pieces
  {
    Partial<float> sums, query;
    LatentTerms terms;
    LatentTables<S>* tables;
  };

  Pieces takeAll(Workspace& space, const Group<float>& group) const
  {
    const auto chunks = std::max(encodePlan(group).chunks.count(), latentPlan(group).chunks.count());
    const auto blocks = static_cast<std::int64_t>(group.segments) * mix_.heads;
    Pieces pieces;
    pieces.sums = takePartial<float>(space, mix_, chunks, 8 * S);
    pieces.query = takePartial<float>(space, mix_, gradientPlan(group).chunks.count(), 8 * S);
    pieces.terms.z = group.z;
    pieces.terms.logSum = group.latentLogSum;
    pieces.terms.dz = space.take<float>(blocks * mix_.latents * mix_.width);
    pieces.terms.level = space.take<float>(blocks * mix_.latents);
    pieces.terms.heads = space.take<HeadTerms>(blocks);
    pieces.terms.merged = space.take<unsigned>(blocks);
    pieces.tables = space.take<LatentTables<S>>(blocks * passes() * groupsPerPass<S>);
    return pieces;
  }

  PointSumPlan encodePlan(const Group<float>& group) const
  {
    return { mix_, group.offsets, group.segments, 16 * sumTiles, encodeKernel<T, S, sumTiles>,
      pointSumWarps * stageSlots * EncodeStages<T, S>::stage };
  }

  PointSumPlan latentPlan(const Group<float>& group) const
  {
    return { mix_, group.offsets, group.segments, 16 * sumTiles, latentGradientKernel<T, S, sumTiles>,
      pointSumWarps * stageSlots * LatentStages<T, S>::stage };
  }

  // Latents of each head that lie in shared memory at a time: whole steps, as many as the GPU lets a block
  // have
  int decodeResident() const
  {
    constexpr int step = DecodeShape<S>::step;
    constexpr auto tables = decodeBytes<T, S>(0, step), stages = decodeBytes<T, S>(mostDecodeWarps, 0);
    const auto fit = static_cast<int>((sharedMemoryPerBlock() - stages) / tables) * step;
    return std::min({ 2048 / S, fit, static_cast<int>(dividedUp(mix_.latents, step)) * step });
  }

  PointPlan decodePlan(const Group<float>& group) const
  {
    const int resident = decodeResident(), room = sharedMemoryPerMultiprocessor() - 3 * 1024;
    const bool three = 3 * decodeBytes<T, S>(decodeWarps, resident) <= static_cast<std::size_t>(room);
    const int warps = three ? decodeWarps : mostDecodeWarps;
    return { mix_, group.offsets, group.segments, 16 * DecodeShape<S>::points * warps, decodeKernel<T, S>,
      32 * warps, decodeBytes<T, S>(warps, resident) };
  }

  // Steps of a chunk whose points and sums lie in shared memory from pass to pass: as many as let three
  // blocks share a multiprocessor, or one where it is small; 0 for a single pass.
  int gradientSteps() const
  {
    if (passes() == 1)
    {
      return 0;
    }
    constexpr int step = gradientBytes<T, S>(2) - gradientBytes<T, S>(1);
    const auto fit = [](int bytes) { return (bytes - 1024 - GradientShape<S>::tableBytes) / step; };
    const int room = sharedMemoryPerMultiprocessor();
    return fit(room / 3) >= 2 ? fit(room / 3) : std::max(1, fit(room));
  }

  PointPlan gradientPlan(const Group<float>& group) const
  {
    constexpr int perStep = GradientShape<S>::perStep;
    const int steps = gradientSteps();
    return { mix_, group.offsets, group.segments, perStep, gradientKernel<T, S>, 32 * gradientWarps,
      static_cast<std::size_t>(gradientBytes<T, S>(steps)),
      steps > 0 ? steps * perStep : std::int64_t{ 1 } << 24 };
  }

  std::int64_t passes() const { return dividedUp(mix_.latents, latentsPerPass<S>); }

  std::int64_t points() const { return mix_.offsets[mix_.segments]; }

  std::int64_t rows(const Group<float>& group) const
  {
    return static_cast<std::int64_t>(group.segments) * mix_.heads * mix_.latents;
  }

  static bool aligned(const void* x) { return reinterpret_cast<std::uintptr_t>(x) % 16 == 0; }

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
    o.wide = mix_.width % 8 == 0 && aligned(mix_.k) && aligned(mix_.v);
    o.q = static_cast<const T*>(mix_.q);
    o.k = static_cast<const T*>(mix_.k);
    o.v = static_cast<const T*>(mix_.v);
    return o;
  }

  // First pass over the points: dZ, and what follows from it
  cudaError_t latentTerms(
    const Group<float>& group, const Pieces& pieces, const T* dy, cudaStream_t stream) const
  {
    const auto sums = latentPlan(group);
    auto o = operands(sums.chunks);
    o.wide = o.wide && aligned(dy);
    FLARE_CUDA_TRY(launch(latentGradientKernel<T, S, sumTiles>, sums.grid, sums.threads, sums.shared, stream,
      o, dy, group.pointLogSum, pieces.sums, pieces.terms.merged));
    const auto blocks = group.segments * mix_.heads * dividedUp(mix_.latents, mergeThreads / 32);
    return launch(mergeLatentTermsKernel<T, S>, dim3(static_cast<unsigned>(blocks)), mergeThreads, 0, stream,
      o, mergeShape(mix_, sums.chunks), pieces.sums, std::exp2(-weightShift), pieces.terms, pieces.tables);
  }

  const Mix& mix_;
};
}
