#include "upstream_watch.h"

#include <vtkAlgorithm.h>
#include <vtkCommand.h>

#include <algorithm>
#include <vector>

namespace flare::filters
{
struct UpstreamWatch::Watched
{
  explicit Watched(vtkAlgorithm* watched)
    : algorithm(watched)
    , time(watched->GetMTime())
  {
    observers[0] = algorithm->AddObserver(vtkCommand::StartEvent, this, &Watched::begin);
    observers[1] = algorithm->AddObserver(vtkCommand::EndEvent, this, &Watched::end);
  }

  ~Watched()
  {
    for (const auto observer : observers)
    {
      if (algorithm)
      {
        algorithm->RemoveObserver(observer);
      }
    }
  }

  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  bool changed() const { return !algorithm || algorithm->GetMTime() != time; }
  void begin() { unchangedAtBegin = !changed(); }
  void end() { time = unchangedAtBegin ? algorithm->GetMTime() : time; }

  vtkWeakPointer<vtkAlgorithm> algorithm;
  vtkMTimeType time;
  bool unchangedAtBegin = false;
  unsigned long observers[2];
};

namespace
{
void findUpstream(vtkAlgorithm* algorithm, std::vector<vtkAlgorithm*>& found)
{
  for (int port = 0; port < algorithm->GetNumberOfInputPorts(); ++port)
  {
    for (int i = 0; i < algorithm->GetNumberOfInputConnections(port); ++i)
    {
      auto* input = algorithm->GetInputAlgorithm(port, i);
      if (std::find(found.begin(), found.end(), input) == found.end())
      {
        found.push_back(input);
        findUpstream(input, found);
      }
    }
  }
}

std::vector<vtkAlgorithm*> upstreamOf(vtkAlgorithm* filter)
{
  std::vector<vtkAlgorithm*> found;
  findUpstream(filter, found);
  return found;
}
}

UpstreamWatch::UpstreamWatch() = default;
UpstreamWatch::~UpstreamWatch() = default;

void UpstreamWatch::look(vtkAlgorithm* filter)
{
  watched_.clear();
  for (auto* algorithm : upstreamOf(filter))
  {
    watched_.emplace_back(algorithm);
  }
}

bool UpstreamWatch::changed(vtkAlgorithm* filter) const
{
  const auto now = upstreamOf(filter);
  return !std::equal(now.begin(), now.end(), watched_.begin(), watched_.end(),
    [](vtkAlgorithm* algorithm, const Watched& watched)
    { return watched.algorithm == algorithm && !watched.changed(); });
}
}
