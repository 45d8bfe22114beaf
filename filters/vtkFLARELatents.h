/**
 * @class vtkFLARELatents
 * @brief How many latents each block of a surrogate needs, and the model with as many.
 *
 * The spectra of some cases, one forward pass each, say how many latents the heads of a block use. On request
 * the model is changed: pruned (the latents that it needs least are taken out, until the rest holds Energy,
 * or so many are left as Latents says) or grown (twice as many, which leaves its function as it was). The
 * changed model is to be trained on (StartFrom of vtkFLARETrain). Blocks and heads count from 0.
 *
 * Port 0: Suggestions, a row per block: Block, Latents (of each of its heads, now), Suggested, ChangedTo (in
 * the changed model, where one is made), Reason. Filters whose port "Model" is connected to it use the
 * changed model, or the one that was looked at when nothing is changed.
 *
 * Nothing is lost by an execution: the model that is looked at is never written to, and neither is a file
 * that holds anything but what was pruned or grown and not trained since. One of those is replaced by another
 * one only where Overwrite says so; one that is the very same is left as it is.
 */
#ifndef vtkFLARELatents_h
#define vtkFLARELatents_h

#include "vtkFLARECaseAlgorithm.h"

#include <string> // for the private part

class VTKFLAREFILTERS_EXPORT vtkFLARELatents : public vtkFLARECaseAlgorithm
{
public:
  static vtkFLARELatents* New();
  vtkTypeMacro(vtkFLARELatents, vtkFLARECaseAlgorithm);
  void PrintSelf(ostream& os, vtkIndent indent) override;

  ///@{
  /** How many of the cases are looked at, spread over all of them; 0: all. Time steps in between are not
   * read. */
  vtkSetClampMacro(NumberOfCases, int, 0, VTK_INT_MAX);
  vtkGetMacro(NumberOfCases, int);
  ///@}

  ///@{
  /** The share of the sum of the eigenvalues that the latents are to hold in every head; above 0, at most 1.
   */
  vtkSetMacro(Energy, double);
  vtkGetMacro(Energy, double);
  ///@}

  enum ChangeChoice
  {
    NOTHING = 0,
    PRUNE = 1,
    GROW = 2
  };
  ///@{
  /** What is done with the model. */
  vtkSetClampMacro(Change, int, NOTHING, GROW);
  vtkGetMacro(Change, int);
  ///@}

  ///@{
  /** For pruning: how many latents each block keeps, one number per block, in the place of Energy. */
  void AddLatents(int number);
  void ClearLatents();
  ///@}

  ///@{
  /** For growing: the blocks that grow, from 0; none: all. */
  void AddBlock(int block);
  void ClearBlocks();
  ///@}

  ///@{
  /** For growing: of the directions in which a latent's two halves part. */
  vtkSetClampMacro(Seed, int, 0, VTK_INT_MAX);
  vtkGetMacro(Seed, int);
  ///@}

  ///@{
  /** Where the changed model goes. Relative names start from the process's working folder. Empty: beside the
   * model, NAME.pruned.safetensors or NAME.grown.safetensors. */
  vtkSetFilePathMacro(ChangedModelFile);
  vtkGetFilePathMacro(ChangedModelFile);
  ///@}

  ///@{
  /** Replace another model that was pruned or grown, and not trained since. */
  vtkSetMacro(Overwrite, bool);
  vtkGetMacro(Overwrite, bool);
  vtkBooleanMacro(Overwrite, bool);
  ///@}

  /** The file where the changed model is or would be; empty when nothing is changed. */
  const char* GetChangedModelFileInUse();
  /** What the last execution did; empty when it did not come to its end. */
  const char* GetOutcome();

  /** Includes the version of the changed model's file. */
  vtkMTimeType GetMTime() override;
  int ComputePipelineMTime(vtkInformation* request, vtkInformationVector** inputs,
    vtkInformationVector* outputs, int requestFromOutputPort, vtkMTimeType* mtime) override;

protected:
  vtkFLARELatents();
  ~vtkFLARELatents() override;

  int RequestData(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;

  void Prepare(const std::shared_ptr<flare::Communicator>& communicator) override;
  bool Wants(std::size_t index) const override;
  bool Visit(const flare::filters::CaseMesh& mesh, std::size_t index,
    const std::shared_ptr<flare::Communicator>& communicator) override;
  void Finish(
    vtkInformationVector* outputs, const std::shared_ptr<flare::Communicator>& communicator) override;
  void Forget() override;

  int NumberOfCases = 8;
  double Energy = 0.999;
  int Change = NOTHING;
  int Seed = 1;
  char* ChangedModelFile = nullptr;
  bool Overwrite = false;

private:
  struct Kept;
  const std::unique_ptr<Kept> Keep;

  /** Before the first case: settings that cannot be, and files that cannot be written. */
  void RequireSettings(flare::Communicator& communicator);
  /** Makes and writes the changed model; what was done comes back. */
  std::string MakeChanged(flare::Communicator& communicator);
  std::string ResolveChangedFile() const;

  vtkFLARELatents(const vtkFLARELatents&) = delete;
  void operator=(const vtkFLARELatents&) = delete;
};

#endif
