#pragma once

#include "flare/dataset.h"
#include "flare/trainer.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

// Small made-up cases that a trainer can learn.
namespace flare::test
{
inline ArrayView owningView(std::vector<double> values, int components)
{
  auto owner = std::make_shared<std::vector<double>>(std::move(values));
  ArrayView view;
  view.data = owner->data();
  view.type = ScalarType::Float64;
  view.components = components;
  view.tuples = static_cast<std::int64_t>(owner->size()) / components;
  view.owner = owner;
  return view;
}

inline Signature smallSignature()
{
  Signature signature;
  signature.parameters = { { "load", "N" } };
  signature.targets = { { "stress", 1, {}, "Pa", false }, { "shift", 2, {}, "m", false } };
  return signature;
}

// Points in the unit cube, a stress of about 1e6 and a shift of about 1e-3.
inline Case smallCase(int index, int points)
{
  std::mt19937_64 random(1000 + index);
  const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  const double load = 1.0 + 0.3 * index;
  std::vector<double> x, stress, shift;
  for (int i = 0; i < points; ++i)
  {
    const double a = uniform(), b = uniform(), c = uniform();
    x.insert(x.end(), { a, b, c });
    stress.push_back(1e6 * load * (1.2 + std::sin(3.0 * a) * b));
    shift.push_back(1e-3 * load * a * b);
    shift.push_back(1e-3 * load * (c - 0.5) * a);
  }
  Case result;
  result.name = "case " + std::to_string(index);
  result.points = owningView(x, 3);
  result.parameters = { load };
  result.targets = { owningView(stress, 1), owningView(shift, 2) };
  return result;
}

// The points [begin, end) of a case, and what belongs to them.
inline Case partOf(Case c, std::int64_t begin, std::int64_t end)
{
  const auto slice = [&](const ArrayView& a)
  {
    std::vector<double> values;
    for (auto row = begin; row < end; ++row)
    {
      for (int d = 0; d < a.components; ++d)
      {
        values.push_back(a.at(row, d));
      }
    }
    return owningView(values, a.components);
  };
  c.points = slice(c.points);
  for (auto& target : c.targets)
  {
    target = slice(target);
  }
  return c;
}

// Cases of different sizes.
inline DataSet smallData(int cases, int points = 40)
{
  DataSet data(smallSignature());
  for (int i = 0; i < cases; ++i)
  {
    data.add(smallCase(i, points + 7 * (i % 3)));
  }
  return data;
}

inline TrainingOptions smallOptions(Optimizer optimizer = Optimizer::Muon)
{
  TrainingOptions options;
  options.recipe = Recipe::named(optimizer == Optimizer::Muon ? "Quick look" : "Published");
  if (optimizer == Optimizer::Muon)
  {
    options.recipe.batchSize = 1;
  }
  options.recipe.name = "Custom";
  options.recipe.timeBudget = 0.0;
  options.recipe.epochs = 4;
  options.recipe.encoding.octaves = optimizer == Optimizer::Muon ? 1 : 0;
  options.architecture.channels = 8;
  options.architecture.heads = 2;
  options.architecture.latents = 5;
  options.architecture.blocks = 1;
  options.architecture.keyLayers = options.architecture.valueLayers = 1;
  options.architecture.feedForwardLayers = options.architecture.inOutLayers = 1;
  options.validationFraction = 0.25;
  options.device = Device::Cpu;
  return options;
}

// The same bits everywhere.
inline bool sameBits(
  const std::map<std::string, std::vector<double>>& a, const std::map<std::string, std::vector<double>>& b)
{
  if (a.size() != b.size())
  {
    return false;
  }
  for (const auto& [name, values] : a)
  {
    const auto found = b.find(name);
    if (found == b.end() || found->second.size() != values.size() ||
        std::memcmp(found->second.data(), values.data(), values.size() * sizeof(double)) != 0)
    {
      return false;
    }
  }
  return true;
}

// A folder of its own, removed with everything in it.
class TemporaryFolder
{
public:
  TemporaryFolder()
  {
    std::string pattern = (std::filesystem::temp_directory_path() / "flare-train-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder()
  {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
  std::string path_;
};
}
