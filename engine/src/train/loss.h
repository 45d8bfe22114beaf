#pragma once

#include "flare/dataset.h"
#include "flare/normalisation.h"
#include "train/case_store.h"

#include <torch/torch.h>

#include <string>
#include <vector>

namespace flare::train
{
// Relative 2-norms |u' - u| / max(|u|, floor) per case and target field, over all components and points of
// all ranks. u' - u is the difference of normalised values times their scale, never that of two decoded
// fields; |u| is the physical field's, in double; the floor is 1e-3 of the field's median norm over the
// training cases, or 1 where that is 0.
class RelativeError
{
public:
  // Collective. All cases of the data set must have their targets.
  RelativeError(const DataSet& data, const std::vector<std::size_t>& training, const ChannelScaling& targets);

  struct Result
  {
    double loss = 0.0;                       // mean over cases of the mean over fields
    std::vector<std::vector<double>> errors; // [case of the batch][field]
    torch::Tensor gradient;                  // of the loss by this rank's predictions
  };
  // Prediction as the network gives it, [T, target channels]. Sums over points are made in its precision.
  Result lossAndGradient(const torch::Tensor& prediction, const Batch& batch) const;
  // The errors alone, with sums in double.
  Result errors(const torch::Tensor& prediction, const Batch& batch) const;

  const std::vector<double>& floors() const { return floors_; }
  // "case 'c' has a field 'p' that is almost zero …", one per such case and field.
  const std::vector<std::string>& nearZero() const { return nearZero_; }

private:
  // Differences, scaled so that their 2-norms are the errors: [n, channels] per case.
  struct Differences
  {
    std::vector<torch::Tensor> scaled;
    std::vector<torch::Tensor> weights; // unit / max(|u|, floor) per channel
    std::vector<std::vector<double>> errors;
  };
  Differences differences(const torch::Tensor& prediction, const Batch& batch, bool inDouble) const;
  Result summary(const Differences& d) const;
  torch::Tensor channelWeights(std::size_t index, const torch::TensorOptions& options) const;
  // [channels], 0 where a channel is constant, 1 elsewhere; undefined when none is.
  torch::Tensor varyingChannels(const torch::TensorOptions& options) const;

  Communicator* communicator_;
  std::vector<double> units_;              // per target channel: what a normalised value of 1 is
  std::vector<double> varies_;             // per target channel: 0 for a constant
  std::vector<int> offsets_;               // first channel of each field
  std::vector<std::vector<double>> norms_; // [case][field]
  std::vector<double> floors_;             // per field
  std::vector<std::string> nearZero_;
};

// The mean of the two middle values where their number is even.
double median(std::vector<double> values);
}
