#pragma once

#include "flare/spectrum.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace flare
{
// The mixing operators of the heads of one block on one mesh. A head's is
//   W = R P,   P = softmax of S = s Q K^T over the points (encode, M x N),   R = softmax of S^T over the
//   latents
// (decode, N x M). A row of W says how much of what arrives at a point comes from each point: its entries are
// not negative and add up to 1.
//
// It keeps the keys of the block's heads, O(N C). Every function streams over the points, in O(N M) per head
// for rows and columns, and keeps nothing of size N x M. Under MPI all are collective; points are numbered on
// each rank by itself, and results are for the points of this rank. Points that another rank owns take no
// part in sums and get values all the same.
class Mixing
{
public:
  ~Mixing();
  Mixing(Mixing&&) noexcept;
  Mixing& operator=(Mixing&&) noexcept;

  std::int64_t block() const;
  std::int64_t heads() const;
  std::int64_t latents() const;

  // Of one head, or of all (-1); with their similarity to each other only where all are asked for. Empty when
  // it was stopped.
  std::vector<HeadSpectrum> spectra(std::int64_t head = -1, bool similarity = false) const;
  // `count` modes of a head from the first on, which counts from 0, the constant.
  HeadModes modes(std::int64_t head, int count, int first = 0) const;

  // The mean of the points' rows of W, N values; head -1: the sum over all heads. Throws Error where no rank
  // names a point, or one that it does not have.
  std::vector<double> row(const std::vector<std::int64_t>& points, std::int64_t head) const;
  // Row m of P, N values: where the latent listens. They add up to 1.
  std::vector<double> encodeWeights(std::int64_t head, std::int64_t latent) const;
  // Column m of R, N values in [0, 1]: where it speaks, as a share of what each point hears.
  std::vector<double> decodeWeights(std::int64_t head, std::int64_t latent) const;
  // The mean of the points' rows of R, M values: through which latents they hear.
  std::vector<double> latentsOf(const std::vector<std::int64_t>& points, std::int64_t head) const;

private:
  friend bool forEachMixing(const Model&, const Case&, Device, std::int64_t, const SpectrumOptions&,
    const std::function<void(Mixing)>&, std::shared_ptr<Communicator>);
  struct Impl;
  explicit Mixing(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Visits one block, or all of them (-1), during one forward pass. A visitor may keep what it gets. False when
// options.progress stopped it; options.block, head and similarity have no meaning here. Throws Error for a
// block that does not exist and for a case that does not fit the model.
bool forEachMixing(const Model& model, const Case& c, Device device, std::int64_t block,
  const SpectrumOptions& options, const std::function<void(Mixing)>& visit,
  std::shared_ptr<Communicator> communicator = serialCommunicator());
}
