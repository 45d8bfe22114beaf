#pragma once

#include "flare/spectrum.h"
#include "model_impl.h"

#include <torch/torch.h>

#include <memory>

namespace flare::test
{
inline ArrayView view(const torch::Tensor& rows)
{
  const auto owner = std::make_shared<torch::Tensor>(rows.contiguous());
  return ArrayView{ owner->data_ptr(), ScalarType::Float64, owner->size(0), static_cast<int>(owner->size(1)),
    owner };
}

// x [N, channels]: coordinates first.
inline Case makeCase(const torch::Tensor& x)
{
  Case c;
  c.name = "fixture";
  c.points = view(x.slice(1, 0, 3));
  if (x.size(1) > 3)
  {
    c.inputs = { view(x.slice(1, 3)) };
  }
  return c;
}

// A small model with scores of a few units, and a case for it.
struct Small
{
  Small()
  {
    ModelInfo info;
    info.architecture.channels = 16;
    info.architecture.blocks = 3;
    info.architecture.heads = 2;
    info.architecture.latents = 12;
    info.signature.targets = { FieldSpec{ "p", 1, {}, "", false } };
    info.normalisation = Normalisation::identity(info.signature);
    const auto drawn = Model::create(info, 4);
    auto impl = std::make_shared<Model::Impl>(drawn.impl());
    for (auto& [name, tensor] : impl->state)
    {
      tensor = tensor * 4.0; // latents too: scores of a few units
    }
    model = std::make_unique<Model>(impl);
    auto generator = at::make_generator<at::CPUGeneratorImpl>(3);
    x = torch::randn({ 90, 3 }, generator, torch::dtype(torch::kFloat64));
    precise.precision = SpectrumPrecision::Precise;
  }

  std::unique_ptr<Model> model;
  torch::Tensor x;
  SpectrumOptions precise;
};
}
