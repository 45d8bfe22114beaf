#pragma once

#include "flare/dataset.h"
#include "flare/device.h"
#include "flare/model.h"

#include <memory>
#include <vector>

namespace flare
{
// A mesh as the network takes it: its channels normalised and its coordinates encoded, on the predictor's
// device, with nothing of the case's memory. Copies share it. Good for the predictor that made it, and for
// one prediction at a time.
class PreparedMesh
{
public:
  std::int64_t count() const;

  struct Impl;
  explicit PreparedMesh(std::shared_ptr<Impl> impl);
  Impl& impl() const { return *impl_; }

private:
  std::shared_ptr<Impl> impl_;
};

// Applies a model. Keeps the network on its device; safe to call from one thread at a time.
class Predictor
{
public:
  Predictor(Model model, Device device = Device::Auto, Precision precision = Precision::Float32,
    std::shared_ptr<Communicator> communicator = serialCommunicator());
  ~Predictor();
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;

  // Fills one array per target field (tuples = the case's points, components as in the signature)
  // in physical units. The case's targets are not needed. Collective under MPI. Throws Error for a
  // case that does not fit the model.
  void predict(const Case& c, const std::vector<MutableArrayView>& outputs);

  // The same in two parts, for a mesh whose parameters change: what does not depend on these is done
  // once. Results are those of predict(Case), bit by bit. Both collective under MPI.
  PreparedMesh prepare(const Case& c);
  void predict(const PreparedMesh& mesh, const std::vector<double>& parameters, double time,
    const std::vector<MutableArrayView>& outputs);

  // How many meshes this predictor has prepared.
  std::size_t preparations() const;

  const Model& model() const;
  Device device() const;

  struct Impl;
  Impl& impl() { return *impl_; }

private:
  std::unique_ptr<Impl> impl_;
};

// For each point 1 when every input channel lies within the training envelope widened by 1e-6 of its
// width (of its magnitude where it has none), else 0. Empty when the model has no envelope.
// `outside`, when given, receives the names of the channels that were exceeded on this rank.
std::vector<unsigned char> insideEnvelope(
  const ModelInfo& info, const Case& c, std::vector<std::string>* outside = nullptr);
}
