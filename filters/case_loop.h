#pragma once

#include "mesh_blocks.h"

#include <cstddef>
#include <string>
#include <vector>

class vtkInformation;
class vtkInformationVector;

namespace flare::filters
{
// As in the property CasesFrom.
enum class CasesFrom
{
  Automatic,
  TimeSteps,
  Blocks,
  Inputs
};

// Visits every case of a filter's first port exactly once, over several executions of the pipeline when the
// cases are time steps. A filter calls plan, request and take from the request of the same name.
class CaseLoop
{
public:
  // RequestInformation: learns the inputs' time steps, and their files, after which cases are named.
  void plan(
    vtkInformationVector* inputs, CasesFrom wanted, const std::vector<std::vector<std::string>>& files);

  // RequestUpdateExtent: asks for the current pass's time step.
  void request(vtkInformationVector* inputs);

  struct Taken
  {
    CaseMesh mesh;
    vtkDataObject* object = nullptr; // the input it comes from
    std::vector<unsigned int> block; // its path in there when cases are blocks
  };
  // RequestData: the cases that this pass brought. False when the pass brought a stale time step, because an
  // earlier loop was broken off: then nothing is taken and the loop starts anew. Collective.
  bool take(vtkInformation* request, vtkInformationVector* inputs, Communicator& communicator,
    std::vector<Taken>& cases);

  // True on the first pass that brings cases.
  bool first() const { return pass_ == 0; }
  // Moves to the next pass; false when the last one is done, which ends the loop.
  bool advance();
  // The loop is left here, and the next execution goes on with it.
  void leave() { left_ = true; }
  // After an error or the end: the next execution starts from the beginning.
  void restart();

  // After a loop, to come back to one case: what to ask the inputs for (RequestUpdateExtent), and what they
  // have brought (RequestData). Until `goTo` names another one, the inputs keep what the loop's end left
  // there, and nothing is executed for it.
  void goTo(std::size_t index);
  void requestAgain(vtkInformationVector* inputs);
  Taken takeAgain(vtkInformationVector* inputs, Communicator& communicator);

  // Passes of one loop, at least 1.
  std::size_t passes() const;
  std::size_t pass() const { return pass_; }
  // The number of cases, known before the last pass unless they are blocks (then after the first).
  std::size_t total() const { return total_; }
  // "12 cases from time steps".
  std::string summary() const;

private:
  CasesFrom resolve(vtkInformationVector* inputs) const;
  std::string nameOf(std::size_t input) const;
  void requestPass(vtkInformationVector* inputs, std::size_t pass);
  void takePass(vtkInformationVector* inputs, Communicator& communicator, std::vector<Taken>& cases);
  void takeInput(vtkDataObject* data, double time, std::size_t index, Communicator& communicator,
    std::vector<Taken>& cases);

  CasesFrom wanted_ = CasesFrom::Automatic;
  CasesFrom used_ = CasesFrom::Automatic;
  std::vector<std::vector<double>> steps_;      // per input
  std::vector<std::vector<std::string>> names_; // of its files
  std::size_t pass_ = 0;
  std::size_t total_ = 0;
  std::size_t surfaces_ = 0;
  bool left_ = false;
  std::size_t stay_ = 0;  // the pass that the inputs are left at
  std::size_t again_ = 0; // the case of goTo, among those of that pass
};
}
