#include "flare/latents.h"
#include "spectrum/range.h"

#include <algorithm>
#include <map>
#include <sstream>

namespace flare
{
namespace
{
struct Need
{
  std::int64_t latents = 0;
  std::map<std::int64_t, std::int64_t> modes; // by head, the most of all cases
};

std::string percent(double share)
{
  std::ostringstream text;
  text << 100.0 * share << " %";
  return text.str();
}

LatentSuggestion suggestionFor(std::int64_t block, const Need& need, double energy)
{
  const auto most = std::max_element(
    need.modes.begin(), need.modes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::int64_t others = 0;
  for (const auto& [head, modes] : need.modes)
  {
    others = head == most->first ? others : std::max(others, modes);
  }
  LatentSuggestion result{ block, need.latents, most->second, {} };
  std::ostringstream reason;
  reason << "of head " << most->first << ", " << most->second << " of " << need.latents << " modes hold "
         << percent(energy) << " of the energy";
  if (need.modes.size() > 1)
  {
    reason << "; of the others at most " << others;
  }
  const bool isShort = 10 * most->second >= 9 * need.latents;
  if (isShort)
  {
    result.suggested = 2 * need.latents;
    reason << ". It uses nearly all that it has, so that more may help";
  }
  result.reason = reason.str();
  return result;
}
}

std::vector<std::size_t> spreadCases(std::size_t cases, std::size_t count)
{
  count = std::min(count, cases);
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < count; ++i)
  {
    indices.push_back(i * cases / count);
  }
  return indices;
}

std::vector<LatentSuggestion> suggestLatents(
  const std::vector<std::vector<HeadSpectrum>>& cases, double energy)
{
  spectrum::requireEnergy(energy);
  std::map<std::int64_t, Need> needs;
  for (const auto& heads : cases)
  {
    for (const auto& head : heads)
    {
      auto& need = needs[head.block];
      need.latents = static_cast<std::int64_t>(head.eigenvalues.size());
      auto& modes = need.modes[head.head];
      modes = std::max(modes, modesToEnergy(head.eigenvalues, energy));
    }
  }
  std::vector<LatentSuggestion> result;
  for (const auto& [block, need] : needs)
  {
    result.push_back(suggestionFor(block, need, energy));
  }
  return result;
}
}
