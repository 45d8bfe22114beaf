#include "reference/mixer.h"

#include <vector>

namespace flare::reference
{
torch::Tensor mix(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, double scale)
{
  const auto width = q.size(2);
  std::vector<torch::Tensor> heads;
  for (std::int64_t h = 0; h < q.size(0); ++h)
  {
    const auto qh = q[h].to(torch::kFloat64);
    const auto kh = k.slice(1, h * width, (h + 1) * width).to(torch::kFloat64);
    const auto vh = v.slice(1, h * width, (h + 1) * width).to(torch::kFloat64);
    const auto s = scale * qh.matmul(kh.t());            // M x N
    const auto z = torch::softmax(s, 1).matmul(vh);      // encode: over the points
    heads.push_back(torch::softmax(s.t(), 1).matmul(z)); // decode: over the latents
  }
  return torch::cat(heads, 1);
}
}
