#include "cuda/mix.h"
#include "ops/cuda_interface.h"

#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

namespace flare::cuda
{
namespace
{
using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct MixForward
{
  Tensor y;            // [T, H*D]
  Tensor z;            // [segments, H, M, D]; this and what follows float32, for float64 inputs float64
  Tensor latentLogSum; // [segments, H, M], over the points
  Tensor pointLogSum;  // [H, T], over the latents
};

struct MixBackward
{
  Tensor dq; // [H, M, D], float32 or float64
  Tensor dk, dv;
};

Type typeOf(const Tensor& t)
{
  switch (t.scalar_type())
  {
    case torch::kHalf:
      return Type::Half;
    case torch::kBFloat16:
      return Type::BFloat16;
    case torch::kFloat:
      return Type::Float;
    default:
      return Type::Double;
  }
}

Mix describe(const Tensor& q, const Tensor& k, const Tensor& v, double scale, const Segments& segments)
{
  Mix mix;
  mix.type = typeOf(k);
  mix.heads = static_cast<int>(q.size(0));
  mix.latents = static_cast<int>(q.size(1));
  mix.width = static_cast<int>(q.size(2));
  mix.segments = segments.count();
  mix.offsets = segments.offsets.data();
  mix.scale = scale;
  mix.q = q.data_ptr();
  mix.k = k.data_ptr();
  mix.v = v.data_ptr();
  return mix;
}

void require(cudaError_t error)
{
  TORCH_CHECK(error == cudaSuccess, "the mixer's CUDA kernels failed: ", cudaGetErrorString(error));
}

Tensor workspace(std::size_t bytes, const Tensor& like)
{
  return torch::empty({ static_cast<std::int64_t>(bytes) }, like.options().dtype(torch::kByte));
}

torch::TensorOptions sumOptions(const Tensor& k)
{
  return k.options().dtype(k.scalar_type() == torch::kDouble ? torch::kDouble : torch::kFloat);
}

bool supportsTensors(const Tensor& q, const Tensor& k)
{
  const auto type = k.scalar_type();
  const bool known =
    type == torch::kHalf || type == torch::kBFloat16 || type == torch::kFloat || type == torch::kDouble;
  return k.is_cuda() && q.device() == k.device() && known && supports(q.size(0), q.size(1), q.size(2));
}

bool doubleIsFast()
{
  int device = 0, ratio = 0;
  require(cudaGetDevice(&device));
  require(cudaDeviceGetAttribute(&ratio, cudaDevAttrSingleToDoublePrecisionPerfRatio, device));
  return ratio <= 4;
}

MixForward forwardTensors(
  const Tensor& q, const Tensor& k, const Tensor& v, double scale, const Segments& segments)
{
  const c10::cuda::CUDAGuard guard(k.device());
  const auto mix = describe(q, k, v, scale, segments);
  const auto options = sumOptions(k);
  MixForward out;
  out.y = torch::empty_like(k);
  out.z = torch::empty({ segments.count(), q.size(0), q.size(1), q.size(2) }, options);
  out.latentLogSum = torch::empty({ segments.count(), q.size(0), q.size(1) }, options);
  out.pointLogSum = torch::empty({ q.size(0), k.size(0) }, options);
  const auto space = workspace(workspaceBytes(mix), k);
  require(forward(mix, out.y.data_ptr(),
    { out.z.data_ptr(), out.latentLogSum.data_ptr(), out.pointLogSum.data_ptr() }, space.data_ptr(),
    c10::cuda::getCurrentCUDAStream()));
  return out;
}

MixBackward backwardTensors(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& dy,
  const MixForward& saved, double scale, const Segments& segments)
{
  const c10::cuda::CUDAGuard guard(k.device());
  const auto mix = describe(q, k, v, scale, segments);
  MixBackward out;
  out.dq = torch::empty(q.sizes(), sumOptions(k));
  out.dk = torch::empty_like(k);
  out.dv = torch::empty_like(k);
  const auto space = workspace(workspaceBytes(mix), k);
  require(backward(mix, saved.y.data_ptr(), dy.data_ptr(),
    { saved.z.data_ptr(), saved.latentLogSum.data_ptr(), saved.pointLogSum.data_ptr() },
    { out.dq.data_ptr(), out.dk.data_ptr(), out.dv.data_ptr() }, space.data_ptr(),
    c10::cuda::getCurrentCUDAStream()));
  return out;
}

std::tuple<Tensor, Tensor, Tensor> gramTensors(
  const Tensor& q, const Tensor& k, double scale, const Segments& segments)
{
  TORCH_CHECK(k.scalar_type() == torch::kFloat || k.scalar_type() == torch::kDouble,
    "the Gram matrix is computed in float32 or float64");
  const c10::cuda::CUDAGuard guard(k.device());
  const auto mix = describe(q, k, k, scale, segments);
  auto matrix = torch::empty({ segments.count(), q.size(0), q.size(1), q.size(1) }, k.options());
  auto latentLogSum = torch::empty({ segments.count(), q.size(0), q.size(1) }, k.options());
  auto pointLogSum = torch::empty({ q.size(0), k.size(0) }, k.options());
  const auto space = workspace(gramWorkspaceBytes(mix), k);
  require(gram(mix, matrix.data_ptr(), latentLogSum.data_ptr(), pointLogSum.data_ptr(), space.data_ptr(),
    c10::cuda::getCurrentCUDAStream()));
  return { matrix, latentLogSum, pointLogSum };
}

class MixFunction : public torch::autograd::Function<MixFunction>
{
public:
  static Tensor forward(AutogradContext* context, const Tensor& q, const Tensor& k, const Tensor& v,
    double scale, const Segments& segments)
  {
    const auto narrow = q.to(k.scalar_type()).contiguous();
    const auto out = forwardTensors(narrow, k, v, scale, segments);
    context->save_for_backward({ narrow, k, v, out.y, out.z, out.latentLogSum, out.pointLogSum });
    context->saved_data["scale"] = scale;
    context->saved_data["offsets"] = segments.offsets;
    context->saved_data["type"] = static_cast<std::int64_t>(q.scalar_type());
    return out.y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients)
  {
    const auto saved = context->get_saved_variables();
    Segments segments;
    segments.offsets = context->saved_data["offsets"].toIntVector();
    const auto out = backwardTensors(saved[0], saved[1], saved[2], gradients[0].contiguous(),
      { saved[3], saved[4], saved[5], saved[6] }, context->saved_data["scale"].toDouble(), segments);
    const auto type = static_cast<torch::ScalarType>(context->saved_data["type"].toInt());
    return { out.dq.to(type), out.dk, out.dv, Tensor(), Tensor() };
  }
};

Tensor mixTensors(const Tensor& q, const Tensor& k, const Tensor& v, double scale, const Segments& segments)
{
  TORCH_CHECK(q.dim() == 3 && k.dim() == 2 && v.sizes() == k.sizes() && v.scalar_type() == k.scalar_type() &&
                k.size(1) == q.size(0) * q.size(2) && k.size(0) == segments.total() && supportsTensors(q, k),
    "mix: q [H, M, D], k and v [T, H*D] and the segments' total do not fit together");
  return MixFunction::apply(q, k.contiguous(), v.contiguous(), scale, segments);
}
}
}

extern "C" __attribute__((visibility("default"))) const flare::cuda::MixModule* flareCudaMixModule()
{
  static const flare::cuda::MixModule module{ flare::cuda::builtForGpu, flare::cuda::doubleIsFast,
    flare::cuda::supportsTensors, flare::cuda::mixTensors, flare::cuda::gramTensors };
  return &module;
}
