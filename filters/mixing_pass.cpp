#include "mixing_pass.h"

#include "guarded.h"
#include "mesh_prediction.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace flare::filters
{
void requireIndex(
  const char* property, int value, int lowest, std::int64_t count, const std::string& owner, const char* rest)
{
  if (value < lowest || value >= count)
  {
    throw PropertyError(property, std::string(property) + " is " + std::to_string(value) + ", but " + owner +
                                    " has 0 to " + std::to_string(count - 1) + rest);
  }
}

void requireNotNegative(const char* property, int value)
{
  if (value < 0)
  {
    throw PropertyError(
      property, std::string(property) + " is " + std::to_string(value) + ". Choose a number from 0 on");
  }
}

void PassNotes::tell(std::vector<std::string>& warnings)
{
  std::move(this->outside.begin(), this->outside.end(), std::back_inserter(warnings));
  this->outside.clear();
  if (this->sharedPoints > 0)
  {
    warnings.push_back(sharedPointsNote(*this));
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
  Device device, std::int64_t block, const SpectrumOptions& options, PassNotes& notes,
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
    const auto inside = envelopeMarks(c, model.info());
    const auto outside = outsideNote(c, model.info(), inside, /*nameParameters=*/false, *communicator);
    if (!outside.empty())
    {
      notes.outside.push_back(outside + ". The network was not trained for such inputs");
    }
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
