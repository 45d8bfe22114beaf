/**
 * @class vtkFLAREEvaluate
 * @brief Scores a trained surrogate on cases whose truth is known.
 *
 * Port 0: Cases, a row per case and field: Case, Field, Points, RelativeL2 (2-norm of the error over the
 * 2-norm of the truth), MaxError, R2, and TrainingMeanRelativeL2, the same for predicting the training mean.
 * Port 1: Summary, a row per field: Field, MeanRelativeL2, MedianRelativeL2, WorstRelativeL2, WorstCase,
 * MaxError, TrainingMeanRelativeL2.
 */
#ifndef vtkFLAREEvaluate_h
#define vtkFLAREEvaluate_h

#include "vtkFLARECaseAlgorithm.h"

class VTKFLAREFILTERS_EXPORT vtkFLAREEvaluate : public vtkFLARECaseAlgorithm
{
public:
  static vtkFLAREEvaluate* New();
  vtkTypeMacro(vtkFLAREEvaluate, vtkFLARECaseAlgorithm);
  void PrintSelf(ostream& os, vtkIndent indent) override;

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

protected:
  vtkFLAREEvaluate();
  ~vtkFLAREEvaluate() override;

  void Prepare(const std::shared_ptr<flare::Communicator>& communicator) override;
  bool Wants(std::size_t index) const override;
  bool Visit(const flare::filters::CaseMesh& mesh, std::size_t index,
    const std::shared_ptr<flare::Communicator>& communicator) override;
  void Finish(
    vtkInformationVector* outputs, const std::shared_ptr<flare::Communicator>& communicator) override;
  void Forget() override;

  bool UseTime = false;
  double ValidationFraction = 0.0;

private:
  struct Kept;
  const std::unique_ptr<Kept> Keep;

  vtkFLAREEvaluate(const vtkFLAREEvaluate&) = delete;
  void operator=(const vtkFLAREEvaluate&) = delete;
};

#endif
