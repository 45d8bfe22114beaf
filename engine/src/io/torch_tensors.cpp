#include "io/torch_tensors.h"

#include "flare/error.h"

#include <array>
#include <utility>

namespace flare::io
{
namespace
{
constexpr std::array<std::pair<DType, c10::ScalarType>, 13> pairs = {
  { { DType::Bool, c10::ScalarType::Bool }, { DType::U8, c10::ScalarType::Byte },
    { DType::I8, c10::ScalarType::Char }, { DType::I16, c10::ScalarType::Short },
    { DType::U16, c10::ScalarType::UInt16 }, { DType::F16, c10::ScalarType::Half },
    { DType::BF16, c10::ScalarType::BFloat16 }, { DType::I32, c10::ScalarType::Int },
    { DType::U32, c10::ScalarType::UInt32 }, { DType::F32, c10::ScalarType::Float },
    { DType::I64, c10::ScalarType::Long }, { DType::U64, c10::ScalarType::UInt64 },
    { DType::F64, c10::ScalarType::Double } }
};

c10::ScalarType scalarType(DType type)
{
  for (const auto& [ours, theirs] : pairs)
  {
    if (ours == type)
    {
      return theirs;
    }
  }
  throw Error("a tensor has an unknown type of number");
}
}

torch::Tensor toTensor(const TensorView& view)
{
  auto tensor = torch::empty(view.shape, torch::dtype(scalarType(view.type)));
  if (view.bytes > 0)
  {
    std::memcpy(tensor.data_ptr(), view.data, view.bytes);
  }
  return tensor;
}

TensorView viewOf(const torch::Tensor& tensor)
{
  for (const auto& [ours, theirs] : pairs)
  {
    if (theirs == tensor.scalar_type())
    {
      return { ours, tensor.sizes().vec(), tensor.const_data_ptr(), tensor.nbytes() };
    }
  }
  throw Error(
    std::string("a tensor of type ") + c10::toString(tensor.scalar_type()) + " cannot be stored in a file");
}
}
