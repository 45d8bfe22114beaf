#include "guarded.h"

#include "parallel.h"

#include "flare/error.h"

#include <vtkAlgorithm.h>
#include <vtkDataObject.h>
#include <vtkErrorCode.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkNew.h>
#include <vtkPolyData.h>
#include <vtkSmartPointer.h>
#include <vtkStringArray.h>
#include <vtkTable.h>

#include <set>

namespace flare::filters
{
namespace
{
unsigned long fail(vtkAlgorithm* filter, vtkInformationVector* outputs, const std::string& text)
{
  for (int port = 0; port < outputs->GetNumberOfInformationObjects(); ++port)
  {
    if (auto* data = vtkDataObject::GetData(outputs, port))
    {
      data->Initialize();
    }
  }
  if (!text.empty())
  {
    vtkErrorWithObjectMacro(filter, << text);
  }
  return vtkErrorCode::UserError;
}

void note(vtkStringArray* problem, const std::string& property, const std::string& text)
{
  problem->InsertNextValue(property);
  problem->InsertNextValue(text);
}

bool isFirstRank(vtkMultiProcessController* controller)
{
  return !controller || controller->GetLocalProcessId() == 0;
}
}

unsigned long guarded(vtkAlgorithm* filter, vtkInformationVector* outputs, vtkStringArray* problem,
  const std::function<void()>& work)
{
  problem->Initialize();
  // All ranks throw the same error, and one says it.
  const bool first = isFirstRank(vtkMultiProcessController::GetGlobalController());
  try
  {
    work();
    return vtkErrorCode::NoError;
  }
  catch (const PropertyError& e)
  {
    note(problem, e.property(), e.what());
    return fail(filter, outputs, first ? e.what() : "");
  }
  catch (const Error& e)
  {
    note(problem, "", e.what());
    return fail(filter, outputs, first ? e.what() : "");
  }
  catch (const std::exception& e)
  {
    const auto text = std::string("unexpected failure: ") + e.what();
    note(problem, "", text);
    return fail(filter, outputs, text);
  }
}

void warn(vtkAlgorithm* filter, const std::vector<std::string>& texts, vtkMultiProcessController* controller)
{
  for (const auto& text : texts)
  {
    if (isFirstRank(controller))
    {
      vtkWarningWithObjectMacro(filter, << text);
    }
  }
}

std::vector<std::string> unite(Communicator& communicator, const std::vector<std::string>& texts)
{
  vtkMultiProcessStream mine;
  mine << static_cast<int>(texts.size());
  for (const auto& text : texts)
  {
    mine << text;
  }
  std::vector<std::string> result;
  std::set<std::string> seen;
  for (auto& stream : gather(communicator, mine))
  {
    int count = 0;
    stream >> count;
    for (int i = 0; i < count; ++i)
    {
      std::string text;
      stream >> text;
      if (seen.insert(text).second)
      {
        result.push_back(text);
      }
    }
  }
  return result;
}

bool stopRequested(vtkAlgorithm* filter, Communicator& communicator)
{
  float stop = filter->CheckAbort() ? 1.0F : 0.0F;
  communicator.max(&stop, 1);
  return stop > 0.0F;
}

namespace
{
template<typename Data>
void make(vtkInformationVector* outputs, const std::vector<int>& ports)
{
  for (const int port : ports)
  {
    if (!Data::GetData(outputs, port))
    {
      outputs->GetInformationObject(port)->Set(vtkDataObject::DATA_OBJECT(), vtkNew<Data>());
    }
  }
}
}

void makeTables(vtkInformationVector* outputs, const std::vector<int>& ports)
{
  make<vtkTable>(outputs, ports);
}

void makePolyData(vtkInformationVector* outputs, const std::vector<int>& ports)
{
  make<vtkPolyData>(outputs, ports);
}

void makeLike(vtkInformationVector* outputs, int port, vtkDataObject* input)
{
  auto* output = vtkDataObject::GetData(outputs, port);
  if (input && (!output || !output->IsA(input->GetClassName()) || !input->IsA(output->GetClassName())))
  {
    vtkSmartPointer<vtkDataObject> fresh;
    fresh.TakeReference(input->NewInstance());
    outputs->GetInformationObject(port)->Set(vtkDataObject::DATA_OBJECT(), fresh);
  }
}
}
