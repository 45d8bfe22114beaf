// What vtkFLAREPredict costs beside the engine's own inference, after the first call, on the CPU:
//   predict_filter [repetitions = 15]
// Both sides run in turn on the same mesh with the network of the recipe Balanced and its encoding, for
// another value of a parameter each time, as under a slider; medians of wall-clock time. "engine" prepares
// the mesh and predicts, "inference" predicts on a mesh that was prepared once, which is what the filter
// keeps.
#include "flare/model.h"
#include "flare/predictor.h"
#include "vtkFLAREPredict.h"

#include <vtkFloatArray.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkUnstructuredGrid.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <vector>

namespace
{
flare::Model makeModel()
{
  flare::ModelInfo info;
  info.encoding.octaves = 2;
  info.encoding.baseFrequency = 1.5707963267948966;
  info.signature.parameters = { flare::ParameterSpec{ "Speed", "m/s" } };
  info.architecture.blocks = 4;
  info.architecture.inputs = info.signature.inputChannels() + info.encoding.channels();
  info.architecture.outputs = 4;
  info.signature.targets = { flare::FieldSpec{ "p", 1, {}, "Pa", false },
    flare::FieldSpec{ "u", 3, {}, "m/s", false } };
  info.normalisation = flare::Normalisation::identity(info.signature);
  return flare::Model::create(info, 1);
}

vtkNew<vtkUnstructuredGrid> makeMesh(int count)
{
  vtkNew<vtkUnstructuredGrid> mesh;
  vtkNew<vtkPoints> points;
  std::mt19937 random(1);
  std::uniform_real_distribution<float> coordinate(-1.0f, 1.0f);
  for (int i = 0; i < count; ++i)
  {
    points->InsertNextPoint(coordinate(random), coordinate(random), coordinate(random));
  }
  mesh->SetPoints(points);
  return mesh;
}

template<typename Work>
double seconds(Work&& work)
{
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values)
{
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}
}

int main(int argc, char** argv)
{
  const int repetitions = argc > 1 ? std::atoi(argv[1]) : 15;
  const auto path = (std::filesystem::temp_directory_path() / "predict_filter.safetensors").string();
  makeModel().save(path);
  std::printf("%10s  %12s  %14s  %12s  %18s\n", "points", "engine, ms", "inference, ms", "filter, ms",
    "filter / inference");
  for (const int count : { 1000, 10000, 100000 })
  {
    const auto mesh = makeMesh(count);
    auto* coordinates = vtkFloatArray::SafeDownCast(mesh->GetPoints()->GetData());
    flare::Case c;
    c.name = "mesh";
    c.parameters = { 0.5 };
    c.points = { coordinates->GetPointer(0), flare::ScalarType::Float32, count, 3, {} };
    std::vector<float> p(count), u(3 * count);
    const std::vector<flare::MutableArrayView> outputs = { { p.data(), flare::ScalarType::Float32, count, 1 },
      { u.data(), flare::ScalarType::Float32, count, 3 } };
    flare::Predictor predictor(flare::Model::load(path), flare::Device::Cpu);
    vtkNew<vtkFLAREPredict> filter;
    filter->SetInputData(mesh);
    filter->SetModelFile(path.c_str());
    filter->SetDevice(vtkFLAREPredict::CPU);

    const auto prepared = predictor.prepare(c);
    const auto engine = [&] { predictor.predict(c, outputs); };
    const auto inference = [&] { predictor.predict(prepared, c.parameters, c.time, outputs); };
    const auto update = [&]
    {
      filter->SetParameterValue("Speed", c.parameters[0]);
      filter->Update();
    };
    engine();
    inference();
    update();
    auto* predicted =
      vtkDataSet::SafeDownCast(filter->GetOutputDataObject(0))->GetPointData()->GetArray("p_predicted");
    for (int i = 0; i < count; ++i)
    {
      if (!(std::abs(predicted->GetComponent(i, 0) - p[i]) <= 1e-5 * std::abs(p[i]) + 1e-6))
      {
        std::printf("the filter and the engine disagree at point %d\n", i);
        return 1;
      }
    }
    std::vector<double> ofEngine, ofInference, ofFilter;
    for (int i = 0; i < repetitions; ++i)
    {
      c.parameters[0] = 0.6 + 0.01 * i;
      ofEngine.push_back(seconds(engine));
      ofInference.push_back(seconds(inference));
      ofFilter.push_back(seconds(update));
    }
    std::printf("%10d  %12.2f  %14.2f  %12.2f  %18.3f\n", count, 1e3 * median(ofEngine),
      1e3 * median(ofInference), 1e3 * median(ofFilter), median(ofFilter) / median(ofInference));
  }
  std::filesystem::remove(path);
  return 0;
}
