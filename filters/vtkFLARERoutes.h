/**
 * @class vtkFLARERoutes
 * @brief From where the points of a mesh take their information in a surrogate's attention.
 *
 * In one block of a surrogate, a head mixes a mesh by W = R P: the latents listen to the points (P, whose
 * rows add up to 1) and speak to them (R, whose rows add up to 1). The row of W of a point says how much of
 * what arrives there comes from each point.
 *
 * Port 0: Routes, the mesh with route_bB_hH (route_bB: the sum over all heads) for the chosen points: the
 * mean of their rows. With a Latent also encode_bB_hH_mM, where it listens, and decode_bB_hH_mM, where it
 * speaks. Port 1: Latents, a table of Latent and Head_H, the chosen points' row of R: through which latents
 * they hear. Port 2: Points, the chosen points.
 *
 * The chosen points are those of the selection on the port Selection, else the one that is nearest to
 * Position. Where the surrogate's fields are at cells, cells (their centres) stand for points throughout.
 *
 * The first execution makes a forward pass and keeps its keys; choosing other points, another head or latent
 * does not repeat it.
 */
#ifndef vtkFLARERoutes_h
#define vtkFLARERoutes_h

#include "vtkFLAREModelAlgorithm.h"

#include <cstdint>
#include <memory> // for the private part
#include <string>
#include <vector>

class vtkPolyData;
class vtkTable;

namespace flare
{
class Communicator;
class Model;
struct Architecture;
enum class Association;
enum class SpectrumPrecision;
namespace filters
{
struct CaseMesh;
}
}

class VTKFLAREFILTERS_EXPORT vtkFLARERoutes : public vtkFLAREModelAlgorithm
{
public:
  static vtkFLARERoutes* New();
  vtkTypeMacro(vtkFLARERoutes, vtkFLAREModelAlgorithm);
  void PrintSelf(ostream& os, vtkIndent indent) override;

  ///@{
  /** The block, from 0. */
  vtkSetMacro(Block, int);
  vtkGetMacro(Block, int);
  ///@}

  ///@{
  /** The head, from 0; -1: the sum over all heads. */
  vtkSetMacro(Head, int);
  vtkGetMacro(Head, int);
  ///@}

  ///@{
  /** A latent of the head, from 0, that is shown as well; -1: none. */
  vtkSetMacro(Latent, int);
  vtkGetMacro(Latent, int);
  ///@}

  ///@{
  /** The nearest point is chosen where nothing is selected. */
  vtkSetVector3Macro(Position, double);
  vtkGetVector3Macro(Position, double);
  ///@}

  ///@{
  /** Take all volume blocks of a composite as one mesh. */
  vtkSetMacro(MergeBlocks, bool);
  vtkGetMacro(MergeBlocks, bool);
  vtkBooleanMacro(MergeBlocks, bool);
  ///@}

  ///@{
  /** A vtkSelection of points or cells, in the place of Position. */
  void SetSelectionConnection(vtkAlgorithmOutput* output);
  void RemoveSelection();
  ///@}

protected:
  vtkFLARERoutes();
  ~vtkFLARERoutes() override;

  int FillInputPortInformation(int port, vtkInformation* info) override;
  int FillOutputPortInformation(int port, vtkInformation* info) override;
  int RequestDataObject(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestData(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;

  int Block = 0;
  int Head = -1;
  int Latent = -1;
  double Position[3] = { 0.0, 0.0, 0.0 };
  bool MergeBlocks = false;

private:
  using Points = std::vector<std::vector<std::int64_t>>; // chosen ones, of each mesh

  void RequirePosition() const;
  void RequireSettings(const flare::Architecture& architecture) const;
  void Trace(vtkInformationVector** inputs, vtkInformationVector* outputs);
  bool Prepare(const flare::Model& model, const std::vector<flare::filters::CaseMesh>& meshes,
    flare::SpectrumPrecision precision, const std::shared_ptr<flare::Communicator>& communicator);
  void AddRoutes(std::vector<flare::filters::CaseMesh>& meshes, const Points& chosen,
    flare::Association association, std::vector<std::string>& notes, flare::Communicator& communicator) const;
  void FillPoints(vtkPolyData* output, const Points& chosen) const;
  void FillLatents(vtkTable* table, const Points& chosen, flare::Communicator& communicator) const;

  struct Kept;
  const std::unique_ptr<Kept> Keep;

  vtkFLARERoutes(const vtkFLARERoutes&) = delete;
  void operator=(const vtkFLARERoutes&) = delete;
};

#endif
