#include "vtkFLAREModelInfo.h"

#include "guarded.h"
#include "model_algorithm_internals.h"
#include "parallel.h"
#include "tables.h"

#include "flare/error.h"

#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkObjectFactory.h>
#include <vtkTable.h>

using namespace flare::filters;

vtkStandardNewMacro(vtkFLAREModelInfo);

vtkFLAREModelInfo::vtkFLAREModelInfo()
  : vtkFLAREModelAlgorithm(0)
{
  this->SetNumberOfOutputPorts(2);
}

int vtkFLAREModelInfo::FillOutputPortInformation(int, vtkInformation* info)
{
  info->Set(vtkDataObject::DATA_TYPE_NAME(), "vtkTable");
  return 1;
}

int vtkFLAREModelInfo::RequestDataObject(
  vtkInformation*, vtkInformationVector**, vtkInformationVector* outputs)
{
  makeTables(outputs, { 0, 1 });
  return 1;
}

int vtkFLAREModelInfo::RequestData(
  vtkInformation*, vtkInformationVector** inputs, vtkInformationVector* outputs)
{
  this->SetErrorCode(guarded(this, outputs, this->Internal->problem,
    [&]
    {
      about("ModelFile", [&] { this->ResolveModelFile(inputs); });
      const auto& path = this->Internal->modelFile;
      const auto communicator = communicatorOf(vtkMultiProcessController::GetGlobalController());
      flare::ModelInfo info;
      about("ModelFile",
        [&]
        {
          onEveryRank(*communicator,
            [&]
            {
              if (path.empty())
              {
                throw flare::Error("ModelFile is empty. Choose a model file");
              }
              info = ModelCache::instance().information(path);
            });
        });
      if (communicator->rank() == 0) // ParaView joins the tables of all ranks
      {
        fillModelInfo(vtkTable::GetData(outputs, 0), info, path);
        fillHistory(vtkTable::GetData(outputs, 1), info);
      }
    }));
  return 1;
}
