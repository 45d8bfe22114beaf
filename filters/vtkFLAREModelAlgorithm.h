/**
 * @class vtkFLAREModelAlgorithm
 * @brief What the filters that read a FLARE model have in common.
 *
 * They name a model file, or take it from vtkFLARETrain or vtkFLARELatents through the optional port "Model",
 * run on a device in a precision, and execute again when the file on disk becomes another one. A model is
 * loaded once per version of its file and shared by all filters of the process.
 */
#ifndef vtkFLAREModelAlgorithm_h
#define vtkFLAREModelAlgorithm_h

#include "vtkDataObjectAlgorithm.h"
#include "vtkFLAREFiltersModule.h" // for the export macro

#include <memory> // for std::unique_ptr

class vtkDoubleArray;
class vtkStringArray;

class VTKFLAREFILTERS_EXPORT vtkFLAREModelAlgorithm : public vtkDataObjectAlgorithm
{
public:
  vtkTypeMacro(vtkFLAREModelAlgorithm, vtkDataObjectAlgorithm);
  void PrintSelf(ostream& os, vtkIndent indent) override;

  ///@{
  /** The model file. Relative names start from the process's working folder. Empty: the file of the filter
   * that is connected to the port "Model". */
  vtkSetFilePathMacro(ModelFile);
  vtkGetFilePathMacro(ModelFile);
  ///@}

  enum DeviceChoice
  {
    AUTO = 0, ///< CUDA where there is one that works, else the CPU
    CPU = 1,
    CUDA = 2
  };
  ///@{
  /** Where the network runs. */
  vtkSetClampMacro(Device, int, AUTO, CUDA);
  vtkGetMacro(Device, int);
  ///@}

  ///@{
  /** 0: the filter's usual precision, 1: double, 2: bfloat16 inside of the blocks, on a GPU (not for
   * spectra). */
  vtkSetClampMacro(Precision, int, 0, 2);
  vtkGetMacro(Precision, int);
  ///@}

  ///@{
  /** Values for parameters of the model, which win over one-value field arrays of the data. The time,
   * when it is an input of the model, can be set as "time". */
  void SetParameterValue(const char* name, double value);
  void SetParameterText(const char* name, const char* value);
  void ClearParameterValues();
  ///@}

  ///@{
  /** What the model file says of its parameters: names, units ("" when unknown), and two values each, the
   * smallest and the largest of the training (NaN when unknown). Empty when there is no readable file. */
  vtkStringArray* GetParameterNames();
  vtkStringArray* GetParameterUnits();
  vtkDoubleArray* GetParameterRanges();
  ///@}

  /** Why the last execution failed: the property that can put it right ("" where no single one can), and the
   * error; empty when it succeeded. */
  vtkStringArray* GetProblem();

  /** Reads the model file again at the next update. */
  void Reload();

  ///@{
  /** The filter that writes the model. */
  virtual void SetModelConnection(vtkAlgorithmOutput* output);
  void RemoveModel();
  ///@}

  /** Includes the version of the model file. */
  vtkMTimeType GetMTime() override;

  int ComputePipelineMTime(vtkInformation* request, vtkInformationVector** inputs,
    vtkInformationVector* outputs, int requestFromOutputPort, vtkMTimeType* mtime) override;

protected:
  explicit vtkFLAREModelAlgorithm(int modelPort);
  ~vtkFLAREModelAlgorithm() override;

  int FillInputPortInformation(int port, vtkInformation* info) override;
  int RequestUpdateExtent(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;

  struct Internals;
  /** The model's file: ModelFile, else what the port "Model" says. */
  void ResolveModelFile(vtkInformationVector** inputs);

  char* ModelFile = nullptr;
  int Device = AUTO;
  int Precision = 0;
  int ModelPort;
  std::unique_ptr<Internals> Internal;

private:
  vtkFLAREModelAlgorithm(const vtkFLAREModelAlgorithm&) = delete;
  void operator=(const vtkFLAREModelAlgorithm&) = delete;
};

#endif
