#pragma once

#include "flare/predictor.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace flare
{
// The mixing operator of one head on a mesh, W = W_dec W_enc (N x N, rank <= M), through the
// symmetric M x M matrix B B^T that has its non-zero eigenvalues (docs/spectra.md):
//   S = s Q K^T,  A = exp S,  B = diag(row sums of A)^-1/2 A diag(column sums of A)^-1/2.
// All eigenvalues lie in [0, 1]; the largest is 1, with the constant vector.
struct HeadSpectrum
{
  std::int64_t block = 0; // from 0
  std::int64_t head = 0;
  std::vector<double> eigenvalues; // M, largest first; beyond min(M, N) they are 0
  // Where options.similarity asks for it, one value per head of the block: how alike what the two heads
  // transport is. The mean squared cosine of the principal angles between the spaces of their modes to 99 %
  // of the energy, without the constant, in the plain inner product over the points: 1 where one space
  // contains the other, 0 where they are orthogonal, NaN where one of the two has no such mode.
  std::vector<double> similarity;
};

// exp(entropy of lambda / sum lambda): how many modes take part.
double effectiveRank(const std::vector<double>& eigenvalues);
// The fewest leading modes whose eigenvalues add up to `fraction` of the sum.
std::int64_t modesToEnergy(const std::vector<double>& eigenvalues, double fraction);
// What is to be known about each mode: "constant" for the first, "one of 3 equal ones" where eigenvalues are
// closer than 1e-12 (their vectors span a space of which any basis would do), "none" below 1e-10, where no
// vector is offered, and else nothing.
std::vector<std::string> modeNotes(const std::vector<double>& eigenvalues);
// 1 - lambda_1: how fast a field that is mixed again and again becomes constant. 1 for a single eigenvalue.
double spectralGap(const std::vector<double>& eigenvalues);

// Eigenvectors of one head on the points of this rank.
struct HeadModes
{
  std::int64_t block = 0;
  std::int64_t head = 0;
  std::vector<double> eigenvalues; // of the modes below
  // modes x N, row by row. right: W v = lambda v, orthonormal under the weight e^{c_n} (c_n the log of
  // point n's column sum, scaled so that the weights add up to 1); mode 0 is the constant 1.
  // left: l^T W = lambda l^T with l_i^T v_j = delta_ij. The component of v of largest magnitude is
  // positive. Modes with an eigenvalue below 1e-10 are not offered.
  std::vector<std::vector<double>> right;
  std::vector<std::vector<double>> left;
};

// No vectors are offered for eigenvalues below the first; those closer than the second share a space, as far
// as double can tell: the sums and the eigen-solver leave about 1e-13.
constexpr double smallestEigenvalue = 1e-10;
constexpr double degenerateEigenvalues = 1e-12;

enum class SpectrumPrecision
{
  // Network in float32; products of B and sums over points in double, or, on a GPU whose double is slow, in
  // float32 (eigenvalues of several heads, within 1e-4).
  Default,
  Precise // everything in double
};

struct SpectrumOptions
{
  std::int64_t block = -1; // -1: all
  std::int64_t head = -1;
  bool similarity = false; // of heads; only where all heads are chosen
  SpectrumPrecision precision = SpectrumPrecision::Default;
  // Called with 0..1; returning false stops, and an empty result comes back.
  std::function<bool(double)> progress;
};

// Spectra of the chosen heads for a model applied to a case. Collective under MPI.
// Cost O(M^2 N + M^3) and memory O(N C + M^2) per head; nothing of size M x N is stored.
std::vector<HeadSpectrum> spectra(const Model& model, const Case& c, Device device,
  const SpectrumOptions& options = {}, std::shared_ptr<Communicator> communicator = serialCommunicator());

// What was stored while the model was trained (TrainingOptions::spectraEvery, TrainingRecord::spectraEpochs):
// the spectra of all heads of a block (-1: of all blocks) after the epoch, or after the last one before it
// that has any; 0: before the first step. As many eigenvalues each as the largest block ever had latents;
// those that there were no latents for are 0. Throws Error where the model holds none, or none so early.
std::vector<HeadSpectrum> trainingSpectra(const Model& model, std::int64_t epoch, std::int64_t block = -1);

// The leading `count` modes of one head.
HeadModes modes(const Model& model, const Case& c, Device device, std::int64_t block, std::int64_t head,
  int count, const SpectrumOptions& options = {},
  std::shared_ptr<Communicator> communicator = serialCommunicator());
}
