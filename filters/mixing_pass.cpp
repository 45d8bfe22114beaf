#include "mixing_pass.h"

#include "guarded.h"

#include <string>

namespace flare::filters
{
void requireIndex(const char* property, int value, std::int64_t count, const char* rest)
{
  if (value >= count)
  {
    throw PropertyError(property, std::string(property) + " is " + std::to_string(value) +
                                    ", but the model has 0 to " + std::to_string(count - 1) + rest);
  }
}

SpectrumPrecision spectrumPrecision(int precision, const char* what)
{
  if (precision > 1)
  {
    throw PropertyError("Precision", std::string("Precision is BFloat16, in which ") + what +
                                       " are not computed. Choose Default or Precise");
  }
  return static_cast<SpectrumPrecision>(precision);
}

bool forEachMixing(const Model& model, const std::vector<CaseMesh>& meshes, const GivenParameters& parameters,
  Device device, std::int64_t block, const SpectrumOptions& options, ReadingNotes& notes,
  const std::function<void(std::size_t mesh, const Case& c, Mixing mixing)>& visit,
  const std::shared_ptr<Communicator>& communicator)
{
  for (std::size_t m = 0; m < meshes.size(); ++m)
  {
    auto ofMesh = options;
    ofMesh.progress = [&](double part)
    {
      const double all = (static_cast<double>(m) + part) / static_cast<double>(meshes.size());
      return !options.progress || options.progress(all);
    };
    const auto c =
      readCase(meshes[m], model.info().signature, Targets::Ignored, &parameters, *communicator, &notes);
    if (!flare::forEachMixing(
          model, c, device, block, ofMesh, [&](Mixing mixing) { visit(m, c, std::move(mixing)); },
          communicator))
    {
      return false;
    }
  }
  return true;
}
}
