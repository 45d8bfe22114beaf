#include "ops/mix.h"

#include "flare/interruption.h"
#include "ops/cuda_module.h"
#include "ops/mix_cpu.h"
#include "ops/mix_streamed.h"

namespace flare::ops
{
namespace
{
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

torch::Tensor rows(const torch::Tensor& t, const Segments& segments, std::int64_t i)
{
  return t.narrow(0, segments.offsets[i], segments.offsets[i + 1] - segments.offsets[i]);
}

torch::Tensor countedRows(const torch::Tensor& t, const Segments& segments)
{
  return segments.counted.defined() ? t.index_select(0, segments.counted) : t;
}

// Ranks must agree on which segments are empty, or one would wait for the other.
bool emptyEverywhere(const Segments& segments, std::int64_t i)
{
  return !segments.distributed() && segments.offsets[i] == segments.offsets[i + 1];
}

class MixFunction : public torch::autograd::Function<MixFunction>
{
public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& q, const torch::Tensor& k,
    const torch::Tensor& v, double scale, const Segments& segments)
  {
    const auto count = segments.count();
    auto y = torch::empty_like(k);
    auto z = torch::zeros({ count, q.size(0), q.size(1), q.size(2) }, q.options());
    auto logSum =
      torch::full({ count, q.size(0), q.size(1) }, -std::numeric_limits<double>::infinity(), q.options());
    const bool own = onCpu::supports(q);
    auto pointLogSum = own ? torch::empty({ k.size(0), q.size(0) }, k.options()) : torch::Tensor();
    for (std::int64_t i = 0; i < count; ++i)
    {
      if (emptyEverywhere(segments, i))
      {
        continue;
      }
      const auto ki = rows(k, segments, i), vi = rows(v, segments, i), yi = rows(y, segments, i);
      const auto kc = countedRows(ki, segments), vc = countedRows(vi, segments);
      const auto encoded = own ? onCpu::encode(q, kc, vc, scale, segments.communicator)
                               : streamed::encode(q, kc, vc, scale, segments.communicator);
      own ? onCpu::decode(q, ki, encoded.z, scale, yi, rows(pointLogSum, segments, i))
          : streamed::decode(q, ki, encoded.z, scale, yi);
      z[i].copy_(encoded.z);
      logSum[i].copy_(encoded.logSum);
    }
    context->save_for_backward({ q, k, v, y, z, logSum, pointLogSum });
    context->saved_data["scale"] = scale;
    context->saved_data["offsets"] = segments.offsets;
    context->saved_data["communicator"] = reinterpret_cast<std::int64_t>(segments.communicator);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients)
  {
    throwIfInterrupted();
    const auto saved = context->get_saved_variables();
    const auto &q = saved[0], &k = saved[1], &v = saved[2], &y = saved[3], &z = saved[4], &logSum = saved[5],
               &pointLogSum = saved[6];
    Segments segments;
    segments.offsets = context->saved_data["offsets"].toIntVector();
    segments.communicator = reinterpret_cast<Communicator*>(context->saved_data["communicator"].toInt());
    const auto scale = context->saved_data["scale"].toDouble();
    const auto dy = gradients[0].contiguous();

    auto dq = torch::zeros_like(q, torch::MemoryFormat::Contiguous);
    auto dk = torch::empty_like(k);
    auto dv = torch::empty_like(v);
    for (std::int64_t i = 0; i < segments.count(); ++i)
    {
      if (emptyEverywhere(segments, i))
      {
        continue;
      }
      const auto ki = rows(k, segments, i), vi = rows(v, segments, i), yi = rows(y, segments, i),
                 dyi = rows(dy, segments, i), dki = rows(dk, segments, i), dvi = rows(dv, segments, i);
      const Encoded encoded{ z[i], logSum[i] };
      dq += pointLogSum.defined()
              ? onCpu::backward(q, ki, vi, yi, encoded, rows(pointLogSum, segments, i), dyi, scale,
                  segments.communicator, dki, dvi)
              : streamed::backward(q, ki, vi, yi, encoded, dyi, scale, segments.communicator, dki, dvi);
    }
    return { dq, dk, dv, torch::Tensor(), torch::Tensor() };
  }
};
}

const char* name(Backend backend)
{
  switch (backend)
  {
    case Backend::Cpu:
      return "CPU kernel";
    case Backend::Cuda:
      return "CUDA kernel";
    case Backend::Streamed:
      return "streamed";
  }
  return "";
}

Backend mixBackend(const torch::Tensor& q, const torch::Tensor& k, const Segments& segments)
{
  if (k.is_cuda())
  {
    // Several ranks join between encode and decode, which the CUDA operator does in one piece.
    const bool whole = !segments.distributed() && !segments.counted.defined();
    return whole && cudaModule() && cudaModule()->supports(q, k) ? Backend::Cuda : Backend::Streamed;
  }
  return onCpu::supports(q) ? Backend::Cpu : Backend::Streamed;
}

torch::Tensor mix(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, double scale,
  const Segments& segments)
{
  TORCH_CHECK(q.dim() == 3 && k.dim() == 2 && v.sizes() == k.sizes() && k.size(1) == q.size(0) * q.size(2) &&
                k.size(0) == segments.total(),
    "mix: q [H, M, D], k and v [T, H*D] and the segments' total do not fit together");
  TORCH_CHECK(!segments.counted.defined() || (segments.count() == 1 && !torch::GradMode::is_enabled()),
    "mix: rows that do not count are for inference on one mesh");
  if (mixBackend(q, k, segments) == Backend::Cuda)
  {
    return cudaModule()->mix(q, k.to(v.scalar_type()), v, scale, segments); // a k norm leaves k wider
  }
  // Where autocast has narrowed k and v, the composition computes in the queries' type.
  const auto y = MixFunction::apply(
    q, k.to(q.scalar_type()).contiguous(), v.to(q.scalar_type()).contiguous(), scale, segments);
  return y.to(k.scalar_type());
}
}
