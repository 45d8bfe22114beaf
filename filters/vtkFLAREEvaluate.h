/**
 * @class vtkFLAREEvaluate
 * @brief Scores a trained surrogate on cases whose truth is known.
 *
 * Cases come from the inputs as in vtkFLARETrain, and each is read exactly once.
 *
 * Port 0: Cases, a row per case and field: Case, Field, Points, RelativeL2 (2-norm of the error over the
 * 2-norm of the truth), MaxError, R2, and TrainingMeanRelativeL2, the same for predicting the training mean.
 * Port 1: Summary, a row per field: Field, MeanRelativeL2, MedianRelativeL2, WorstRelativeL2, WorstCase,
 * MaxError, TrainingMeanRelativeL2.
 */
#ifndef vtkFLAREEvaluate_h
#define vtkFLAREEvaluate_h

#include "vtkFLAREModelAlgorithm.h"

class VTKFLAREFILTERS_EXPORT vtkFLAREEvaluate : public vtkFLAREModelAlgorithm
{
public:
  static vtkFLAREEvaluate* New();
  vtkTypeMacro(vtkFLAREEvaluate, vtkFLAREModelAlgorithm);
  void PrintSelf(ostream& os, vtkIndent indent) override;

  ///@{
  /** Where cases come from, as in vtkFLARETrain: automatic, time steps, blocks, inputs. */
  vtkSetClampMacro(CasesFrom, int, 0, 3);
  vtkGetMacro(CasesFrom, int);
  ///@}

  ///@{
  /** Insist on a model that takes the time. The model says by itself whether it does. */
  vtkSetMacro(UseTime, bool);
  vtkGetMacro(UseTime, bool);
  vtkBooleanMacro(UseTime, bool);
  ///@}

  ///@{
  /** Score only the share of the cases that training with this fraction and the model's seed holds out; 0:
   * all. */
  vtkSetMacro(ValidationFraction, double);
  vtkGetMacro(ValidationFraction, double);
  ///@}

  ///@{
  /** Score only the cases with these indices (from 0). Any of them beats the fraction. */
  void AddValidationCase(int index);
  void ClearValidationCases();
  ///@}

  ///@{
  /** The files of the inputs (by number from 0, as text), one by one, after which cases are named. Found by
   * itself for VTK's own readers of one file. */
  void AddInputFile(const char* input, const char* file);
  void ClearInputFiles();
  ///@}

  /** Where the cases of the last execution came from, and how many they were. */
  const char* GetCasesFound();

protected:
  vtkFLAREEvaluate();
  ~vtkFLAREEvaluate() override;

  int FillInputPortInformation(int port, vtkInformation* info) override;
  int FillOutputPortInformation(int port, vtkInformation* info) override;
  int RequestDataObject(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestInformation(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestUpdateExtent(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestData(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;

  int CasesFrom = 0;
  bool UseTime = false;
  double ValidationFraction = 0.0;

private:
  struct Loop;
  std::unique_ptr<Loop> State;

  bool Score(vtkInformation* request, vtkInformationVector** inputs, vtkInformationVector* outputs);

  vtkFLAREEvaluate(const vtkFLAREEvaluate&) = delete;
  void operator=(const vtkFLAREEvaluate&) = delete;
};

#endif
