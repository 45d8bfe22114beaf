#pragma once

#include <vtkType.h>
#include <vtkWeakPointer.h>

#include <list>

class vtkAlgorithm;

namespace flare::filters
{
// Whether anything before a filter has changed since it was last looked at. Some readers call themselves
// modified when they are asked for another time step, by whomever: what an algorithm changes while it is
// executed is no change.
class UpstreamWatch
{
public:
  UpstreamWatch();
  ~UpstreamWatch();
  UpstreamWatch(const UpstreamWatch&) = delete;
  UpstreamWatch& operator=(const UpstreamWatch&) = delete;

  // From now on, what is there counts as unchanged.
  void look(vtkAlgorithm* filter);
  bool changed(vtkAlgorithm* filter) const;

private:
  struct Watched;

  std::list<Watched> watched_; // in the order in which they are found
};
}
