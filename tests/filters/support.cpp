#include "support.h"

#include "vtkFLARETrain.h"

#include <vtkCellData.h>
#include <vtkDataArraySelection.h>
#include <vtkDoubleArray.h>
#include <vtkFieldData.h>
#include <vtkFloatArray.h>
#include <vtkInformation.h>
#include <vtkInformationStringKey.h>
#include <vtkInformationVector.h>
#include <vtkIntArray.h>
#include <vtkObjectFactory.h>
#include <vtkPointData.h>
#include <vtkStreamingDemandDrivenPipeline.h>

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <stdexcept>

namespace flare::test
{
double pressure(double x, double y, double load)
{
  return load * std::sin(3.0 * x) + y * y;
}

namespace
{
void addCells(vtkUnstructuredGrid* grid, int n)
{
  for (int j = 0; j + 1 < n; ++j)
  {
    for (int i = 0; i + 1 < n; ++i)
    {
      const vtkIdType a = j * n + i;
      const vtkIdType lower[] = { a, a + 1, a + n }, upper[] = { a + 1, a + n + 1, a + n };
      grid->InsertNextCell(VTK_TRIANGLE, 3, lower);
      grid->InsertNextCell(VTK_TRIANGLE, 3, upper);
    }
  }
}

void addPointArrays(vtkUnstructuredGrid* grid, double load)
{
  vtkNew<vtkDoubleArray> p;
  p->SetName("p");
  vtkNew<vtkFloatArray> u;
  u->SetName("U");
  u->SetNumberOfComponents(3);
  u->SetComponentName(0, "X");
  u->SetComponentName(1, "Y");
  u->SetComponentName(2, "Z");
  u->GetInformation()->Set(vtkDataArray::UNITS_LABEL(), "m/s");
  vtkNew<vtkIntArray> kind;
  kind->SetName("kind");
  for (vtkIdType i = 0; i < grid->GetNumberOfPoints(); ++i)
  {
    const double* x = grid->GetPoint(i);
    p->InsertNextValue(pressure(x[0], x[1], load));
    u->InsertNextTuple3(x[1], -load * x[0], x[0] * x[1]);
    kind->InsertNextValue(x[0] < 0.5 ? 0 : 1);
  }
  grid->GetPointData()->AddArray(p);
  grid->GetPointData()->AddArray(u);
  grid->GetPointData()->AddArray(kind);
}
}

vtkSmartPointer<vtkUnstructuredGrid> square(int n, double load)
{
  auto grid = vtkSmartPointer<vtkUnstructuredGrid>::New();
  vtkNew<vtkPoints> points;
  points->SetDataTypeToDouble();
  for (int j = 0; j < n; ++j)
  {
    for (int i = 0; i < n; ++i)
    {
      points->InsertNextPoint(i / (n - 1.0), j / (n - 1.0), 0.0);
    }
  }
  grid->SetPoints(points);
  addCells(grid, n);
  addPointArrays(grid, load);

  vtkNew<vtkDoubleArray> q;
  q->SetName("q");
  for (vtkIdType i = 0; i < grid->GetNumberOfCells(); ++i)
  {
    double bounds[6];
    grid->GetCellBounds(i, bounds);
    q->InsertNextValue(load * (bounds[0] + bounds[1]) + bounds[2]);
  }
  grid->GetCellData()->AddArray(q);

  vtkNew<vtkDoubleArray> loads;
  loads->SetName("Load");
  loads->GetInformation()->Set(vtkDataArray::UNITS_LABEL(), "N");
  loads->InsertNextValue(load);
  grid->GetFieldData()->AddArray(loads);
  return grid;
}

void Messages::Execute(vtkObject*, unsigned long event, void* text)
{
  auto& target = event == vtkCommand::ErrorEvent ? this->errors : this->warnings;
  target += static_cast<const char*>(text);
}

void Messages::observe(vtkObject* object)
{
  object->AddObserver(vtkCommand::ErrorEvent, this);
  object->AddObserver(vtkCommand::WarningEvent, this);
}

vtkStandardNewMacro(Series);

int Series::RequestInformation(vtkInformation*, vtkInformationVector**, vtkInformationVector* outputs)
{
  std::vector<double> times;
  for (int t = 0; t < this->steps; ++t)
  {
    times.push_back(t);
  }
  auto* information = outputs->GetInformationObject(0);
  information->Set(vtkStreamingDemandDrivenPipeline::TIME_STEPS(), times.data(), this->steps);
  const double range[] = { 0.0, this->steps - 1.0 };
  information->Set(vtkStreamingDemandDrivenPipeline::TIME_RANGE(), range, 2);
  return 1;
}

int Series::RequestData(vtkInformation*, vtkInformationVector**, vtkInformationVector* outputs)
{
  ++this->executions;
  auto* information = outputs->GetInformationObject(0);
  const double time = information->Has(vtkStreamingDemandDrivenPipeline::UPDATE_TIME_STEP())
                        ? information->Get(vtkStreamingDemandDrivenPipeline::UPDATE_TIME_STEP())
                        : 0.0;
  const int step = static_cast<int>(time);
  const auto grid = square(this->points + step % 2, step + 1.0);
  if (this->change)
  {
    this->change(grid, step);
  }
  auto* output = vtkUnstructuredGrid::GetData(outputs, 0);
  output->ShallowCopy(grid);
  output->GetInformation()->Set(vtkDataObject::DATA_TIME_STEP(), time);
  return 1;
}

Folder::Folder()
{
  auto pattern = std::filesystem::temp_directory_path().string() + "/paraflare-XXXXXX";
  if (!mkdtemp(pattern.data()))
  {
    throw std::runtime_error("no temporary folder can be made");
  }
  path_ = pattern;
}

Folder::~Folder()
{
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void makeTiny(vtkFLARETrain* train, const std::string& modelFile)
{
  train->SetModelFile(modelFile.c_str());
  train->SetEpochs(3);
  train->SetChannels(16);
  train->SetBlocks(1);
  train->SetHeads(2);
  train->SetLatents(8);
  train->SetEncodingOctaves(1);
  train->SetDevice(1);
}

std::string trainedModel(const Folder& folder, bool withVector, bool withSpectra)
{
  const auto path = folder / (std::string(withVector ? "vector" : "scalar") +
                               (withSpectra ? "_spectra" : "") + ".safetensors");
  vtkNew<Series> series;
  vtkNew<vtkFLARETrain> train;
  train->SetInputConnection(series->GetOutputPort());
  train->GetPointTargetArraySelection()->EnableArray("p");
  if (withVector)
  {
    train->GetPointTargetArraySelection()->EnableArray("U");
  }
  train->GetParameterArraySelection()->EnableArray("Load");
  makeTiny(train, path);
  train->SetSpectraEvery(withSpectra ? 1 : 0);
  train->Update();
  return path;
}

std::string trainedModelOfCells(const Folder& folder)
{
  const auto path = folder / "cells.safetensors";
  vtkNew<Series> series;
  vtkNew<vtkFLARETrain> train;
  train->SetInputConnection(series->GetOutputPort());
  train->GetCellTargetArraySelection()->EnableArray("q");
  makeTiny(train, path);
  train->Update();
  return path;
}

std::unique_ptr<Folder> ModelTest::folder;
std::string ModelTest::model;

void ModelTest::prepare(bool withVector)
{
  folder = std::make_unique<Folder>();
  model = trainedModel(*folder, withVector);
}

vtkTable* tableOf(vtkAlgorithm* filter, int port)
{
  return vtkTable::SafeDownCast(filter->GetOutputDataObject(port));
}
}
