#include "spectrum/gram_cuda.h"

#include "ops/cuda_module.h"

namespace flare::spectrum
{
bool gramOnGpu(const torch::Tensor& q, const torch::Tensor& k)
{
  return k.is_cuda() && k.size(1) > 0 && ops::cudaModule() && ops::cudaModule()->supports(q, k);
}

torch::ScalarType gramType(SpectrumPrecision precision, std::int64_t heads)
{
  const bool wide =
    precision == SpectrumPrecision::Precise || heads == 1 || ops::cudaModule()->doubleIsFast();
  return wide ? torch::kFloat64 : torch::kFloat32;
}

std::vector<HeadGram> gramsOfAllHeads(
  const torch::Tensor& q, const torch::Tensor& k, double scale, torch::ScalarType type)
{
  const auto points = k.size(1);
  const auto rows = k.permute({ 1, 0, 2 }).reshape({ points, -1 }).to(type).contiguous();
  const auto [matrix, latentLogSum, pointLogSum] =
    ops::cudaModule()->gram(q.to(type).contiguous(), rows, scale, Segments::single(points));
  std::vector<HeadGram> heads;
  for (std::int64_t h = 0; h < q.size(0); ++h)
  {
    HeadGram head;
    head.points = points;
    head.gram = matrix[0][h].to(torch::kCPU, torch::kFloat64);
    head.logSums = latentLogSum[0][h].to(torch::kCPU, torch::kFloat64);
    // T = diag(e^-L/2) B B^T diag(e^L/2), whose entries are at most 1 where the factors may overflow.
    const auto half = 0.5 * head.logSums;
    head.transition = torch::exp(torch::log(head.gram) + half.unsqueeze(0) - half.unsqueeze(1));
    heads.push_back(std::move(head));
  }
  return heads;
}
}
