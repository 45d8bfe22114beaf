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

  // And what comes out has no time steps: all of them have been looked at.
  static void endTime(vtkInformationVector* outputs);

  // RequestUpdateExtent: asks for the current pass's time step.
  void request(vtkInformationVector* inputs);

  struct Taken
  {
    CaseMesh mesh;
    vtkDataObject* object = nullptr; // the input it comes from
    std::vector<unsigned int> block; // its path in there when cases are blocks
  };
  // RequestData: the cases that this pass brought, without those that have been counted. False when the pass
  // brought a stale time step, because an earlier loop was broken off: then nothing is taken and the loop
  // starts anew. Collective.
  bool take(vtkInformation* request, vtkInformationVector* inputs, Communicator& communicator,
    std::vector<Taken>& cases);

  // One of them has been dealt with.
  void count() { ++counted_; }

  // True before the first case is counted.
  bool first() const { return pass_ == 0 && counted_ == 0; }
  // Moves to the next pass; false when the last one is done, which ends the loop.
  bool advance();
  // How many cases the current pass brings, once one has been taken.
  std::size_t ofPass() const { return casesOf(pass_); }
  // The loop is left here, and the next execution goes on with it.
  void leave() { left_ = true; }
  // After an error or the end: the next execution starts from the beginning.
  void restart();

  // After a loop, to come back to one case: what to ask the inputs for (RequestUpdateExtent), and what they
  // have brought (RequestData).
  void requestAgain(vtkInformationVector* inputs, std::size_t index);
  Taken takeAgain(vtkInformationVector* inputs, std::size_t index, Communicator& communicator);
  // Whatever time step the inputs have been brought to, by whomever: nothing is executed.
  static void requestNothingNew(vtkInformationVector* inputs);

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
  struct Place // of a case
  {
    std::size_t pass = 0;
    std::size_t among = 0; // those of that pass
  };
  Place placeOf(std::size_t index) const;
  std::size_t casesOf(std::size_t pass) const;
  void requestPass(vtkInformationVector* inputs, std::size_t pass);
  void takePass(vtkInformationVector* inputs, Communicator& communicator, std::vector<Taken>& cases);
  void takeInput(vtkDataObject* data, double time, std::size_t index, Communicator& communicator,
    std::vector<Taken>& cases);

  CasesFrom wanted_ = CasesFrom::Automatic;
  CasesFrom used_ = CasesFrom::Automatic;
  std::vector<std::vector<double>> steps_;      // per input
  std::vector<std::vector<std::string>> names_; // of its files
  std::size_t pass_ = 0;
  std::size_t counted_ = 0; // of this pass
  std::size_t total_ = 0;
  std::size_t surfaces_ = 0;
  bool left_ = false;
};
}
