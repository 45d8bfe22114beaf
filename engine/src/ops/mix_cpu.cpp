#include "ops/mix_cpu.h"

#include "cpu/mix_kernel.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>

#ifndef _OPENMP
#error "LibTorch's parallel_for runs on one thread where it is compiled without OpenMP"
#endif

namespace flare::ops::onCpu
{
namespace
{
using torch::Tensor;

// A block's packed keys, values and weights stay in a core's caches: 512 points of width 8 are 16 KiB each.
constexpr std::int64_t pointsPerBlock = 512;

// Equal blocks of at most pointsPerBlock points, in whole vectors of 16; one task is one block of one head.
struct Blocks
{
  explicit Blocks(std::int64_t points)
    : points(points)
    , count((points + pointsPerBlock - 1) / pointsPerBlock)
    , size(count == 0 ? 0 : ((points + count - 1) / count + 15) / 16 * 16)
  {
  }

  std::int64_t first(std::int64_t block) const { return std::min(points, block * size); }
  std::int64_t length(std::int64_t block) const { return first(block + 1) - first(block); }

  std::int64_t points, count, size;
};

template<typename T>
struct Task
{
  std::int64_t head, block, first; // first point
  cpu::HeadBlock<T> input;
};

// Runs work(task) for every head and block of one segment, several at a time.
template<typename T, typename Work>
void forEachTask(const Tensor& scaled, const Tensor& k, const Blocks& blocks, const Work& work)
{
  const auto heads = scaled.size(0), latents = scaled.size(1), width = scaled.size(2);
  const auto stride = heads * width;
  at::parallel_for(0, heads * blocks.count, 1,
    [&](std::int64_t begin, std::int64_t end)
    {
      for (auto i = begin; i < end; ++i)
      {
        const auto block = i / heads, head = i % heads;
        if (blocks.length(block) == 0)
        {
          continue;
        }
        Task<T> task{ head, block, blocks.first(block), {} };
        task.input = { latents, blocks.length(block), static_cast<int>(width), stride,
          scaled.data_ptr<T>() + head * latents * width,
          k.data_ptr<T>() + task.first * stride + head * width };
        work(task);
      }
    });
}

template<typename T>
Encoded encodeAs(const Tensor& scaled, const Tensor& k, const Tensor& v, Communicator* communicator)
{
  const auto heads = scaled.size(0), latents = scaled.size(1), width = scaled.size(2);
  const Blocks blocks(k.size(0));
  const auto parts = std::max<std::int64_t>(1, blocks.count);
  auto top =
    torch::full({ parts, heads, latents }, -std::numeric_limits<double>::infinity(), scaled.options());
  auto sum = torch::zeros({ parts, heads, latents }, scaled.options());
  auto value = torch::zeros({ parts, heads, latents, width }, scaled.options());
  forEachTask<T>(scaled, k, blocks,
    [&](const Task<T>& t)
    {
      const auto row = (t.block * heads + t.head) * latents;
      cpu::encodeBlock<T>(t.input, v.data_ptr<T>() + t.first * t.input.stride + t.head * width,
        top.data_ptr<T>() + row, sum.data_ptr<T>() + row, value.data_ptr<T>() + row * width);
    });
  return join(top, sum, value, communicator);
}

template<typename T>
void decodeAs(const Tensor& scaled, const Tensor& k, const Tensor& z, Tensor& y, Tensor& logSum)
{
  const auto heads = scaled.size(0), latents = scaled.size(1), width = scaled.size(2);
  forEachTask<T>(scaled, k, Blocks(k.size(0)),
    [&](const Task<T>& t)
    {
      cpu::decodeBlock<T>(t.input, z.data_ptr<T>() + t.head * latents * width,
        y.data_ptr<T>() + t.first * t.input.stride + t.head * width,
        logSum.data_ptr<T>() + t.first * heads + t.head, heads);
    });
}

// Two passes over the points, because dZ is a sum over all of them (docs/model.md).
template<typename T>
Tensor backwardAs(const Tensor& scaled, const Tensor& k, const Tensor& v, const Tensor& y,
  const Encoded& encoded, const Tensor& logSum, const Tensor& dy, Communicator* communicator, Tensor& dk,
  Tensor& dv)
{
  const auto heads = scaled.size(0), latents = scaled.size(1), width = scaled.size(2);
  const Blocks blocks(k.size(0));
  auto parts =
    torch::zeros({ std::max<std::int64_t>(1, blocks.count), heads, latents, width }, scaled.options());
  const auto part = [&](const Task<T>& t)
  { return parts.data_ptr<T>() + (t.block * heads + t.head) * latents * width; };

  forEachTask<T>(scaled, k, blocks,
    [&](const Task<T>& t)
    {
      cpu::latentGradientBlock<T>(t.input, dy.data_ptr<T>() + t.first * t.input.stride + t.head * width,
        logSum.data_ptr<T>() + t.first * heads + t.head, heads, part(t));
    });
  auto dz = sumOverBlocks(parts);
  sumOverRanks(communicator, dz);
  const auto delta = (dz * encoded.z).sum(-1);

  parts.zero_();
  forEachTask<T>(scaled, k, blocks,
    [&](const Task<T>& t)
    {
      const auto points = t.first * t.input.stride + t.head * width;
      const auto head = t.head * latents;
      cpu::GradientInputs<T> in;
      in.v = v.data_ptr<T>() + points;
      in.y = y.data_ptr<T>() + points;
      in.dy = dy.data_ptr<T>() + points;
      in.z = encoded.z.data_ptr<T>() + head * width;
      in.dz = dz.data_ptr<T>() + head * width;
      in.delta = delta.data_ptr<T>() + head;
      in.logSumLatent = encoded.logSum.data_ptr<T>() + head;
      in.logSumPoint = logSum.data_ptr<T>() + t.first * heads + t.head;
      in.logStride = heads;
      cpu::gradientBlock<T>(t.input, in, dk.data_ptr<T>() + points, dv.data_ptr<T>() + points, part(t));
    });
  return sumOverBlocks(parts);
}

Tensor scaledQueries(const Tensor& q, double scale)
{
  return (q * scale).contiguous();
}

bool isDouble(const Tensor& t)
{
  return t.scalar_type() == torch::kFloat64;
}
}

bool supports(const Tensor& q)
{
  return q.is_cpu() && q.size(2) <= cpu::widestHead &&
         (q.scalar_type() == torch::kFloat32 || q.scalar_type() == torch::kFloat64);
}

Encoded encode(const Tensor& q, const Tensor& k, const Tensor& v, double scale, Communicator* communicator)
{
  const auto scaled = scaledQueries(q, scale);
  return isDouble(q) ? encodeAs<double>(scaled, k, v, communicator)
                     : encodeAs<float>(scaled, k, v, communicator);
}

void decode(const Tensor& q, const Tensor& k, const Tensor& z, double scale, Tensor y, Tensor logSum)
{
  const auto scaled = scaledQueries(q, scale);
  isDouble(q) ? decodeAs<double>(scaled, k, z, y, logSum) : decodeAs<float>(scaled, k, z, y, logSum);
}

Tensor backward(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& y, const Encoded& encoded,
  const Tensor& logSum, const Tensor& dy, double scale, Communicator* communicator, Tensor dk, Tensor dv)
{
  const auto scaled = scaledQueries(q, scale);
  const auto dq = isDouble(q) ? backwardAs<double>(scaled, k, v, y, encoded, logSum, dy, communicator, dk, dv)
                              : backwardAs<float>(scaled, k, v, y, encoded, logSum, dy, communicator, dk, dv);
  return dq * scale;
}
}
