/**
 * @class vtkFLAREModelInfo
 * @brief What a model file holds, as tables.
 *
 * Port 0: Model, rows of Section (File, Architecture, Inputs, Outputs, Training), Name, Value. Port 1:
 * History, the run's history as vtkFLARETrain shows it. The optional input port is the filter that wrote the
 * model.
 */
#ifndef vtkFLAREModelInfo_h
#define vtkFLAREModelInfo_h

#include "vtkFLAREModelAlgorithm.h"

class VTKFLAREFILTERS_EXPORT vtkFLAREModelInfo : public vtkFLAREModelAlgorithm
{
public:
  static vtkFLAREModelInfo* New();
  vtkTypeMacro(vtkFLAREModelInfo, vtkFLAREModelAlgorithm);

protected:
  vtkFLAREModelInfo();
  ~vtkFLAREModelInfo() override = default;

  int FillOutputPortInformation(int port, vtkInformation* info) override;
  int RequestDataObject(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestData(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;

private:
  vtkFLAREModelInfo(const vtkFLAREModelInfo&) = delete;
  void operator=(const vtkFLAREModelInfo&) = delete;
};

#endif
