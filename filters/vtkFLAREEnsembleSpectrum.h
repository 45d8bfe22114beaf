/**
 * @class vtkFLAREEnsembleSpectrum
 * @brief Spectra of a surrogate's attention heads as a distribution over many cases.
 *
 * Each case costs one forward pass, and only its eigenvalues are kept. Blocks, heads and modes count from 0,
 * modes from the largest eigenvalue (vtkFLARESpectrum has those of one mesh, and their vectors).
 *
 * Port 0: Distribution, a row per mode of each head: Block, Head, Mode, Median, Lower, Upper (the quantiles
 * of Quantile and 1 - Quantile), Smallest, Largest. Port 1: Cases, a row per case, the one that departs most
 * first: Case, Departure (per head the sum over modes of |eigenvalue - median| over the sum of the medians,
 * in the mean over heads), Block and Head in which it departs most. Port 2: Chart, Mode and three columns per
 * head, median, lower and upper quantile, NaN below 1e-16.
 */
#ifndef vtkFLAREEnsembleSpectrum_h
#define vtkFLAREEnsembleSpectrum_h

#include "vtkFLARECaseAlgorithm.h"

class VTKFLAREFILTERS_EXPORT vtkFLAREEnsembleSpectrum : public vtkFLARECaseAlgorithm
{
public:
  static vtkFLAREEnsembleSpectrum* New();
  vtkTypeMacro(vtkFLAREEnsembleSpectrum, vtkFLARECaseAlgorithm);
  void PrintSelf(ostream& os, vtkIndent indent) override;

  ///@{
  /** The block whose heads are looked at, from 0; -1: all blocks. */
  vtkSetMacro(Block, int);
  vtkGetMacro(Block, int);
  ///@}

  ///@{
  /** The share of the cases below the lower quantile, and above the upper one; 0: the extremes, 0.5: the
   * median. Between two cases the quantile is interpolated linearly. */
  vtkSetMacro(Quantile, double);
  vtkGetMacro(Quantile, double);
  ///@}

protected:
  vtkFLAREEnsembleSpectrum();
  ~vtkFLAREEnsembleSpectrum() override;

  void Prepare(const std::shared_ptr<flare::Communicator>& communicator) override;
  bool Visit(const flare::filters::CaseMesh& mesh, std::size_t index,
    const std::shared_ptr<flare::Communicator>& communicator) override;
  void Finish(
    vtkInformationVector* outputs, const std::shared_ptr<flare::Communicator>& communicator) override;
  void Forget() override;

  int Block = -1;
  double Quantile = 0.1;

private:
  struct Kept;
  const std::unique_ptr<Kept> Keep;

  void RequireSettings() const;

  vtkFLAREEnsembleSpectrum(const vtkFLAREEnsembleSpectrum&) = delete;
  void operator=(const vtkFLAREEnsembleSpectrum&) = delete;
};

#endif
