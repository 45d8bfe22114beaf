/**
 * @class vtkFLAREPredict
 * @brief Applies a trained surrogate to a mesh.
 *
 * All arrays of the input pass through, and its mesh is shared. For each target NAME of the model the output
 * has NAME_predicted in the physical unit of the training data, and NAME_error (prediction minus
 * truth) where the input has NAME itself. The array inside_envelope is 1 where all inputs of the network
 * lie within what the training covered. Composite data is predicted block by block; blocks whose cells are of
 * lower dimension than those of others (surfaces around volumes) pass through.
 *
 * Port 0: the mesh or composite. Port 1 (optional): the filter that wrote the model.
 */
#ifndef vtkFLAREPredict_h
#define vtkFLAREPredict_h

#include "vtkFLAREModelAlgorithm.h"

#include <memory> // for std::unique_ptr

class VTKFLAREFILTERS_EXPORT vtkFLAREPredict : public vtkFLAREModelAlgorithm
{
public:
  static vtkFLAREPredict* New();
  vtkTypeMacro(vtkFLAREPredict, vtkFLAREModelAlgorithm);
  void PrintSelf(ostream& os, vtkIndent indent) override;

  ///@{
  /** Take all volume blocks of a composite as one mesh, as training from the time steps of a composite does.
   */
  vtkSetMacro(MergeBlocks, bool);
  vtkGetMacro(MergeBlocks, bool);
  vtkBooleanMacro(MergeBlocks, bool);
  ///@}

  ///@{
  /** Warn when a parameter lies outside of what the training covered. Off in a window whose sliders show it.
   * It changes no result: the filter does not run again for it. */
  void SetWarnOfParameters(bool on) { this->WarnOfParameters = on; }
  vtkGetMacro(WarnOfParameters, bool);
  ///@}

protected:
  vtkFLAREPredict();
  ~vtkFLAREPredict() override;

  int RequestDataObject(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestData(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;

  bool MergeBlocks = false;
  bool WarnOfParameters = true;

private:
  void Predict(vtkDataObject* input, vtkDataObject* output);

  struct Kept; // from one execution for the next
  std::unique_ptr<Kept> Keep;

  vtkFLAREPredict(const vtkFLAREPredict&) = delete;
  void operator=(const vtkFLAREPredict&) = delete;
};

#endif
