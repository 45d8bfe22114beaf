/**
 * @class vtkFLARESpectrum
 * @brief Spectra of a surrogate's attention heads on a mesh.
 *
 * The mixing operator of a head on a mesh of N points is a matrix W (N x N) of rank at most M, the number of
 * latents. All its eigenvalues lie in [0, 1]; the largest is 1, with the constant vector. Blocks, heads and
 * modes count from 0, modes from the largest eigenvalue.
 *
 * Port 0: Spectrum, a table of Block, Head, Mode, Eigenvalue, Note ("constant", "one of 3 equal ones",
 * "none": too small to have a vector). Port 1: Modes, the mesh with the leading NumberOfModes eigenvectors of
 * the chosen head: mode_bB_hH_I, right vectors, and left_bB_hH_I, left vectors (biorthonormal to them), for
 * block B, head H, mode I. The component of largest magnitude of a right vector is positive. Port 2: Summary,
 * a row per head: Block, Head, EffectiveRank, ModesTo90, ModesTo99, ModesTo999, SecondEigenvalue,
 * SpectralGap. Port 3: Chart, Mode and a column of eigenvalues per head, NaN below 1e-16. Port 4: Head Map,
 * the summary as a picture of squares, blocks below each other and heads side by side. Port 5: Similarity,
 * the heads of a block against each other, where CompareHeads asks for it. Squares of heads whose modes are
 * on the mesh are marked by 1 in the array Chosen. Port 6: Training, Epoch and a column per head with its
 * effective rank, for the epochs after which spectra were stored (FLARETrain's SpectraEvery). Where a
 * composite has several volume blocks, each is a mesh of its own, and the tables say in Mesh which it is.
 */
#ifndef vtkFLARESpectrum_h
#define vtkFLARESpectrum_h

#include "vtkFLAREModelAlgorithm.h"

#include <cstdint>
#include <memory> // for the private part
#include <string>
#include <vector>

class vtkIntArray;
namespace flare
{
class Communicator;
class Mixing;
class Model;
enum class Association;
namespace filters
{
struct CaseMesh;
struct MeshSpectra;
}
}

class VTKFLAREFILTERS_EXPORT vtkFLARESpectrum : public vtkFLAREModelAlgorithm
{
public:
  static vtkFLARESpectrum* New();
  vtkTypeMacro(vtkFLARESpectrum, vtkFLAREModelAlgorithm);
  void PrintSelf(ostream& os, vtkIndent indent) override;

  ///@{
  /** The block to look at, and its head whose modes are wanted, from 0; -1: all. The tables are about all
   * heads of the block. Another head, or other modes, of one block are found without another forward pass.
   */
  vtkSetMacro(Block, int);
  vtkGetMacro(Block, int);
  vtkSetMacro(Head, int);
  vtkGetMacro(Head, int);
  ///@}

  ///@{
  /** The tables are about the heads of all blocks, whichever block's modes are wanted. */
  vtkSetMacro(AllBlocks, bool);
  vtkGetMacro(AllBlocks, bool);
  vtkBooleanMacro(AllBlocks, bool);
  ///@}

  ///@{
  /** How many modes of each chosen head come as arrays on the mesh, from the first on (0: the constant). */
  vtkSetMacro(NumberOfModes, int);
  vtkGetMacro(NumberOfModes, int);
  vtkSetMacro(FirstMode, int);
  vtkGetMacro(FirstMode, int);
  ///@}

  ///@{
  /** Compare the mode spaces of the heads of each block. */
  vtkSetMacro(CompareHeads, bool);
  vtkGetMacro(CompareHeads, bool);
  vtkBooleanMacro(CompareHeads, bool);
  ///@}

  ///@{
  /** -1: the spectra of the model on this mesh. Else those that were stored while it was trained, on a mesh
   * of its training, after this epoch or the last one before it that has any (0: before the first step). The
   * weights of that time are gone, so there are no modes of it on the mesh. */
  vtkSetMacro(Epoch, int);
  vtkGetMacro(Epoch, int);
  ///@}

  /** The epochs after which spectra were stored, by the model file; none where it cannot be read. */
  vtkIntArray* GetEpochs();

  ///@{
  /** Take all volume blocks of a composite as one mesh. */
  vtkSetMacro(MergeBlocks, bool);
  vtkGetMacro(MergeBlocks, bool);
  vtkBooleanMacro(MergeBlocks, bool);
  ///@}

protected:
  vtkFLARESpectrum();
  ~vtkFLARESpectrum() override;

  int FillOutputPortInformation(int port, vtkInformation* info) override;
  int RequestDataObject(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestData(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;

  int Block = -1;
  int Head = -1;
  bool AllBlocks = false;
  int NumberOfModes = 3;
  int FirstMode = 0;
  bool CompareHeads = false;
  int Epoch = -1;
  bool MergeBlocks = false;

private:
  void Analyse(vtkDataObject* input, vtkInformationVector* outputs);
  int BlockOfTables() const { return this->AllBlocks ? -1 : this->Block; }
  bool IsChosen(std::int64_t block, std::int64_t head) const;
  void Visit(const flare::Model& model, std::vector<flare::filters::CaseMesh>& meshes, bool tables,
    std::vector<std::string>& notes, const std::shared_ptr<flare::Communicator>& communicator);
  void AddModes(const flare::Mixing& mixing, flare::Association association, flare::filters::CaseMesh& mesh,
    std::vector<std::string>& notes) const;
  void FillTables(const flare::Model& model, const std::vector<flare::filters::MeshSpectra>& spectra,
    vtkInformationVector* outputs) const;
  std::string SettingsText(vtkDataObject* input) const;

  struct Kept;
  const std::unique_ptr<Kept> Keep;

  vtkFLARESpectrum(const vtkFLARESpectrum&) = delete;
  void operator=(const vtkFLARESpectrum&) = delete;
};

#endif
