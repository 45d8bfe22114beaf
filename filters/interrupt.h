#pragma once

namespace flare::filters
{
// While one lives, Ctrl-C (SIGINT) is a request to stop instead of the end of the process or an exception in
// Python once the filter returns. Afterwards the handler that was there before is back.
class InterruptGuard
{
public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool requested() const;

  // Puts the earlier handler back and hands it a Ctrl-C that came meanwhile, so that a script stops
  // after the filter has saved its work.
  void passOn();

private:
  bool active_ = true;
};
}
