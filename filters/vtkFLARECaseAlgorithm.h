/**
 * @class vtkFLARECaseAlgorithm
 * @brief What the filters have in common that look at many cases with one model.
 *
 * Cases come from the inputs as in vtkFLARETrain: several inputs, the time steps of one, or its blocks. Each
 * is read exactly once, over several executions of the pipeline where they are time steps. The outputs are
 * tables about all of them. A derived class says what is done with a model, with a case, and at the end.
 */
#ifndef vtkFLARECaseAlgorithm_h
#define vtkFLARECaseAlgorithm_h

#include "vtkFLAREModelAlgorithm.h"

#include <cstddef> // for std::size_t
#include <memory>  // for std::unique_ptr

namespace flare
{
class Communicator;
namespace filters
{
struct CaseMesh;
}
}

class VTKFLAREFILTERS_EXPORT vtkFLARECaseAlgorithm : public vtkFLAREModelAlgorithm
{
public:
  vtkTypeMacro(vtkFLARECaseAlgorithm, vtkFLAREModelAlgorithm);
  void PrintSelf(ostream& os, vtkIndent indent) override;

  ///@{
  /** Where cases come from, as in vtkFLARETrain: automatic, time steps, blocks, inputs. */
  vtkSetClampMacro(CasesFrom, int, 0, 3);
  vtkGetMacro(CasesFrom, int);
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
  explicit vtkFLARECaseAlgorithm(int numberOfTables);
  ~vtkFLARECaseAlgorithm() override;

  int FillInputPortInformation(int port, vtkInformation* info) override;
  int FillOutputPortInformation(int port, vtkInformation* info) override;
  int RequestDataObject(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestInformation(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestUpdateExtent(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestData(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;

  ///@{
  /** The steps of a run, all collective; each may throw flare::Error. Prepare comes before the cases that one
   * execution of the pipeline brings, when the model's file and the number of all cases are known. Wants says
   * whether a case (its index among all, from 0) is to be visited; time steps without such a case are not
   * even asked for. Visit takes one of them, and returns false when the user has stopped it. Finish fills the
   * tables after the last one. Forget, which throws nothing, comes before the first case and after the end,
   * however it ended. */
  virtual void Prepare(const std::shared_ptr<flare::Communicator>& communicator) = 0;
  virtual bool Wants(std::size_t index) const;
  virtual bool Visit(const flare::filters::CaseMesh& mesh, std::size_t index,
    const std::shared_ptr<flare::Communicator>& communicator) = 0;
  virtual void Finish(
    vtkInformationVector* outputs, const std::shared_ptr<flare::Communicator>& communicator) = 0;
  virtual void Forget() = 0;
  ///@}

  /** To be called during a visit with the share of it that is done, 0..1. */
  void ReportVisit(double part);

  struct CaseRun;
  const std::unique_ptr<CaseRun> Cases;

  int CasesFrom = 0;

private:
  bool Work(vtkInformation* request, vtkInformationVector** inputs, vtkInformationVector* outputs);
  bool Advance();

  vtkFLARECaseAlgorithm(const vtkFLARECaseAlgorithm&) = delete;
  void operator=(const vtkFLARECaseAlgorithm&) = delete;
};

#endif
