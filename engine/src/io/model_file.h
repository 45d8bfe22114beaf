#pragma once

#include "flare/model.h"
#include "model_impl.h"

#include <string>

namespace flare::io
{
// Everything in a model file or a training checkpoint (docs/files.md).
struct ModelFile
{
  ModelInfo info;
  State state; // the network's weights: of a checkpoint, the raw ones
  // As Model::Impl::meanField; undefined when there is none. "training.mean_field" in the file.
  torch::Tensor meanField;
  // As Model::Impl::spectra; undefined when there are none. "training.spectra" in the file.
  torch::Tensor spectra;

  // A checkpoint only. `checkpoint` is a JSON text of the trainer's own (schedule position, generator
  // state, …); empty: a finished model. `extra` are its tensors, of any type that safetensors knows:
  // the averaged weights under "ema." + state name, which must be complete, and whatever else the
  // trainer needs under names that no weight has ("optimiser.…").
  std::string checkpoint;
  State extra;

  // The weights that are the model: the averaged ones of a checkpoint, else `state`.
  State weights() const;
};

// Written beside, flushed, renamed. Tensors may live on any device and need not be contiguous.
// Throws Error when the state is not what the architecture asks for.
void writeModelFile(const std::string& path, const ModelFile& content);

// Tensors come back on the CPU, in memory of their own, with their stored types. Throws Error as
// Model::load does.
ModelFile readModelFile(const std::string& path);
}
