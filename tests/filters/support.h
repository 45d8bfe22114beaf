#pragma once

#include <gtest/gtest.h>

#include <vtkAlgorithm.h>
#include <vtkCommand.h>
#include <vtkNew.h>
#include <vtkSmartPointer.h>
#include <vtkTable.h>
#include <vtkUnstructuredGrid.h>
#include <vtkUnstructuredGridAlgorithm.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

class vtkFLARETrain;

namespace flare::test
{
// A square of side 1 with n x n points in 2 (n-1)^2 triangles. Point arrays: p (double, a smooth function of
// place and load), U (float, 3 components X, Y, Z), kind (int). Cell array: q (double). Field
// array: Load (one value, in N).
vtkSmartPointer<vtkUnstructuredGrid> square(int n, double load);

// The analytic p.
double pressure(double x, double y, double load);

// Collects what a filter says instead of printing it.
class Messages : public vtkCommand
{
public:
  static Messages* New() { return new Messages; }
  vtkTypeMacro(Messages, vtkCommand);
  void Execute(vtkObject* caller, unsigned long event, void* text) override;
  void observe(vtkObject* object);

  std::string errors;
  std::string warnings;
};

// A time series of squares: step t has load t + 1. Counts how often it runs, and lets a test change a case.
class Series : public vtkUnstructuredGridAlgorithm
{
public:
  static Series* New();
  vtkTypeMacro(Series, vtkUnstructuredGridAlgorithm);

  int steps = 6;
  int points = 7; // per side, plus one for each odd step
  int executions = 0;
  std::function<void(vtkUnstructuredGrid*, int step)> change;

protected:
  Series() { this->SetNumberOfInputPorts(0); }
  int RequestInformation(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestData(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
};

// A folder of its own for each test, removed with it.
class Folder
{
public:
  Folder();
  ~Folder();
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

private:
  std::string path_;
};

// A network that trains in a fraction of a second.
void makeTiny(vtkFLARETrain* train, const std::string& modelFile);

// Trains a tiny model of p (and U when asked) with the parameter Load; the path comes back.
// The model holds its spectra of every epoch when asked.
std::string trainedModel(const Folder& folder, bool withVector = false, bool withSpectra = false);

// Trains a tiny model of q, which is at cells, without parameters; the path comes back.
std::string trainedModelOfCells(const Folder& folder);

// Tests of a filter that reads a model: a tiny one, trained once for all tests of a suite.
class ModelTest : public ::testing::Test
{
protected:
  static void SetUpTestSuite() { prepare(/*withVector=*/false); }
  static void TearDownTestSuite() { folder.reset(); }
  static void prepare(bool withVector);

  static std::unique_ptr<Folder> folder;
  static std::string model;
  vtkNew<Messages> said;
};

vtkTable* tableOf(vtkAlgorithm* filter, int port);
}
