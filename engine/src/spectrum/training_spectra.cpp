#include "flare/error.h"
#include "flare/spectrum.h"
#include "model_impl.h"
#include "spectrum/range.h"

#include <algorithm>

namespace flare
{
std::vector<HeadSpectrum> trainingSpectra(const Model& model, std::int64_t epoch, std::int64_t block)
{
  const auto& epochs = model.info().training.spectraEpochs;
  const auto& a = model.info().architecture;
  spectrum::requireRange("block", block, -1, a.blocks);
  if (epochs.empty())
  {
    throw Error("the model holds no spectra of its training: none were stored while it was trained "
                "(FLARETrain's SpectraEvery, or flare train --spectra-every)");
  }
  const auto after = std::upper_bound(epochs.begin(), epochs.end(), epoch);
  if (after == epochs.begin())
  {
    throw Error("the spectra of the training begin with epoch " + std::to_string(epochs.front()) +
                ", there are none of epoch " + std::to_string(epoch));
  }
  const auto ofEpoch = model.impl().spectra[after - epochs.begin() - 1].to(torch::kFloat64).contiguous();
  std::vector<HeadSpectrum> heads;
  for (std::int64_t b = std::max<std::int64_t>(block, 0); b < (block < 0 ? a.blocks : block + 1); ++b)
  {
    for (std::int64_t h = 0; h < a.heads; ++h)
    {
      HeadSpectrum head;
      head.block = b;
      head.head = h;
      const auto* values = ofEpoch[b][h].data_ptr<double>();
      head.eigenvalues.assign(values, values + ofEpoch.size(2));
      heads.push_back(std::move(head));
    }
  }
  return heads;
}
}
