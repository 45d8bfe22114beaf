#pragma once

#include "flare/communicator.h"

#include <functional>

namespace flare::report
{
// How far a report is, told to its user, who may stop it.
class Watch
{
public:
  Watch(const std::function<bool(double)>& progress, Communicator& communicator)
    : progress_(progress)
    , communicator_(communicator)
  {
  }

  // What follows goes from one share of the whole to another.
  void part(double begin, double end)
  {
    begin_ = begin;
    end_ = end;
  }

  // The share of the part that is done. False when this rank's user wants to stop.
  bool tell(double done)
  {
    stopped_ = stopped_ || (progress_ && !progress_(begin_ + done * (end_ - begin_)));
    return !stopped_;
  }

  // Agreed, so that no rank waits for one that has left. Collective.
  bool stoppedAnywhere()
  {
    double stopped = stopped_ ? 1.0 : 0.0;
    communicator_.max(&stopped, 1);
    stopped_ = stopped > 0.0;
    return stopped_;
  }

private:
  const std::function<bool(double)>& progress_;
  Communicator& communicator_;
  double begin_ = 0.0;
  double end_ = 1.0;
  bool stopped_ = false;
};
}
