#pragma once

#include "flare/model.h"
#include "nn/segments.h"

#include <torch/torch.h>

namespace flare
{
// What the network sees of a case: normalised raw channels in the signature's order, then the encoded
// coordinates; [N, inputs] on the CPU. Values are centred and scaled in double before they are narrowed.
torch::Tensor inputTensor(const ModelInfo& info, const Case& c, torch::ScalarType type);

// Writes other parameters and another time into an input tensor, to the same bits as inputTensor() has them.
void fillConstants(
  const ModelInfo& info, const std::vector<double>& parameters, double time, torch::Tensor& x);

// Normalised targets, [N, target channels] on the CPU; u - mean in channels of scale 0. The error of a
// prediction y in physical units is scale * y - unit * target with unit = scale, or 1 where scale is 0.
torch::Tensor targetTensor(const ModelInfo& info, const Case& c, torch::ScalarType type);

// Indices of the points that count in sums, ascending; undefined when all do.
torch::Tensor ownedRows(const Case& c);

// The case as the only mesh of a batch on a device, for inference: its unowned points are decoded only.
Segments segmentOf(const Case& c, torch::Device device, Communicator* communicator);

// |u|_2 of every target field over the owned points of all ranks, physical.
std::vector<double> targetNorms(const Signature& signature, const Case& c, Communicator& communicator);

// Where each target field's channels begin; one entry more than there are fields.
std::vector<int> fieldOffsets(const Signature& signature);
}
