#include "spectrum/modes.h"

#include "spectrum/together.h"

#include <algorithm>
#include <cmath>

namespace flare::spectrum
{
namespace
{
// v = R z up to e^logScale, [N, modes], and c [N], the log of the column sums of A; on the CPU.
struct Decoded
{
  torch::Tensor vectors;
  torch::Tensor logSums;
};

Decoded decode(const torch::Tensor& z, const torch::Tensor& q, const torch::Tensor& k, double scale)
{
  const auto options = torch::dtype(torch::kFloat64);
  Decoded result{ torch::empty({ k.size(0), z.size(1) }, options), torch::empty({ k.size(0) }, options) };
  const auto factor = (q.to(torch::kFloat64) * scale).t();
  const auto latent = z.to(q.device());
  const auto step = pointsPerPass(q.size(0), q.device());
  for (std::int64_t first = 0; first < k.size(0); first += step)
  {
    const auto last = std::min(first + step, k.size(0));
    const auto scores = k.slice(0, first, last).to(torch::kFloat64).matmul(factor);
    result.logSums.slice(0, first, last).copy_(torch::logsumexp(scores, 1));
    result.vectors.slice(0, first, last).copy_(torch::softmax(scores, 1).matmul(latent));
  }
  return result;
}

// The largest |v| over the points that count on all ranks.
double largestMagnitude(const torch::Tensor& v, Communicator& communicator)
{
  double largest = v.numel() > 0 ? v.abs().max().item<double>() : 0.0;
  communicator.max(&largest, 1);
  return largest;
}

// +1 or -1: what makes that component positive; among components that tie up to rounding, as on symmetric
// meshes, the first one decides.
double orientation(const torch::Tensor& v, double largest, Communicator& communicator)
{
  double sign = 0.0; // no candidate on this rank
  const auto candidates = torch::nonzero(v.abs() >= (1.0 - 1e-10) * largest);
  if (candidates.numel() > 0)
  {
    sign = v[candidates[0][0]].item<double>() < 0.0 ? -1.0 : 1.0;
  }
  double firstRank = sign != 0.0 ? -communicator.rank() : -communicator.size();
  communicator.max(&firstRank, 1);
  sign = communicator.rank() == static_cast<int>(-firstRank) ? sign : 0.0;
  communicator.sum(&sign, 1);
  return sign;
}

std::vector<double> values(const torch::Tensor& tensor)
{
  const auto flat = tensor.contiguous();
  const auto* data = flat.data_ptr<double>();
  return std::vector<double>(data, data + flat.numel());
}
}

HeadModes pointModes(const HeadGram& head, const LatentModes& latent, const torch::Tensor& q,
  const torch::Tensor& k, double scale, const torch::Tensor& owned, Communicator& communicator)
{
  // Modes that live on points of weight below e^-1300 are too large for a double when they are normalised:
  // they are given with components up to about e^650, and a left vector to match.
  constexpr double largestLog = 650.0;
  Decoded decoded;
  together(communicator, [&] { decoded = decode(latent.vectors, q, k, scale); });
  const bool withTrivial = latent.first == 0;
  if (withTrivial)
  {
    decoded.vectors.select(1, 0).fill_(1.0); // whose sum of weights is 1 up to rounding
  }
  const auto logWeights = decoded.logSums - head.logTotal();
  HeadModes modes;
  modes.eigenvalues = latent.eigenvalues;
  for (std::size_t i = 0; i < latent.eigenvalues.size(); ++i)
  {
    auto v = decoded.vectors.select(1, static_cast<std::int64_t>(i));
    // log of e^{c_n - logTotal} v_n^2, at most about 0
    const auto logSquares = 2.0 * (torch::log(v.abs()) + latent.logScale[i]) + logWeights;
    const auto counted = [&](const torch::Tensor& t)
    { return owned.defined() ? t.index_select(0, owned.to(t.device())) : t; };
    double square = torch::exp(counted(logSquares)).sum().item<double>();
    communicator.sum(&square, 1);
    // The constant mode is exactly 1.
    const double logScale = withTrivial && i == 0 ? 0.0 : latent.logScale[i] - 0.5 * std::log(square);
    const double largest = largestMagnitude(counted(v), communicator);
    const double shown = std::min(logScale, largestLog - std::log(largest));
    const double sign = orientation(counted(v), largest, communicator);
    const auto logLeft = torch::log(v.abs()) + logWeights + (2.0 * logScale - shown);
    modes.right.push_back(values(sign * std::exp(shown) * v));
    modes.left.push_back(values(sign * v.sign() * torch::exp(logLeft.clamp_max(largestLog))));
  }
  return modes;
}
}
