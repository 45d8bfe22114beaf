#include "cuda/gram.cuh"
#include "cuda/runs.cuh"

namespace flare::cuda
{
namespace
{
// Partial matrices take at most 1 GiB; float sums stay accurate over 32768 points.
std::int64_t gramChunkPoints(const Mix& mix, std::size_t entry)
{
  const auto bytes = static_cast<std::int64_t>(entry) * mix.heads * mix.latents * mix.latents;
  const auto chunks = std::max<std::int64_t>(1, (std::int64_t{ 1 } << 30) / bytes);
  const auto points = mix.offsets[mix.segments] - mix.offsets[0];
  const auto fewest = dividedUp(dividedUp(points, chunks), gramPanel) * gramPanel;
  const auto tiles = dividedUp(mix.latents, gramTile);
  return std::max(
    fewest, chunkPoints(points, mix.heads * tiles * (tiles + 1) / 2, 4 * multiprocessors(), 256, 32768));
}

template<class A>
cudaError_t gramAs(const Mix& mix, const Encoded& encoded, A* matrix, void* workspace, cudaStream_t stream)
{
  const auto square = static_cast<std::int64_t>(mix.latents) * mix.latents;
  std::int64_t done = 0;
  return forEachGroup<A>(mix, encoded,
    [&](const Group<A>& group)
    {
      const int tiles = static_cast<int>(dividedUp(mix.latents, gramTile));
      const auto chunks = cut(group.offsets, group.segments, gramChunkPoints(mix, sizeof(A)));
      const GramArguments<A> arguments{ chunks, mix.heads, mix.latents, mix.width, mix.heads * mix.width,
        tiles, mix.offsets[mix.segments], static_cast<A>(mix.scale * log2eDouble),
        static_cast<const A*>(mix.q), static_cast<const A*>(mix.k), group.latentLogSum, group.pointLogSum,
        static_cast<A*>(workspace) };
      const dim3 grid(chunks.count(), mix.heads, tiles * (tiles + 1) / 2);
      FLARE_CUDA_TRY(
        launch(gramKernel<A>, grid, gramThreads, 2 * gramPanel * gramTile * sizeof(A), stream, arguments));
      const auto entries = group.segments * mix.heads * square;
      FLARE_CUDA_TRY(
        launch(mergeGramKernel<A>, dim3(static_cast<unsigned>(dividedUp(entries, gramThreads))), gramThreads,
          0, stream, mergeShape(mix, chunks), arguments.partial, matrix + done * mix.heads * square));
      done += group.segments;
      return cudaSuccess;
    });
}

std::size_t entryBytes(const Mix& mix)
{
  return mix.type == Type::Double ? sizeof(double) : sizeof(float);
}
}

std::size_t gramWorkspaceBytes(const Mix& mix)
{
  const auto square = static_cast<std::int64_t>(mix.latents) * mix.latents;
  const auto chunks =
    (mix.offsets[mix.segments] - mix.offsets[0]) / gramChunkPoints(mix, entryBytes(mix)) + mix.segments;
  const auto latentValues = mix.segments * mix.heads * mix.latents * mix.width;
  Workspace space(nullptr);
  space.take<char>(static_cast<std::int64_t>(entryBytes(mix)) * latentValues);
  space.take<char>(std::max<std::int64_t>(
    static_cast<std::int64_t>(entryBytes(mix)) * chunks * mix.heads * square, workspaceBytes(mix)));
  return space.used();
}

cudaError_t gram(
  const Mix& mix, void* matrix, void* latentLogSum, void* pointLogSum, void* workspace, cudaStream_t stream)
{
  if (mix.type != Type::Float && mix.type != Type::Double)
  {
    return cudaErrorInvalidValue;
  }
  Mix keysOnly = mix;
  keysOnly.v = mix.k;
  Workspace space(workspace);
  Encoded encoded;
  encoded.z = space.take<char>(
    static_cast<std::int64_t>(entryBytes(mix)) * mix.segments * mix.heads * mix.latents * mix.width);
  encoded.latentLogSum = latentLogSum;
  encoded.pointLogSum = pointLogSum;
  auto* rest = space.take<char>(0);
  FLARE_CUDA_TRY(forward(keysOnly, nullptr, encoded, rest, stream));
  return mix.type == Type::Double ? gramAs<double>(mix, encoded, static_cast<double*>(matrix), rest, stream)
                                  : gramAs<float>(mix, encoded, static_cast<float*>(matrix), rest, stream);
}
}
