#pragma once

#include <string>
#include <vector>

namespace flare
{
// Where the values of a model live on a mesh. All targets of one model share one association;
// with Cells the "points" of a case are the cell centres.
enum class Association
{
  Points,
  Cells
};

// One array on the mesh. Vectors and tensors enter the network as their components, in order.
struct FieldSpec
{
  std::string name;
  int components = 1;
  std::vector<std::string> componentNames; // empty, or one per component
  std::string unit;                        // empty when unknown
  // True when the array lives on the other association and was averaged over to the model's.
  bool averaged = false;
};

// One number per case, repeated at every point.
struct ParameterSpec
{
  std::string name;
  std::string unit;
};

// What goes into a model and what comes out, by name.
// The network's raw input channels are, in this order: 3 coordinates, the components of `inputs`,
// `parameters`, and the time when `useTime` is set.
struct Signature
{
  Association association = Association::Points;
  std::vector<FieldSpec> inputs;
  std::vector<ParameterSpec> parameters;
  bool useTime = false;
  std::vector<FieldSpec> targets;

  int inputChannels() const;  // 3 + components of inputs + parameters + (useTime ? 1 : 0)
  int targetChannels() const; // components of all targets
  std::vector<std::string> inputChannelNames() const;  // "x", "y", "z", "U:X", "Speed", "time"
  std::vector<std::string> targetChannelNames() const; // "p", "U:X", ...
};

bool operator==(const Signature& a, const Signature& b);
bool operator!=(const Signature& a, const Signature& b);
}
