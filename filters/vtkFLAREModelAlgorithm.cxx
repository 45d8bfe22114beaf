#include "vtkFLAREModelAlgorithm.h"

#include "case_reader.h"
#include "guarded.h"
#include "model_algorithm_internals.h"
#include "parallel.h"

#include "flare/error.h"

#include <vtkDataObject.h>
#include <vtkFieldData.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

using namespace flare::filters;

namespace
{
std::shared_ptr<flare::Communicator> worldCommunicator()
{
  return communicatorOf(vtkMultiProcessController::GetGlobalController());
}
}

namespace flare::filters
{
void FileWatch::look(const std::string& path, Communicator& communicator)
{
  const auto now = communicator.broadcast(identify(path).text(), 0);
  if (now != seen_)
  {
    seen_ = now;
    stamp_.Modified();
  }
}
}

flare::ModelInfo vtkFLAREModelAlgorithm::Internals::information() const
{
  return ModelCache::instance().information(this->modelFile);
}

std::string vtkFLAREModelAlgorithm::Internals::identity(double time) const
{
  std::ostringstream text;
  text.precision(17);
  text << identify(this->modelFile).text() << " " << time << " ";
  for (const auto& [name, value] : this->parameterValues)
  {
    text << name << " " << value << " ";
  }
  return text.str();
}

void vtkFLAREModelAlgorithm::Internals::checkParameterValues(const flare::Signature& signature) const
{
  std::vector<std::string> names;
  for (const auto& parameter : signature.parameters)
  {
    names.push_back(parameter.name);
  }
  if (signature.useTime)
  {
    names.emplace_back("time");
  }
  for (const auto& value : this->parameterValues)
  {
    if (std::find(names.begin(), names.end(), value.first) == names.end())
    {
      throw PropertyError("ParameterValues", "ParameterValues sets '" + value.first +
                                               "', which is no parameter of the model '" + this->modelFile +
                                               "'. Its parameters are: " + listOf(names));
    }
    const auto bad = this->badValues.find(value.first);
    if (bad != this->badValues.end())
    {
      throw PropertyError("ParameterValues",
        "ParameterValues sets '" + value.first + "' to '" + bad->second + "', which is not a finite number");
    }
  }
}

vtkFLAREModelAlgorithm::vtkFLAREModelAlgorithm(int modelPort)
  : ModelPort(modelPort)
  , Internal(new Internals)
{
  this->SetNumberOfInputPorts(modelPort + 1);
}

vtkFLAREModelAlgorithm::~vtkFLAREModelAlgorithm()
{
  this->SetModelFile(nullptr);
}

int vtkFLAREModelAlgorithm::RequestUpdateExtent(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector*)
{
  requestOwnPieces(vtkMultiProcessController::GetGlobalController(), inputs, this->GetNumberOfInputPorts());
  return 1;
}

int vtkFLAREModelAlgorithm::FillInputPortInformation(int port, vtkInformation* info)
{
  if (port == this->ModelPort)
  {
    info->Set(vtkAlgorithm::INPUT_REQUIRED_DATA_TYPE(), "vtkDataObject");
    info->Set(vtkAlgorithm::INPUT_IS_OPTIONAL(), 1);
    return 1;
  }
  info->Remove(vtkAlgorithm::INPUT_REQUIRED_DATA_TYPE());
  info->Append(vtkAlgorithm::INPUT_REQUIRED_DATA_TYPE(), "vtkDataSet");
  info->Append(vtkAlgorithm::INPUT_REQUIRED_DATA_TYPE(), "vtkDataObjectTree");
  return 1;
}

void vtkFLAREModelAlgorithm::SetModelConnection(vtkAlgorithmOutput* output)
{
  this->SetInputConnection(this->ModelPort, output);
}

void vtkFLAREModelAlgorithm::RemoveModel()
{
  this->SetModelConnection(nullptr);
}

void vtkFLAREModelAlgorithm::SetParameterValue(const char* name, double value)
{
  const std::string key = name ? name : "";
  this->Internal->badValues.erase(key);
  if (!std::isfinite(value))
  {
    this->Internal->badValues[key] = std::to_string(value);
  }
  this->Internal->parameterValues[key] = value;
  this->Modified();
}

void vtkFLAREModelAlgorithm::SetParameterText(const char* name, const char* value)
{
  const std::string text = value ? value : "";
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const bool whole =
    end != text.c_str() && text.find_first_not_of(" \t", end - text.c_str()) == std::string::npos;
  this->SetParameterValue(name, number);
  if (!whole)
  {
    this->Internal->badValues[name ? name : ""] = text;
  }
}

void vtkFLAREModelAlgorithm::ClearParameterValues()
{
  if (!this->Internal->parameterValues.empty())
  {
    this->Internal->parameterValues.clear();
    this->Internal->badValues.clear();
    this->Modified();
  }
}

std::string vtkFLAREModelAlgorithm::Internals::fileOr(const char* named) const
{
  return named && *named ? named : this->modelFile;
}

flare::ModelInfo vtkFLAREModelAlgorithm::Internals::informationIfThere(const char* named) const
{
  const auto path = this->fileOr(named);
  try
  {
    return !path.empty() && identify(path).exists() ? ModelCache::instance().information(path)
                                                    : flare::ModelInfo();
  }
  catch (const std::exception&)
  {
    return {};
  }
}

vtkStringArray* vtkFLAREModelAlgorithm::GetParameterNames()
{
  this->Internal->names->Initialize();
  for (const auto& parameter : this->Internal->informationIfThere(this->ModelFile).signature.parameters)
  {
    this->Internal->names->InsertNextValue(parameter.name);
  }
  return this->Internal->names;
}

vtkStringArray* vtkFLAREModelAlgorithm::GetParameterUnits()
{
  this->Internal->units->Initialize();
  for (const auto& parameter : this->Internal->informationIfThere(this->ModelFile).signature.parameters)
  {
    this->Internal->units->InsertNextValue(parameter.unit);
  }
  return this->Internal->units;
}

vtkDoubleArray* vtkFLAREModelAlgorithm::GetParameterRanges()
{
  this->Internal->ranges->Initialize();
  const auto info = this->Internal->informationIfThere(this->ModelFile);
  const auto& signature = info.signature;
  const auto count = signature.parameters.size();
  const auto first =
    static_cast<std::size_t>(signature.inputChannels()) - (signature.useTime ? 1 : 0) - count;
  for (std::size_t i = 0; i < count; ++i)
  {
    const bool known = !info.envelope.empty();
    this->Internal->ranges->InsertNextValue(known ? info.envelope.minimum[first + i] : std::nan(""));
    this->Internal->ranges->InsertNextValue(known ? info.envelope.maximum[first + i] : std::nan(""));
  }
  return this->Internal->ranges;
}

vtkStringArray* vtkFLAREModelAlgorithm::GetProblem()
{
  return this->Internal->problem;
}

void vtkFLAREModelAlgorithm::Reload()
{
  ModelCache::instance().forget(this->Internal->fileOr(this->ModelFile));
  this->Modified();
}

vtkMTimeType vtkFLAREModelAlgorithm::GetMTime()
{
  // Ranks that look by themselves could disagree and wait for each other: ComputePipelineMTime looks for
  // them.
  if (worldCommunicator()->size() == 1)
  {
    this->Internal->watch.look(this->Internal->fileOr(this->ModelFile), *flare::serialCommunicator());
  }
  return std::max(this->Superclass::GetMTime(), this->Internal->watch.time());
}

int vtkFLAREModelAlgorithm::ComputePipelineMTime(vtkInformation* request, vtkInformationVector** inputs,
  vtkInformationVector* outputs, int requestFromOutputPort, vtkMTimeType* mtime)
{
  const auto communicator = worldCommunicator();
  if (communicator->size() > 1)
  {
    this->Internal->watch.look(this->Internal->fileOr(this->ModelFile), *communicator);
  }
  return this->Superclass::ComputePipelineMTime(request, inputs, outputs, requestFromOutputPort, mtime);
}

void vtkFLAREModelAlgorithm::ResolveModelFile(vtkInformationVector** inputs)
{
  std::string path = this->ModelFile ? this->ModelFile : "";
  if (path.empty() && inputs[this->ModelPort]->GetNumberOfInformationObjects() > 0)
  {
    auto* data = vtkDataObject::GetData(inputs[this->ModelPort], 0);
    auto* names = vtkStringArray::SafeDownCast(data->GetFieldData()->GetAbstractArray(modelFileArray));
    path = names && names->GetNumberOfValues() > 0 ? std::string(names->GetValue(0)) : "";
    const auto communicator = worldCommunicator();
    path = communicator->broadcast(path, 0);
    if (path.empty())
    {
      throw flare::Error("ModelFile is empty, and the filter connected to the port Model gives no model. "
                         "Connect FLARETrain or FLARELatents, or choose the file");
    }
  }
  this->Internal->modelFile = path;
  this->Internal->watch.look(path, *worldCommunicator());
}

void vtkFLAREModelAlgorithm::PrintSelf(ostream& os, vtkIndent indent)
{
  this->Superclass::PrintSelf(os, indent);
  os << indent << "ModelFile: " << (this->ModelFile ? this->ModelFile : "(none)") << "\n";
  os << indent << "Device: " << this->Device << "\n";
  os << indent << "Precision: " << this->Precision << "\n";
  for (const auto& value : this->Internal->parameterValues)
  {
    os << indent << "Parameter " << value.first << ": " << value.second << "\n";
  }
}
