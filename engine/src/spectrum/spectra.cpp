#include "flare/spectrum.h"

#include "flare/error.h"
#include "flare/mixing.h"
#include "spectrum/range.h"

#include <optional>

namespace flare
{
std::vector<HeadSpectrum> spectra(const Model& model, const Case& c, Device device,
  const SpectrumOptions& options, std::shared_ptr<Communicator> communicator)
{
  spectrum::requireRange("head", options.head, -1, model.info().architecture.heads);
  if (options.similarity && options.head >= 0)
  {
    throw Error("heads are compared with each other where all are chosen (-1), not head " +
                std::to_string(options.head));
  }
  std::vector<HeadSpectrum> result;
  const bool finished = forEachMixing(
    model, c, device, options.block, options,
    [&](const Mixing& mixing)
    {
      for (auto& head : mixing.spectra(options.head, options.similarity))
      {
        result.push_back(std::move(head));
      }
    },
    communicator);
  return finished ? result : std::vector<HeadSpectrum>{};
}

HeadModes modes(const Model& model, const Case& c, Device device, std::int64_t block, std::int64_t head,
  int count, const SpectrumOptions& options, std::shared_ptr<Communicator> communicator)
{
  const auto& architecture = model.info().architecture;
  spectrum::requireRange("block", block, 0, architecture.blocks);
  spectrum::requireRange("head", head, 0, architecture.heads);
  spectrum::requireCount(count);
  HeadModes result;
  const bool finished = forEachMixing(
    model, c, device, block, options, [&](const Mixing& mixing) { result = mixing.modes(head, count); },
    communicator);
  return finished ? result : HeadModes{};
}
}
