// Watches the event loop of the program that loads it (measure.py): a timer that fires whenever it can, and
// the largest time between two of its ticks. What an event loop was busy with is named by the last event that
// it delivered before.
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QMetaEnum>
#include <QTimer>

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace
{
constexpr int interval = 5;        // ms
constexpr double reported = 0.050; // s: longer gaps are listed

// What this thread has computed, s: less than has passed where it waits, or where others have the processor.
double computed()
{
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

class LoopWatch : public QObject
{
public:
  explicit LoopWatch(double seconds)
    : seconds_(seconds)
  {
    QCoreApplication::instance()->installEventFilter(this);
    timer_.setTimerType(Qt::PreciseTimer);
    QObject::connect(&timer_, &QTimer::timeout, this, [this] { tick(); });
    clock_.start();
    timer_.start(interval);
  }

  bool eventFilter(QObject* receiver, QEvent* event) override
  {
    if (receiver != &timer_)
    {
      latest_ = receiver->metaObject()->className();
      latestName_ = receiver->objectName();
      latestType_ = event->type();
    }
    return false;
  }

private:
  void tick()
  {
    const double now = 1e-9 * static_cast<double>(clock_.nsecsElapsed());
    const double gap = now - before_;
    const double computedNow = computed();
    gaps_.push_back(gap);
    if (gap > reported)
    {
      const char* type = QMetaEnum::fromType<QEvent::Type>().valueToKey(latestType_);
      std::printf("  at %6.2f s: %4.0f ms, %4.0f of them computing, after %s of %s %s\n", before_, 1e3 * gap,
        1e3 * (computedNow - computedBefore_), type ? type : "an event", latest_, qPrintable(latestName_));
    }
    before_ = now;
    computedBefore_ = computedNow;
    if (now > seconds_)
    {
      timer_.stop();
      summarise();
      QCoreApplication::exit(0);
    }
  }

  void summarise()
  {
    std::sort(gaps_.begin(), gaps_.end());
    const auto share = [&](double part)
    { return 1e3 * gaps_[static_cast<std::size_t>(part * static_cast<double>(gaps_.size() - 1))]; };
    std::printf("event loop over %.0f s: blocked for %.0f ms at most; 99.9 %% of %zu gaps below %.0f ms, 99 "
                "%% below %.0f ms\n",
      before_, share(1.0), gaps_.size(), share(0.999), share(0.99));
    std::fflush(stdout);
  }

  QTimer timer_;
  QElapsedTimer clock_;
  const double seconds_;
  double before_ = 0.0;
  double computedBefore_ = computed();
  std::vector<double> gaps_;
  const char* latest_ = "";
  QString latestName_;
  QEvent::Type latestType_ = QEvent::None;
};
}

// Watches for so long, prints what it has seen, and ends the program.
extern "C" __attribute__((visibility("default"))) void watchTheLoop(double seconds)
{
  new LoopWatch(seconds);
}
