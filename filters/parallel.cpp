#include "parallel.h"

#include <vtkCommunicator.h>
#include <vtkDataObject.h>
#include <vtkInformation.h>
#include <vtkInformationVector.h>
#include <vtkMultiProcessController.h>
#include <vtkStreamingDemandDrivenPipeline.h>

#include <algorithm>

namespace flare::filters
{
namespace
{
class ControllerCommunicator : public Communicator
{
public:
  explicit ControllerCommunicator(vtkMultiProcessController* controller)
    : controller_(controller)
  {
  }

  int rank() const override { return controller_->GetLocalProcessId(); }
  int size() const override { return controller_->GetNumberOfProcesses(); }
  void sum(double* values, std::int64_t count) override { sumInRankOrder(values, count); }
  void sum(float* values, std::int64_t count) override { sumInRankOrder(values, count); }
  void sum(std::int64_t* values, std::int64_t count) override { sumInRankOrder(values, count); }
  void max(double* values, std::int64_t count) override { maxOf(values, count); }
  void max(float* values, std::int64_t count) override { maxOf(values, count); }

  std::string broadcast(const std::string& text, int root) override
  {
    std::string result = rank() == root ? text : std::string();
    auto length = static_cast<vtkIdType>(result.size());
    controller_->Broadcast(&length, 1, root);
    result.resize(static_cast<std::size_t>(length));
    for (vtkIdType first = 0; first < length; first += chunk)
    {
      controller_->Broadcast(&result[static_cast<std::size_t>(first)], std::min(chunk, length - first), root);
    }
    return result;
  }

private:
  // MPI counts in 32 bits, and the root holds a copy of a chunk per rank.
  static constexpr vtkIdType chunk = 1 << 20;

  // Sums of floating-point numbers depend on their order. Adding them up on one rank, lowest rank first,
  // makes every run and every rank see the same bits.
  template<typename T>
  void sumInRankOrder(T* values, std::int64_t count)
  {
    const auto ranks = static_cast<std::size_t>(size());
    for (std::int64_t first = 0; first < count; first += chunk)
    {
      const auto part = std::min<std::int64_t>(chunk, count - first);
      std::vector<T> all(rank() == 0 ? ranks * static_cast<std::size_t>(part) : 0);
      controller_->Gather(values + first, all.data(), part, 0);
      if (rank() == 0)
      {
        for (std::int64_t i = 0; i < part; ++i)
        {
          T total = all[static_cast<std::size_t>(i)];
          for (std::size_t r = 1; r < ranks; ++r)
          {
            total += all[r * static_cast<std::size_t>(part) + static_cast<std::size_t>(i)];
          }
          values[first + i] = total;
        }
      }
      controller_->Broadcast(values + first, part, 0);
    }
  }

  template<typename T>
  void maxOf(T* values, std::int64_t count)
  {
    const std::vector<T> mine(values, values + count);
    for (std::int64_t first = 0; first < count; first += chunk)
    {
      controller_->AllReduce(mine.data() + first, values + first,
        std::min<std::int64_t>(chunk, count - first), vtkCommunicator::MAX_OP);
    }
  }

  vtkMultiProcessController* controller_;
};
}

std::shared_ptr<Communicator> communicatorOf(vtkMultiProcessController* controller)
{
  if (!controller || controller->GetNumberOfProcesses() < 2)
  {
    return serialCommunicator();
  }
  return std::make_shared<ControllerCommunicator>(controller);
}

std::vector<vtkMultiProcessStream> gather(Communicator& communicator, const vtkMultiProcessStream& mine)
{
  const auto bytes = mine.GetRawData();
  const std::string text(bytes.begin(), bytes.end());
  std::vector<vtkMultiProcessStream> all(static_cast<std::size_t>(communicator.size()));
  for (int root = 0; root < communicator.size(); ++root)
  {
    const auto received = communicator.broadcast(text, root);
    all[static_cast<std::size_t>(root)].SetRawData(
      std::vector<unsigned char>(received.begin(), received.end()));
  }
  return all;
}

void requestOwnPieces(vtkMultiProcessController* controller, vtkInformationVector** inputs, int ports)
{
  using Pipeline = vtkStreamingDemandDrivenPipeline;
  if (!controller || controller->GetNumberOfProcesses() < 2)
  {
    return; // a script may go through pieces by itself
  }
  for (int port = 0; port < ports; ++port)
  {
    for (int i = 0; i < inputs[port]->GetNumberOfInformationObjects(); ++i)
    {
      auto* information = inputs[port]->GetInformationObject(i);
      auto* data = vtkDataObject::GetData(information);
      // Grids of rows and columns are asked for by index, which VTK derives from the pieces.
      if (data && data->GetExtentType() == VTK_PIECES_EXTENT)
      {
        information->Set(Pipeline::UPDATE_PIECE_NUMBER(), controller->GetLocalProcessId());
        information->Set(Pipeline::UPDATE_NUMBER_OF_PIECES(), controller->GetNumberOfProcesses());
      }
    }
  }
}
}
