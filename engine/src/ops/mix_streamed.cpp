#include "ops/mix_streamed.h"

#include <ATen/Parallel.h>

#include <functional>
#include <vector>

// Points are taken in blocks; a task is one block for one group of heads, whose scores [h, n, M] stay in
// a core's cache. On a CPU tasks run side by side, each with LibTorch's operators in one thread; on a GPU
// they follow each other with all heads at once. The partition depends on sizes alone, and partial
// results are combined in block order, whichever thread was first.
namespace flare::ops::streamed
{
namespace
{
using torch::Tensor;

struct Task
{
  std::int64_t head = 0, heads = 0;   // first head and number of heads
  std::int64_t point = 0, points = 0; // first point and number of points
  std::int64_t block = 0;             // index of the block of points
};

struct Partition
{
  std::vector<Task> tasks;
  std::int64_t blocks = 0;
};

// Scores of one task: 64k values (256 KiB in float32) on a CPU, 64M values on a GPU.
Partition partition(const Tensor& q, std::int64_t points)
{
  const auto heads = q.size(0), latents = q.size(1);
  const std::int64_t budget = q.is_cuda() ? (std::int64_t{ 1 } << 26) : (std::int64_t{ 1 } << 16);
  const auto headsPerTask = q.is_cuda() ? heads : 1;
  const auto perBlock = std::max<std::int64_t>(64, budget / (headsPerTask * latents));
  Partition result;
  result.blocks = (points + perBlock - 1) / perBlock;
  for (std::int64_t b = 0; b < result.blocks; ++b)
  {
    const auto first = b * perBlock;
    for (std::int64_t h = 0; h < heads; h += headsPerTask)
    {
      result.tasks.push_back({ h, headsPerTask, first, std::min(perBlock, points - first), b });
    }
  }
  return result;
}

void forEachTask(const Tensor& q, const Partition& p, const std::function<void(const Task&)>& work)
{
  const auto run = [&](std::int64_t begin, std::int64_t end)
  {
    at::NoGradGuard guard; // the flag is the thread's own
    for (auto i = begin; i < end; ++i)
    {
      work(p.tasks[i]);
    }
  };
  const auto count = static_cast<std::int64_t>(p.tasks.size());
  if (q.is_cuda())
  {
    run(0, count);
  }
  else
  {
    at::parallel_for(0, count, 1, run);
  }
}

// [N, H*D] -> [h, n, D] of a task
Tensor slice(const Tensor& x, const Tensor& q, const Task& t)
{
  return x.narrow(0, t.point, t.points)
    .view({ t.points, q.size(0), q.size(2) })
    .narrow(1, t.head, t.heads)
    .permute({ 1, 0, 2 });
}

Tensor slice(const Tensor& perHead, const Task& t)
{
  return perHead.narrow(0, t.head, t.heads);
}

// S [h, n, M] of a task; `scaled` is s Q
Tensor scores(const Tensor& scaled, const Tensor& k, const Task& t)
{
  return at::bmm(slice(k, scaled, t), slice(scaled, t).transpose(1, 2));
}
}

Encoded encode(const Tensor& q, const Tensor& k, const Tensor& v, double scale, Communicator* communicator)
{
  const auto heads = q.size(0), latents = q.size(1), width = q.size(2);
  const auto scaled = (q * scale).contiguous();
  const auto p = partition(q, k.size(0));

  // Per block: the largest score of each latent, and the sums relative to it.
  const auto blocks = std::max<std::int64_t>(1, p.blocks);
  auto top = torch::full({ blocks, heads, latents }, -std::numeric_limits<double>::infinity(), q.options());
  auto sum = torch::zeros({ blocks, heads, latents }, q.options());
  auto value = torch::zeros({ blocks, heads, latents, width }, q.options());
  forEachTask(q, p,
    [&](const Task& t)
    {
      auto e = scores(scaled, k, t);
      const auto m = e.amax(1, true);
      e.sub_(m).exp_();
      slice(top[t.block], t).copy_(m.squeeze(1));
      slice(sum[t.block], t).copy_(e.sum(1));
      slice(value[t.block], t).copy_(at::bmm(e.transpose(1, 2), slice(v, q, t)));
    });

  return join(top, sum, value, communicator);
}

void decode(const Tensor& q, const Tensor& k, const Tensor& z, double scale, Tensor y)
{
  const auto scaled = (q * scale).contiguous();
  const auto p = partition(q, k.size(0));
  forEachTask(q, p,
    [&](const Task& t)
    {
      const auto r = at::softmax(scores(scaled, k, t), -1);
      slice(y, q, t).copy_(at::bmm(r, slice(z, t)));
    });
}

// With P the softmax over points, R the one over latents (docs/model.md):
//   dZ = R^T dY;  delta_m = sum_d dZ Z;  delta'_n = sum_d dY Y
//   dS = P o (V dZ^T - delta) + R o (dY Z^T - delta');  dQ = s dS^T K,  dK = s dS Q,  dV = P dZ
// in two passes over the points, because dZ is a sum over all of them.
Tensor backward(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& y, const Encoded& encoded,
  const Tensor& dy, double scale, Communicator* communicator, Tensor dk, Tensor dv)
{
  const auto heads = q.size(0), latents = q.size(1), width = q.size(2);
  const auto scaled = (q * scale).contiguous();
  const auto p = partition(q, k.size(0));
  auto parts = torch::zeros({ std::max<std::int64_t>(1, p.blocks), heads, latents, width }, q.options());

  forEachTask(q, p,
    [&](const Task& t)
    {
      const auto r = at::softmax(scores(scaled, k, t), -1);
      slice(parts[t.block], t).copy_(at::bmm(r.transpose(1, 2), slice(dy, q, t)));
    });
  auto dz = sumOverBlocks(parts);
  sumOverRanks(communicator, dz);
  const auto delta = (dz * encoded.z).sum(-1).unsqueeze(1); // [H, 1, M]
  const auto logSum = encoded.logSum.unsqueeze(1);          // [H, 1, M]

  parts.zero_();
  forEachTask(q, p,
    [&](const Task& t)
    {
      const auto kt = slice(k, q, t);
      const auto dyt = slice(dy, q, t);
      const auto dzt = slice(dz, t);
      auto s = scores(scaled, k, t);
      auto r = at::softmax(s, -1);
      auto e = s.sub_(slice(logSum, t)).exp_(); // P
      slice(dv, q, t).copy_(at::bmm(e, dzt));
      const auto deltaPoint = (dyt * slice(y, q, t)).sum(-1, true); // [h, n, 1]
      auto ds = at::bmm(slice(v, q, t), dzt.transpose(1, 2)).sub_(slice(delta, t)).mul_(e);
      const auto fromDecode = at::bmm(dyt, slice(encoded.z, t).transpose(1, 2)).sub_(deltaPoint).mul_(r);
      ds.add_(fromDecode);
      slice(dk, q, t).copy_(at::bmm(ds, slice(scaled, t)));
      slice(parts[t.block], t).copy_(at::bmm(ds.transpose(1, 2), kt));
    });
  return sumOverBlocks(parts).mul_(scale);
}
}
